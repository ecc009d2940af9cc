"""What a question that is asked of a host leaves behind: nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rigwright.host.queries import ask
from tests.support.waiting import wait_until


def test_a_question_that_is_not_answered_in_time_ends_with_all_that_it_started(tmp_path: Path) -> None:
    """Such as a program that opens a file in whose place somebody put a pipe."""
    pipe, number = tmp_path / "pipe", tmp_path / "number"
    os.mkfifo(pipe)
    number.touch()
    started: list[str] = []
    for limit_seconds in (0.3, 3, 30):  # a machine that is busy needs longer to begin
        if len(started) < 2:
            command = f"echo $$ >{number}; cat {pipe} & echo $! >>{number}; wait"
            assert ask(command, limit_seconds) is None
            started = number.read_text().split()
    assert len(started) == 2
    wait_until(lambda: {state(process) for process in started} <= {"gone", "Z", "X"}, seconds=10)


def state(process: str) -> str:
    """A process's state as proc_pid_stat(5) has it. One that was killed may need a moment to go."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "gone"


def test_an_answer_has_its_code_and_both_its_outputs() -> None:
    done = ask("echo told; echo why >&2; exit 3")
    assert done
    assert (done.returncode, done.stdout, done.stderr) == (3, b"told\n", b"why\n")


@pytest.mark.parametrize("command", ["read line", "cat"])
def test_a_question_is_asked_without_any_input(command: str) -> None:
    assert ask(command, limit_seconds=5) is not None
