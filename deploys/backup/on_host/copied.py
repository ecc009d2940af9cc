"""While a repository is copied to the second place, nothing is removed from it."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

LOCK = "copied.lock"
"""In the folder of what is known of its backups; the kernel frees it when its holder is gone."""


@contextlib.contextmanager
def copied(state: Path) -> Iterator[None]:
    """It is copied meanwhile; waits for a removal that is under way."""
    path = state / LOCK
    with path.open("a", encoding="ascii") as file:
        path.chmod(0o644)
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextlib.contextmanager
def nothing_is_copied(state: Path) -> Iterator[bool]:
    """Whether something may be removed from a repository now: not while a copy of it is made."""
    path = state / LOCK
    if not path.exists():
        yield True
        return
    with path.open(encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
