"""What commands print: colour on a terminal, plain text in pipes, progress on standard error."""

from __future__ import annotations

import io
import os
import shutil
import sys
import threading
import time
from types import TracebackType
from typing import IO

from typing_extensions import Self

COLOURS = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "dim": 2, "bold": 1}
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
PROGRESS_AFTER_SECONDS = 0.5


def coloured(stream: IO[str]) -> bool:
    """Whether escape codes belong on this stream: https://no-color.org, then what the terminal supports."""
    if os.environ.get("NO_COLOR"):
        return False
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def style(text: str, *names: str, stream: IO[str] | None = None) -> str:
    """Text in the named colours where the stream takes them, else unchanged."""
    if not coloured(stream or sys.stdout):
        return text
    codes = ";".join(str(COLOURS[name]) for name in names)
    return f"\x1b[{codes}m{text}\x1b[0m"


def width() -> int:
    """Columns of the terminal, 80 where there is none."""
    return shutil.get_terminal_size((80, 24)).columns


def tolerate() -> None:
    """Write what the locale cannot encode as ``?``: a mark or a host's text must not hide the verdict."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def printable(text: str) -> str:
    """Text of a host without what a terminal would execute, such as escape codes in the name of a file."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def echo(text: str = "") -> None:
    """A line on standard output, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def step(number: int, what: str) -> None:
    """Print the heading of a step of a command that takes several."""
    echo(f"{style(str(number), 'bold')}  {what}")


def note(text: str) -> None:
    """A line on standard error: anything that is not a result of the command."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


class Progress:
    """One line on standard error that shows what is being done and for how long.

    On a terminal the line is rewritten; elsewhere each step is printed once when it ends,
    and only if it took longer than two seconds.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._started = time.monotonic()
        self._stop = threading.Event()
        self._live = sys.stderr.isatty() and not os.environ.get("CI")
        self._thread = threading.Thread(target=self._draw, daemon=True)

    def __enter__(self) -> Self:
        if self._live:
            self._thread.start()
        return self

    def update(self, what: str) -> None:
        """Show that this is being done."""
        self._what = what

    def step(self, what: str) -> None:
        """Show that this is being done, as a line of its own where there is no terminal."""
        if what != self._what and not self._live:
            note(what)
        self.update(what)

    def _draw(self) -> None:
        if self._stop.wait(PROGRESS_AFTER_SECONDS):
            return
        frame = 0
        while not self._stop.wait(0.1):
            elapsed = time.monotonic() - self._started
            line = f"{SPINNER[frame % len(SPINNER)]} {self._what} ({elapsed:.0f} s)"
            sys.stderr.write(f"\r\x1b[K{line[: width() - 1]}")
            sys.stderr.flush()
            frame += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._live:
            self._thread.join()
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
        elapsed = time.monotonic() - self._started
        if elapsed > 2 and not kind:  # noqa: PLR2004  two seconds is where a person starts to wonder
            note(f"{self._what}: {elapsed:.1f} s")
