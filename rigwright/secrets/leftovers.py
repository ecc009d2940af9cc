"""What a command that was killed while it edited a secret left in memory: the next one removes it."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108  a tmpfs: what is written there reaches no disk
PREFIX = "rig-secret-"
STAT_START = 19
"""Of the fields behind the name in ``/proc/PID/stat``: proc(5) counts 22 from the first, and from one."""


def folder() -> Path:
    """Where secrets are edited: in memory where there is a tmpfs."""
    return MEMORY if os.access(MEMORY, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())


def sweep(base: Path | None = None) -> None:
    """Remove what killed processes of this user left in a folder, by default that of :func:`folder`."""
    for left in (base or folder()).glob(f"{PREFIX}*-*"):
        pid = left.name.removeprefix(PREFIX).split("-")[0]
        try:
            status = left.lstat()
        except OSError:
            continue
        if status.st_uid == os.getuid() and pid.isdigit() and not _made_it(int(pid), status.st_mtime):
            shutil.rmtree(left, ignore_errors=True)


def _made_it(pid: int, made: float) -> bool:
    """Whether there is such a process, and it is no later one that got the same number."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    started = _started(pid)
    return started is None or started <= made + 1


def _started(pid: int) -> float | None:
    """When a process started, in seconds since the epoch; None where there is no ``/proc``, as on macOS."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(") ")[2].split()
        lines = Path("/proc/stat").read_text().splitlines()
        boot = next(line.split()[1] for line in lines if line.startswith("btime"))
        return float(boot) + int(fields[STAT_START]) / os.sysconf("SC_CLK_TCK")
    except (OSError, StopIteration, IndexError, ValueError):
        return None
