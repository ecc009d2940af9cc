"""What an editor leaves behind is removed, and what another editor still works on is not."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rigwright.repository import ROOT
from rigwright.secrets.leftovers import sweep


def left_by(pid: int, base: Path) -> Path:
    folder = base / f"rig-secret-{pid}-abc"
    folder.mkdir()
    return folder


def test_only_folders_of_processes_that_are_gone_are_removed(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    own, init, dead = left_by(os.getpid(), tmp_path), left_by(1, tmp_path), left_by(gone.pid, tmp_path)
    impossible = left_by(10**20, tmp_path)
    sweep(tmp_path)
    assert (own.exists(), init.exists()) == (True, True)
    assert (dead.exists(), impossible.exists()) == (False, False)


def test_a_folder_of_an_earlier_process_with_the_same_number_is_removed(tmp_path: Path) -> None:
    """The number came round: the process that has it began long after the folder was made."""
    earlier = left_by(os.getpid(), tmp_path)
    os.utime(earlier, (1_000_000_000, 1_000_000_000))
    sweep(tmp_path)
    assert not earlier.exists()


CRASHING = """
import os, resource, sys
from rigwright.secrets.process import keep_to_itself
resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
if sys.argv[1] == "kept":
    keep_to_itself()
sys.stdout.write(f"{resource.getrlimit(resource.RLIMIT_CORE)[0]} {os.stat('/proc/self/mem').st_uid} ")
sys.stdout.flush()
os.abort()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems write core files elsewhere")
def test_a_command_that_is_killed_writes_no_core_file(tmp_path: Path) -> None:
    if resource.getrlimit(resource.RLIMIT_CORE)[1] == 0:
        pytest.skip("this user may write no core file at all")
    found = {
        how: subprocess.run(
            [sys.executable, "-c", CRASHING, how],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        for how in ("free", "kept")
    }
    assert found["kept"].returncode == found["free"].returncode == -signal.SIGABRT
    assert found["kept"].stdout.split()[0] == "0"
    assert found["free"].stdout.split()[0] != "0"
    pattern = Path("/proc/sys/kernel/core_pattern").read_text().strip()
    if pattern == "core":
        assert len(list(tmp_path.glob("core*"))) == 1, "the free one's"


def test_git_takes_no_core_file() -> None:
    names = ["core", "core.4242", "inventories/core.4242"]
    ignored = ["git", "check-ignore"]
    done = subprocess.run([*ignored, *names], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == names
    kept = subprocess.run([*ignored, "docs/explanation/core.md"], cwd=ROOT, check=False)
    assert kept.returncode == 1
