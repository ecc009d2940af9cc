"""A lab host's cgroup: the one handle on all of its processes, for root and for other users."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rigwright.errors import RigError
from rigwright.lab import paths

PARENT: Final = "rigwright-lab"


def roots(kinds: tuple[str, ...] = ("cgroup", "cgroup2")) -> list[Path]:
    """Where the machine has its cgroup hierarchies mounted: one on v2, several where it has v1 too."""
    mounts = (line.split() for line in Path("/proc/self/mounts").read_text().splitlines())
    return [Path(target) for _, target, kind, *_ in mounts if kind in kinds]


def root() -> Path:
    """Where cgroup v2 is mounted.

    Raises:
        RigError: The machine has none.
    """
    found = roots(("cgroup2",))
    if not found:
        raise RigError("this machine has no cgroup v2 mounted")
    return found[0]


def of(name: str) -> Path | None:
    """The cgroup of a host, if it was ever started."""
    try:
        text = (paths.host_folder(name) / "cgroup").read_text().strip()
    except FileNotFoundError:
        return None
    return Path(text) if text else None


def running(name: str) -> bool:
    """Whether the host has power."""
    group = of(name)
    try:
        return group is not None and "populated 1" in (group / "cgroup.events").read_text()
    except OSError:
        return False


def processes(name: str) -> Iterator[int]:
    """The machine's numbers of a host's processes."""
    group = of(name)
    # os.walk passes over a folder whose service ended meanwhile; rglob would raise.
    for folder, _, _ in os.walk(group) if group else ():
        with contextlib.suppress(OSError):
            yield from map(int, (Path(folder) / "cgroup.procs").read_text().split())


def remove(folder: Path) -> bool:
    """Remove a tree of folders that hold no files of their own; whether it is gone."""
    with contextlib.suppress(OSError):
        for each, _, _ in os.walk(folder, topdown=False):
            Path(each).rmdir()
    return not folder.exists()
