"""State that no subsystem declares: open sockets and other unit files; and the nightly check's last result.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
"""

from __future__ import annotations

import json
import os
import re
import time
from typing import Any

from rigwright.host.entrances import entrances
from rigwright.host.tools import STATE, read, run

UNIT_FOLDERS = ("/etc/systemd/", "/run/systemd/", "/usr/local/lib/systemd/")
# What systemd's generators and containers' init scripts make anew at each boot.
GENERATED = re.compile(r"/run/systemd/(generator(\.early|\.late)?/.*|system/\w+\.d/zzz-lxc-[^/]*)")
ADDRESS, PROCESSES = 4, 6  # columns of ss
PROGRAM = re.compile(r'\("([^"]*)",pid=')


def listening() -> list[dict[str, Any]] | None:
    """Every TCP socket that listens and UDP socket that is bound, None where they are unknown.

    ``programs`` are names of processes; of a socket that systemd holds, also the units that it holds it for.
    """
    rows = [row.split(None, PROCESSES) for row in run("ss", "-Hltunp").splitlines()]
    if not rows:
        return None
    found = [socket_of(fields) for fields in rows if len(fields) > ADDRESS]
    if any("systemd" in one["programs"] for one in found):
        held = _held_by_systemd()
        for one in found:
            one["programs"] += held.get(one["port"], []) if "systemd" in one["programs"] else []
    return found


def socket_of(fields: list[str]) -> dict[str, Any]:
    """A row of ``ss``, split into its columns."""
    address, _, port = fields[ADDRESS].rpartition(":")
    address = address.replace("[", "").replace("]", "")
    programs = PROGRAM.findall(fields[PROCESSES]) if len(fields) > PROCESSES else []
    return {
        "protocol": fields[0],
        "address": "::" if address == "*" else address,
        "port": int(port),
        "programs": sorted(set(programs)),
    }


def _held_by_systemd() -> dict[int, list[str]]:
    """The socket units by the port on which they listen."""
    found: dict[int, list[str]] = {}
    for row in run("systemctl", "list-sockets", "--no-legend", "--plain").splitlines():
        fields = row.split()
        port = fields[0].rpartition(":")[2] if fields else ""
        if port.isdigit() and len(fields) > 1:
            found.setdefault(int(port), []).append(fields[1])
    return found


def overrides(states: dict[str, dict[str, str]], managed: set[str]) -> dict[str, dict[str, Any]]:
    """Files of these units in the administrator's folders that neither Rigwright nor a package put there."""
    units: dict[str, list[str]] = {}
    for unit, state in sorted(states.items()):
        for path in {*state.get("DropInPaths", "").split(), state.get("FragmentPath", "")}:
            if path.startswith(UNIT_FOLDERS) and path not in managed and not GENERATED.fullmatch(path):
                units.setdefault(path, []).append(unit)
    if not units:
        return {}
    shipped = {row.rpartition(": ")[2] for row in run("dpkg-query", "-S", *units).splitlines()}
    return {
        path: {"units": names, "changed": _changed(path)}
        for path, names in units.items()
        if path not in shipped
    }


def _changed(path: str) -> float | None:
    try:
        return os.lstat(path).st_ctime
    except OSError:
        return None


def nightly() -> dict[str, Any] | None:
    """The last result of the nightly check, None where it never ran or its file cannot be read."""
    try:
        found = json.loads(read(f"{STATE}/drift.json") or b"null")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def unmanaged(
    states: dict[str, dict[str, str]], managed: set[str], logins: dict[str, bool]
) -> dict[str, Any]:
    """All unmanaged state, with the host's own clock.

    Args:
        states: Properties of the units that subsystems name.
        managed: Paths that Rigwright manages.
        logins: Accounts that the inventory declares, and whether their keys are managed.
    """
    overridden = overrides(states, managed)
    return {
        "sockets": listening(),
        "overrides": overridden,
        "entrances": entrances(managed, logins, overridden),
        "nightly": nightly(),
        "now": time.time(),
    }
