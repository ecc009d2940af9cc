"""A child ends with the process that started it, however that ends; else its work would go on unseen."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rigwright.apply import child_process
from tests.support.command import ROOT
from tests.support.waiting import wait_until

PATIENCE_SECONDS = 20
CHILD = """\
import os, pathlib, sys, time
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
time.sleep(120)
"""
SHOUT = """\
import sys
print(sys.argv[1:], sys.stdin.read(), flush=True)
print("oh", file=sys.stderr)
sys.exit(3)
"""
PARENT = """\
import os, signal, sys
from pathlib import Path
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # what nohup starts ignores it
from rigwright.apply import child_process
child_process.run("sleeper", [sys.argv[1]], folder=Path(sys.argv[2]), environment=dict(os.environ))
"""


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose modules a child finds."""
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{tmp_path}")
    return tmp_path


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
def test_a_child_is_gone_soon_after_its_parent_was_killed(modules: Path, number: signal.Signals) -> None:
    (modules / "sleeper.py").write_text(CHILD)
    pid_file = modules / "pid"
    with subprocess.Popen([sys.executable, "-c", PARENT, str(pid_file), str(modules)]) as parent:
        wait_until(lambda: pid_file.exists() and pid_file.read_text() != "", seconds=PATIENCE_SECONDS)
        child = int(pid_file.read_text())
        assert runs(child)
        parent.send_signal(number)
        assert parent.wait(PATIENCE_SECONDS) == -number
    wait_until(lambda: not runs(child), seconds=PATIENCE_SECONDS)


def test_a_child_has_its_arguments_and_gives_back_its_code_and_all_that_it_printed(modules: Path) -> None:
    (modules / "shout.py").write_text(SHOUT)
    done = child_process.run("shout", ["a b", "--c"], folder=modules, environment=dict(os.environ))
    assert (done.returncode, done.stdout) == (3, "['a b', '--c'] \noh\n")


def test_a_run_leaves_no_descriptor_open(modules: Path) -> None:
    (modules / "quick.py").write_text("")
    before = set(Path("/proc/self/fd").iterdir())
    child_process.run("quick", [], folder=modules, environment=dict(os.environ))
    assert set(Path("/proc/self/fd").iterdir()) == before
