"""What a question that is asked of a host leaves behind: nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rigwright.host.questions import ask


def test_a_question_that_is_not_answered_in_time_ends_with_all_that_it_started(tmp_path: Path) -> None:
    """Such as a program that opens a file in whose place somebody put a pipe."""
    pipe, number = tmp_path / "pipe", tmp_path / "number"
    os.mkfifo(pipe)
    assert ask(f"echo $$ >{number}; cat {pipe} & echo $! >>{number}; wait", limit_seconds=0.5) is None
    for line in number.read_text().split():
        stat = Path(f"/proc/{line}/stat")
        state = stat.read_text().rpartition(")")[2].split()[0] if stat.exists() else "gone"
        assert state in ("gone", "Z", "X")


def test_an_answer_has_its_code_and_both_its_outputs() -> None:
    done = ask("echo told; echo why >&2; exit 3")
    assert done
    assert (done.returncode, done.stdout, done.stderr) == (3, b"told\n", b"why\n")


@pytest.mark.parametrize("command", ["read line", "cat"])
def test_a_question_is_asked_without_any_input(command: str) -> None:
    assert ask(command, limit_seconds=5) is not None
