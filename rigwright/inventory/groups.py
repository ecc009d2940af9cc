"""Which names of an inventory pyinfra takes for groups of hosts, so that plan and apply read the same hosts.

The rule is pyinfra's own (``pyinfra_cli/inventory.py``, ``_is_inventory_group``): every list and every tuple
whose name does not begin with ``_``, however it came into the file. Of a tuple it takes the first element for
the hosts, and it leaves out a group that has an entry that is neither a string nor a tuple.
"""

from __future__ import annotations

from typing import Any

from rigwright.errors import RigError


def entries(name: str, value: object, file: str) -> list[Any]:
    """The hosts of a group as the inventory has them; none where pyinfra ignores the name too.

    Args:
        name: The name at the top level of the inventory.
        value: What it holds.
        file: The inventory, for messages.

    Raises:
        RigError: pyinfra takes it for a group, and it is none that can be read; or it holds hosts that
            pyinfra would leave out.
    """
    if name.startswith("_"):
        return []
    if isinstance(value, tuple):
        _refuse_tuple(name, value, file)
        return []
    if not isinstance(value, list):
        return []
    if all(isinstance(entry, (str, tuple)) for entry in value) or any(map(_is_host, value)):
        if not all(map(_is_host, value)):
            raise _no_group(name, file, "an entry is no host with a rig")
        return value
    return []


def _refuse_tuple(name: str, value: tuple[Any, ...], file: str) -> None:
    """A group is a list: pyinfra unpacks a tuple into hosts and data, and fails where it is no pair."""
    first = value[0] if value else None
    if _is_host(value) or any(map(_is_host, value)):
        raise RigError(
            "pyinfra takes this tuple for a group of other hosts: a group is a list",
            file=file,
            setting=name,
            next_step=f"write {name} = [ssh_host(…)]; or rename it to _{name} if it is used in another list",
        )
    if isinstance(first, (list, tuple)) and any(map(_is_host, first)):
        raise RigError(
            "a group with data of its own is not read",
            file=file,
            setting=name,
            next_step="make the group a plain list, and give each host its own data",
        )
    try:
        ignored = not all(isinstance(entry, (str, tuple)) for entry in value[0])
    except (TypeError, IndexError):  # pyinfra fails with it
        ignored = False
    if not ignored:
        raise _no_group(name, file, "this tuple is none")


def _is_host(entry: object) -> bool:
    match entry:
        case (str(), {"rig": _}):
            return True
    return False


def _no_group(name: str, file: str, what: str) -> RigError:
    return RigError(
        f"pyinfra takes every public list and tuple for a group of hosts, and {what}",
        file=file,
        setting=name,
        next_step=f"rename it to _{name} if it is no group (where it is imported: import … as _{name}); "
        "make each host of a group with ssh_host(…)",
    )
