"""Queries of ``rig init``: what a host is made of, and whether it meets what an inventory requires."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from rigwright.compare.runtime_state import HOST_REQUIREMENT
from rigwright.drift.survey import survey as compared
from rigwright.init.facts import HostFacts, parse
from rigwright.init.text import Address
from rigwright.inventory.load import load, ssh_host
from rigwright.remote import commands
from rigwright.remote.ssh import Connection


def survey(where: Address, known_hosts: Path, queries: Mapping[str, str]) -> HostFacts:
    """The facts of a host that ``rig bootstrap`` prepared.

    Args:
        where: How it is reached.
        known_hosts: File with the pinned host key.
        queries: Shell commands by name, each run as root; what they print is in the facts.

    Raises:
        RigError: It cannot be reached, is not prepared, or runs a system that is not supported.
    """
    _, data = ssh_host(
        where.address,
        None,
        address=where.address,
        user=where.user,
        port=where.port,
        key=where.key,
        known_hosts=known_hosts,
    )
    connection = Connection(where.address, data)
    try:
        done = connection.root(commands.hardware(), json.dumps(dict(queries)))
    finally:
        connection.close()
    return parse(done.output(where.address), where.address)


def unmet_requirements(text: str) -> dict[str, str]:
    """The host requirements of an inventory of one host that the host does not meet, by subsystem.

    Raises:
        RigError: The inventory does not load, or the host cannot be compared with it.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "inventory.py"
        path.write_text(text, encoding="utf-8")
        (found,) = compared(load(path))
    if found.error:
        raise found.error
    return {one.subsystem: one.summary for one in found.findings if one.kind == HOST_REQUIREMENT}
