"""What on this host speaks against a reboot right now, as JSON on standard output. It judges nothing.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
"""

from __future__ import annotations

import fcntl
import glob
import json
import os
import struct
import sys
from typing import Any

from rigwright.host.tools import STATE, listing, read, run

UNITS = ("rigwright-transaction.service", "rigwright-packages.service")
DPKG_LOCKS = ("/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock")
FLOCK = "hhqqi"
"""struct flock of fcntl(2) on a 64-bit system: type, whence, start, length, process."""
LOGIND = ("org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager")


def text(path: str) -> str:
    """A small file's text without the space around it, empty where there is none."""
    return (read(path) or b"").decode("utf-8", "replace").strip()


def holders() -> list[str]:
    """What the toolkit is doing here right now, in the words of the unit that is its lock."""
    blocks = run("systemctl", "show", "-p", "ActiveState,Description", "--", *UNITS).split("\n\n")
    rows = (dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in blocks)
    busy = ("active", "activating", "deactivating", "reloading")
    return [row.get("Description", "") for row in rows if row.get("ActiveState") in busy]


def changes() -> dict[str, str]:
    """The state in which each change in the journal is, by its subsystem."""
    found = {
        name: text(f"{STATE}/transactions/{name}/state") for name in listing(f"{STATE}/transactions") or ()
    }
    return {name: state for name, state in found.items() if state}


def dpkg_users() -> list[str]:
    """Who holds dpkg's locks; asking takes none."""
    found = []
    for path in DPKG_LOCKS:
        try:
            with open(path, "rb") as file:
                asked = struct.pack(FLOCK, fcntl.F_RDLCK, os.SEEK_SET, 0, 0, 0)
                kind, _, _, _, pid = struct.unpack(FLOCK, fcntl.fcntl(file, fcntl.F_GETLK, asked))
        except OSError:
            continue
        if kind != fcntl.F_UNLCK:
            found.append(f"{text(f'/proc/{pid}/comm') or 'a process'} ({pid})")
    return list(dict.fromkeys(found))


def inhibitors() -> list[dict[str, str]]:
    """Who asked systemd not to let the machine go down: see systemd-inhibit(1)."""
    try:
        rows = json.loads(run("busctl", "--json=short", "call", *LOGIND, "ListInhibitors"))["data"][0]
        named = [dict(zip(("what", "who", "why", "mode"), row, strict=False)) for row in rows]
    except (ValueError, KeyError, IndexError, TypeError):
        return []
    return [one for one in named if one["mode"] == "block" and "shutdown" in one["what"].split(":")]


def look() -> dict[str, Any]:
    """Everything at once."""
    return {
        "boot": text("/proc/sys/kernel/random/boot_id"),
        "system": run("systemctl", "is-system-running").strip(),
        "holders": holders(),
        "changes": changes(),
        "dpkg_users": dpkg_users(),
        "unfinished": [
            line.split()[0] for line in run("dpkg", "--audit").splitlines() if line.startswith(" ")
        ],
        "inhibitors": inhibitors(),
        "initrds": sorted(os.path.basename(path) for path in glob.glob("/boot/initrd.img-*")),
    }


if __name__ == "__main__":
    json.dump(look(), sys.stdout)
