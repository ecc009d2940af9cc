"""What commands print on a terminal, in a pipe, and with colour turned off."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ESCAPE = "\x1b"
STYLED = "from rigwright.console import echo, style; echo(style('in sync', 'green', 'bold'))"
PROGRESS = """
import time
from rigwright.console import Progress
with Progress("querying a host with a very long name, web-frontend-01.studio.example.org"):
    time.sleep(1.2)
"""


def environment(**more: str) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM", "CI", "COLUMNS")
    }
    return {**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm", **more}


def on_a_terminal(script: str, *, columns: str = "80", **more: str) -> str:
    """All that a program writes when both its outputs are a terminal."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(  # noqa: S606  a list, no shell
            sys.executable,
            [sys.executable, "-c", script],
            environment(COLUMNS=columns, PYTHONIOENCODING="utf-8", **more),
        )
    printed = b""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # so Linux reports the end of a terminal
            break
        if not part:
            break
        printed += part
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, printed
    return printed.decode()


def in_a_pipe(script: str, **more: str) -> tuple[str, str]:
    """What it writes to standard output and to standard error when neither is a terminal."""
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment(**more), capture_output=True, text=True, check=True
    )
    return done.stdout, done.stderr


def test_a_terminal_gets_colour() -> None:
    assert on_a_terminal(STYLED) == "\x1b[32;1min sync\x1b[0m\r\n"


@pytest.mark.parametrize("more", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["NO_COLOR", "dumb"])
def test_colour_can_be_turned_off(more: dict[str, str]) -> None:
    assert on_a_terminal(STYLED, **more) == "in sync\r\n"


def test_an_empty_no_color_is_none_at_all() -> None:
    """https://no-color.org: present and not an empty string."""
    assert ESCAPE in on_a_terminal(STYLED, NO_COLOR="")


def test_a_pipe_gets_plain_text_even_where_colour_is_possible() -> None:
    assert in_a_pipe(STYLED) == ("in sync\n", "")


@pytest.mark.parametrize("columns", [20, 40])
def test_progress_fits_a_narrow_terminal_and_is_wiped_at_the_end(columns: int) -> None:
    """A line that wraps could not be rewritten: each frame would leave one behind."""
    printed = on_a_terminal(PROGRESS, columns=str(columns))
    frames = [re.sub(r"\x1b\[K", "", frame) for frame in printed.split("\r") if frame.strip()]
    written = [frame for frame in frames if frame]
    assert len(written) > 1
    assert max(map(len, written)) == columns - 1
    assert "\n" not in printed
    assert printed.endswith("\r\x1b[K")


def test_progress_of_a_moment_is_no_line_in_a_pipe() -> None:
    assert in_a_pipe(PROGRESS) == ("", "")


def test_text_of_a_host_cannot_drive_the_terminal() -> None:
    script = r"from rigwright.console import echo, printable; echo(printable('a\x1b[2Jb\nc\x07é'))"
    assert in_a_pipe(script, PYTHONIOENCODING="utf-8")[0] == "a\\x1b[2Jb\\nc\\x07é\n"


def test_a_mark_that_the_locale_cannot_encode_hides_nothing() -> None:
    script = "from rigwright.console import echo, tolerate; tolerate(); echo('✓ in sync')"
    assert in_a_pipe(script, PYTHONIOENCODING="ascii")[0] == "? in sync\n"
