"""A query leaves no process on a host."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rigwright.host.queries import run_queries, run_query
from tests.support.waiting import wait_until


def test_a_query_that_times_out_ends_with_all_processes_that_it_started(tmp_path: Path) -> None:
    """Such as a program that opens a file that was replaced with a pipe."""
    pipe, number = tmp_path / "pipe", tmp_path / "number"
    os.mkfifo(pipe)
    number.touch()
    started: list[str] = []
    for limit_seconds in (0.3, 3, 30):  # a machine that is busy needs longer to begin
        if len(started) < 2:
            command = f"echo $$ >{number}; cat {pipe} & echo $! >>{number}; wait"
            assert run_query(command, limit_seconds) is None
            started = number.read_text().split()
    assert len(started) == 2
    wait_until(lambda: {state(process) for process in started} <= {"gone", "Z", "X"}, seconds=10)


def state(process: str) -> str:
    """A process's state as proc_pid_stat(5) has it. One that was killed may need a moment to go."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "gone"


def test_a_query_returns_its_code_and_both_outputs() -> None:
    done = run_query("echo found; echo why >&2; exit 3")
    assert done
    assert (done.returncode, done.stdout, done.stderr) == (3, b"found\n", b"why\n")


@pytest.mark.parametrize("command", ["read line", "cat"])
def test_a_query_has_no_input(command: str) -> None:
    assert run_query(command, limit_seconds=5) is not None


@pytest.mark.parametrize(("later", "expected"), [(0, 0), (3, 3)])
def test_a_probe_that_failed_beside_all_others_is_run_once_more_alone(
    tmp_path: Path, later: int, expected: int
) -> None:
    mark = tmp_path / "mark"
    probe = f"test -e {mark} && exit {later}; touch {mark}; exit 7"
    one = {"steps": {}, "probes": {"the toy": probe}, "runtime_states": {}, "loads": {}}
    assert run_queries({"subsystems": {"toy": one}})["probes"] == {probe: expected}
