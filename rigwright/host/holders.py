"""Who holds an address that a subsystem is going to listen on.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import Any

from rigwright.host.tools import read, run

ADDRESS, PROCESSES = 4, 6  # columns of ss
PROCESS = re.compile(r'\("([^"]*)",pid=(\d+)')
ANY = ("0.0.0.0", "::", "*")  # noqa: S104  compared with, never bound
MANAGER = "1"


def holders(spec: dict[str, Any], applied: dict[str, Any] | None, states: Iterable[str]) -> list[list[Any]]:
    """The sockets of a subsystem that it may not have opened itself, as ``[protocol, address, port]``.

    Args:
        spec: Its query.
        applied: The manifest of its last apply.
        states: Of each unit that should be active, how systemd names what it is.
    """
    if applied is None or any(state not in ("active", "reloading") for state in states):
        return list(spec["sockets"])
    before = [row[:3] for row in applied.get("sockets", []) if isinstance(row, list)]  # [3] says reserved
    return [one for one in spec["sockets"] if one not in before]


def held(sockets: list[list[Any]]) -> list[dict[str, Any]]:
    """Each of these sockets that a process has, with the process, its unit and its package."""
    if not sockets:
        return []
    rows = [row.split(None, PROCESSES) for row in run("ss", "-Hltunp").splitlines()]
    found = []
    for protocol, address, port in sockets:
        for fields in rows:
            if len(fields) > ADDRESS and _overlaps(protocol, address, port, fields):
                found.append({"protocol": protocol, "address": address, "port": port, **_holder(fields)})
                break
    return found


def _overlaps(protocol: str, address: str, port: int, fields: list[str]) -> bool:
    """Whether a row of ``ss`` keeps others from the address: ``*`` is one socket for both IP versions."""
    place, _, number = fields[ADDRESS].rpartition(":")
    place = place.replace("[", "").replace("]", "").partition("%")[0]
    if fields[0] != protocol or number != str(port):
        return False
    if place in ("*", address):
        return True
    same_version = (":" in place) == (":" in address)
    return same_version and (place in ANY or address in ANY)


def _holder(fields: list[str]) -> dict[str, str]:
    """Name, unit and package of the process of a row; empty where it is unknown."""
    match = PROCESS.search(fields[PROCESSES]) if len(fields) > PROCESSES else None
    if match is None:
        return {"program": "", "unit": "", "package": ""}
    name, pid = match[1], match[2]
    unit = _socket_unit(fields[ADDRESS]) if pid == MANAGER else _unit(read(f"/proc/{pid}/cgroup") or b"")
    return {"program": name, "unit": unit, "package": "" if pid == MANAGER else _package(f"/proc/{pid}/exe")}


def _unit(cgroup: bytes) -> str:
    """The innermost unit of a process by its control groups."""
    parts = re.findall(r"[^/\s]+\.(?:service|scope|socket)(?=[/\n]|$)", cgroup.decode("utf-8", "replace"))
    return str(parts[-1]) if parts else ""


def _socket_unit(address: str) -> str:
    """The socket unit for which systemd itself listens there."""
    port = address.rpartition(":")[2]
    for row in run("systemctl", "list-sockets", "--no-legend", "--plain").splitlines():
        fields = row.split()
        if len(fields) > 1 and fields[0].rpartition(":")[2] == port:
            return fields[1]
    return ""


def _package(link: str) -> str:
    """The package that a running program comes from; some know their files by a name from before /usr."""
    try:
        path = os.readlink(link).removesuffix(" (deleted)")
    except OSError:
        return ""
    for name in _names(path):
        if output := run("dpkg-query", "-S", name):
            return output.partition(":")[0]
    return ""


def _names(path: str) -> Iterator[str]:
    yield path
    if path.startswith("/usr/"):
        yield path.removeprefix("/usr")
