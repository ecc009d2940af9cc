"""What an editor leaves behind is removed, and what another editor still works on is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from rigwright.secrets.editor import sweep


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
