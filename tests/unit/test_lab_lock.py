"""What ``./rig`` stands on: the lock file, and a script that any Debian's /bin/sh reads."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text()


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def _declared() -> set[str]:
    # No TOML reader is in Python 3.10: the lists of requirements are the quoted lines of these two tables.
    text = (ROOT / "pyproject.toml").read_text()
    lists = re.findall(r"^(?:dependencies|dev) = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert len(lists) == 2
    return {_name(line) for body in lists for line in re.findall(r'^  "([^"]+)"', body, re.MULTILINE)}


def test_every_declared_package_is_locked() -> None:
    locked = {_name(line) for line in LOCK.splitlines() if re.match(r"[A-Za-z]", line)}
    assert _declared() <= locked


def test_every_locked_package_has_one_version_and_hashes() -> None:
    for requirement in re.split(r"\n(?=\S)", LOCK.strip()):
        assert re.match(r"[a-z0-9-]+==\S+", requirement), requirement
        assert "--hash=sha256:" in requirement, requirement


def test_the_lock_names_no_package_index() -> None:
    assert not re.search(r"index-url|find-links|trusted-host|://", LOCK)


def test_the_posix_shell_reads_the_script() -> None:
    subprocess.run(["/bin/sh", "-n", str(ROOT / "rig")], check=True)
    subprocess.run(["/bin/sh", "-n", str(ROOT / "rigwright/lab/boot.sh")], check=True)
