"""The services of this host that stand still: a process of theirs is stopped by a signal.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
"""

from __future__ import annotations

import os
import re

from rigwright.host.tools import read

UNIT = re.compile(r"/([^/\n]+\.service)")
STOPPED = (b"T", b"t")


def standing_still(folder: str = "/proc") -> list[str]:
    """Each service once, with the command that lets it go on.

    Args:
        folder: Where the kernel shows processes.
    """
    units = {_unit(f"{folder}/{name}") for name in os.listdir(folder) if name.isdigit()}
    return [
        f"{unit} is stopped by a signal; next: sudo systemctl kill -s CONT {unit}"
        for unit in sorted(units)
        if unit
    ]


def _unit(process: str) -> str:
    """The service of a process that is stopped; empty for any other."""
    state = (read(f"{process}/stat") or b"").rpartition(b") ")[2][:1]
    if state not in STOPPED:
        return ""
    found = UNIT.search((read(f"{process}/cgroup") or b"").decode("utf-8", "replace"))
    return found[1] if found else ""
