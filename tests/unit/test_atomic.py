"""A file is replaced whole or not at all."""

from __future__ import annotations

import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rigwright.atomic import locked, replace
from rigwright.errors import RigError


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_content_and_mode(tmp_path: Path) -> None:
    path = tmp_path / "file"
    replace(path, b"one", mode=0o644)
    replace(path, b"two")
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names(tmp_path) == ["file"]


def test_what_a_killed_writer_left_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / ".file.new").write_bytes(b"half of a longer content")
    replace(tmp_path / "file", b"two")
    assert (tmp_path / "file").read_bytes() == b"two"
    assert names(tmp_path) == ["file"]


def test_a_planted_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"untouched")
    (tmp_path / ".file.new").symlink_to(tmp_path / "other")
    replace(tmp_path / "file", b"two")
    assert (tmp_path / "other").read_bytes() == b"untouched"


def test_a_failed_write_leaves_the_old_file_and_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()  # a directory cannot be renamed over
    with pytest.raises(RigError, match=r"file: could not be written") as caught:
        replace(tmp_path / "file", b"two")
    assert caught.value.next_step
    assert names(tmp_path) == ["file"]


def test_a_second_writer_waits_and_then_fails_with_the_reason(tmp_path: Path) -> None:
    with (
        locked(tmp_path),
        pytest.raises(RigError, match="another rig command"),
        locked(tmp_path, timeout_seconds=0.1),
    ):
        pass
    with locked(tmp_path, timeout_seconds=0):
        pass


def test_a_writer_killed_at_any_time_leaves_a_whole_file_and_no_lock(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from rigwright.atomic import locked, replace\n"
        "path = Path(sys.argv[1])\n"
        "for turn in range(10**9):\n"
        "    with locked(path.parent): replace(path, bytes([turn % 250]) * 300_000)\n"
    )
    path = tmp_path / "file"
    for wait_ms in (1, 3, 7, 11, 19):
        writer = subprocess.Popen([sys.executable, "-c", script, str(path)])
        while not path.exists() and writer.poll() is None:
            time.sleep(0.01)
        time.sleep(wait_ms / 1000)
        writer.kill()
        writer.wait()
        content = path.read_bytes()
        assert len(content) == 300_000
        assert len(set(content)) == 1
    with locked(tmp_path, timeout_seconds=0):
        pass
