"""Editing a secret: in a directory in memory that only the user can enter, and that never stays."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

from rigwright.errors import RigError
from rigwright.secrets.leftovers import PREFIX, folder, sweep
from rigwright.secrets.value import Secret


def edit(secret: Secret, environment: Mapping[str, str]) -> Secret:
    """The secret as the user's editor left it.

    Raises:
        RigError: The editor is missing or failed.
    """
    with private_directory() as directory:
        file = directory / secret.name
        file.touch(mode=0o600)
        file.write_bytes(secret.reveal_bytes())
        _run_editor([*editor_command(environment), str(file)])
        return Secret(secret.name, file.read_bytes())


def editor_command(environment: Mapping[str, str]) -> list[str]:
    """``$VISUAL``, else ``$EDITOR``, else vi (POSIX), as an argument list."""
    return shlex.split(environment.get("VISUAL") or environment.get("EDITOR") or "vi")


def _run_editor(command: list[str]) -> None:
    try:
        status = subprocess.run(command, check=False).returncode
    except OSError as error:
        raise RigError(
            f"the editor {command[0]!r} does not start: {error.strerror}",
            next_step="set $EDITOR to your editor",
        ) from error
    if status:
        raise RigError(f"the editor ended with {status}; nothing was changed", next_step="run again")


@contextmanager
def private_directory() -> Iterator[Path]:
    """A directory with mode 0700, in memory where there is a tmpfs; removed afterwards, whatever happens.

    What a killed process left there is removed by the next command of ``rig``, whichever it is.
    """
    base = folder()
    sweep(base)
    with _signals_raise():
        directory = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=base))
        try:
            yield directory
        finally:
            shutil.rmtree(directory)


@contextmanager
def _signals_raise() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the process by an exception, so that cleaning up takes place."""

    def leave(number: int, _: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            with suppress(TypeError):  # a handler that was not set from Python cannot be put back
                signal.signal(number, handler)
