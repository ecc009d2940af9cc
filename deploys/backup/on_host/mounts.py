"""What is mounted, as this process sees it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

TAGS = 6
"""The first field of a line of mountinfo that says to where mounts spread (proc_pid_mountinfo(5))."""
FIELDS_AFTER = 3
"""Of such a line behind the hyphen: the type, the source, and options."""


@dataclass(frozen=True)
class Mount:
    """Something mounted.

    Attributes:
        point: Where.
        root: The part of it that is its root there.
        spreads: Whether what is mounted on it is seen by the whole host.
    """

    point: str
    root: str
    kind: str
    source: str
    spreads: bool = False


def mounts(text: str) -> list[Mount]:
    """The lines of ``/proc/self/mountinfo``; of several on one path the last, which covers the others."""
    found: dict[str, Mount] = {}
    # A path may hold what else ends a line for Python: the kernel escapes line feeds alone.
    for line in text.split("\n"):
        before, _, after = line.partition(" - ")
        fields, last = before.split(" "), after.split(" ")
        if len(last) >= FIELDS_AFTER:
            tags = {field.partition(":")[0] for field in fields[TAGS:]}
            # In a namespace that only receives mounts of the host there is a master beside the peers.
            spreads = "shared" in tags and "master" not in tags
            one = Mount(_plain(fields[4]), _plain(fields[3]), last[0], _plain(last[1]), spreads)
            found[one.point] = one
    return [*found.values()]


def _plain(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda one: chr(int(one[1], 8)), text)


def mounted() -> list[Mount]:
    """What is mounted now."""
    return mounts(Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape"))
