"""A restore of PostgreSQL is refused where the host has another major version than the backups."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from rigwright.desired.program import program

INFO = {
    "archive": [{"database": {"id": 2, "repo-key": 1}, "id": "15-2", "max": "0" * 24, "min": "0" * 24}],
    "backup": [{"backrest": {"format": 5, "version": "2.45"}, "database": {"id": 2, "repo-key": 1}}],
    "db": [
        {"id": 1, "repo-key": 1, "system-id": 7569239123849665679, "version": "14"},
        {"id": 2, "repo-key": 1, "system-id": 7569239123849665680, "version": "15"},
    ],
    "name": "main",
}
"""As ``pgbackrest info --output=json`` has it of a stanza that was upgraded once (its command reference)."""


def refused(tmp_path: Path, here: str, printed: str) -> subprocess.CompletedProcess[str]:
    text = program("backup/programs/scratch.sh")
    function = text[text.index("same_version() {") :]
    stand_in = tmp_path / "pgbackrest"
    stand_in.write_text(f"#!/bin/sh\ncat <<'END'\n{printed}\nEND\n")
    stand_in.chmod(0o755)
    given = f"set -eu\nprograms=/usr/lib/postgresql/{here}/bin config=x stanza=main\nPATH={tmp_path}:$PATH\n"
    return subprocess.run(
        ["sh", "-c", f"{given}{function}\nsame_version\necho goes on"],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("here", "code"), [("15", 0), ("17", 1), ("14", 1)])
def test_only_the_version_of_the_backups_goes_on(tmp_path: Path, here: str, code: int) -> None:
    done = refused(tmp_path, here, json.dumps([INFO], separators=(",", ":")))
    assert (done.returncode, done.stdout) == (code, "" if code else "goes on\n")
    assert (f"of PostgreSQL 15, and this host has {here}" in done.stderr) == bool(code)


def test_without_a_backup_it_is_for_the_restore_itself_to_fail(tmp_path: Path) -> None:
    assert refused(tmp_path, "17", "[]").stdout == "goes on\n"
