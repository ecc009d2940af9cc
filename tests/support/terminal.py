"""``rig`` at a terminal of its own, where it asks and a person types."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

from typing_extensions import Self

from tests.support.command import ROOT

LIMIT_SECONDS = 300


class Terminal:
    """A command that runs at a terminal, until the block ends."""

    def __init__(self, *arguments: str | Path) -> None:
        self._near, far = pty.openpty()
        self.printed = ""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rigwright", *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "200"},
            stdin=far,
            stdout=far,
            stderr=far,
            start_new_session=True,
        )
        os.close(far)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._near)

    def until(self, words: str) -> str:
        """All that was printed, as soon as these words are in it."""
        end = time.monotonic() + LIMIT_SECONDS
        while words not in self.printed:
            assert self._read(end - time.monotonic()), f"{words!r} is not in:\n{self.printed}"
        return self.printed

    def type(self, line: str) -> None:
        """Type a line."""
        os.write(self._near, f"{line}\n".encode())

    def end(self) -> int:
        """The exit code, once it has ended and all of its output is read."""
        end = time.monotonic() + LIMIT_SECONDS
        while self._read(end - time.monotonic()):
            pass
        return self._process.wait(LIMIT_SECONDS)

    def _read(self, seconds: float) -> bool:
        """Read some more; false at the end of the output, and when the time is over."""
        ready, _, _ = select.select([self._near], [], [], max(seconds, 0))
        try:
            more = os.read(self._near, 65536) if ready else b""
        except OSError:  # Linux's way to report that the other end is closed
            more = b""
        self.printed += more.decode(errors="replace").replace("\r\n", "\n")
        return bool(more)
