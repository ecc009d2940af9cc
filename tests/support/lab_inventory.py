"""The end of an inventory that is written for one lab host: how it is reached, and what it should be."""

from __future__ import annotations


def one_host(name: str, rig: str) -> str:
    """Python text that makes a group ``lab`` of this host, if it is up.

    Args:
        name: Of the lab host.
        rig: Python text of its ``Rig``; the host is ``one`` there.
    """
    return f"""lab = [
    ssh_host(
        one.name,
{rig}
        **one.reached_by,
    )
    for one in _hosts()
    if one.name == "{name}"
]
"""
