"""``promtool`` of Debian's package ``prometheus``, where this machine has none of its own."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.command import ROOT

FOLDER = ROOT / ".lab" / "promtool"
BINARY = FOLDER / "unpacked" / "usr" / "bin" / "promtool"


def promtool() -> Path:
    """The program. The test is skipped on systems without apt: the lab's hosts have it."""
    if found := shutil.which("promtool"):
        return Path(found)
    if not shutil.which("apt-get"):
        pytest.skip("neither promtool nor apt here; tests/lab/test_prometheus.py runs it on a host")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not BINARY.exists():
            _fetch()
    return BINARY


def _fetch() -> None:
    subprocess.run(["apt-get", "-q", "download", "prometheus"], cwd=FOLDER, check=True, capture_output=True)
    (package,) = FOLDER.glob("prometheus_*.deb")
    subprocess.run(["dpkg", "-x", package.name, "unpacked"], cwd=FOLDER, check=True, capture_output=True)
    package.unlink()


def run(folder: Path, tests: Mapping[str, str], files: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """What ``promtool test rules`` says of these files with tests, about these rule files."""
    for name, text in {**files, **tests}.items():
        (folder / name).write_text(text)
    command = [str(promtool()), "test", "rules", *tests]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
