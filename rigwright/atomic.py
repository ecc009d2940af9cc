"""Files on the operator's machine that are replaced whole or not at all, by one writer at a time."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rigwright.errors import RigError

LOCK_TIMEOUT_SECONDS = 10.0


@contextmanager
def locked(directory: Path, timeout_seconds: float = LOCK_TIMEOUT_SECONDS) -> Iterator[None]:
    """Hold the directory's lock; made when missing, private to the user.

    The lock ends with the process, however that ends, and leaves no file.

    Raises:
        RigError: Another process held it all the time.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _lock(handle, directory, time.monotonic() + timeout_seconds)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, directory: Path, deadline: float) -> None:
    while not _locked_now(handle):
        if time.monotonic() >= deadline:
            raise RigError(
                "another rig command is changing files here",
                file=str(directory),
                next_step="wait for it to end and run again",
            )
        time.sleep(0.05)


def _locked_now(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def replace(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Put the content in place of the file, on disk before the name changes.

    A process that is killed in between leaves the old file, and ``.NAME.new`` beside it until the next call.
    The caller holds the directory's lock.

    Raises:
        RigError: It could not be written; the old file is untouched.
    """
    staged = path.with_name(f".{path.name}.new")
    try:
        staged.unlink(missing_ok=True)
        handle = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        staged.replace(path)
        _sync(path.parent)
    except OSError as error:
        with suppress(OSError):
            staged.unlink(missing_ok=True)
        raise RigError(
            f"could not be written ({error.strerror}); it is as it was",
            file=str(path),
            next_step="make room or fix the permissions, and run again",
        ) from error


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
