"""A commit's subject names its part and fits a line, in the hook and in this repository's history."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from rigwright.dev.commits import fault, subjects
from rigwright.repository import ROOT

AUTHOR = {
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.com",
}


@pytest.mark.parametrize(
    "subject",
    [
        "zfs: warn when ZED is down",
        "cli, docs: name the option that a page shows",
        "tests/lab: wait for the socket",
        "x: " + 69 * "a",
        "Merge branch 'a'",
        'Revert "zfs: warn when ZED is down"',
        "fixup! zfs: warn when ZED is down",
    ],
)
def test_a_subject_that_names_its_part_is_accepted(subject: str) -> None:
    assert fault(subject) is None


@pytest.mark.parametrize(
    ("subject", "why"),
    [
        ("", "does not begin with its part"),
        ("Warn when ZED is down", "does not begin with its part"),
        ("zfs:warn", "does not begin with its part"),
        ("zfs: ", "does not begin with its part"),
        ("zfs: warn.", "full stop"),
        ("x: " + 70 * "a", "has 73 characters, at most 72"),
    ],
)
def test_another_subject_is_refused_with_the_reason(subject: str, why: str) -> None:
    assert why in str(fault(subject))


def test_every_commit_since_the_check_exists_keeps_to_it() -> None:
    found = subjects(ROOT)
    if found is None:
        pytest.skip("this copy has no git history, or not the whole of it")
    faults = {subject: fault(subject) for subject in found}
    assert not {subject: why for subject, why in faults.items() if why}


def test_history_before_the_check_and_merges_are_left_out(tmp_path: Path) -> None:
    script = """
        git init -q . && git commit -q --allow-empty -m 'Old form'
        mkdir -p rigwright/dev && touch rigwright/dev/commits.py && git add . && git commit -qm 'dev: check'
        git checkout -q -b other && git commit -q --allow-empty -m 'b: on a branch'
        git checkout -q - && git commit -q --allow-empty -m 'a: new'
        git merge -q --no-ff -m 'Whatever git writes' other
    """
    environment = {**os.environ, **AUTHOR}
    subprocess.run(["sh", "-euc", script], cwd=tmp_path, env=environment, check=True)
    assert sorted(subjects(tmp_path) or []) == ["a: new", "b: on a branch"]
    shallow = ["git", "clone", "-q", "--depth=1", f"file://{tmp_path}", str(tmp_path / "shallow")]
    subprocess.run(shallow, check=True)
    assert subjects(tmp_path / "shallow") is None


def test_the_hook_of_the_message_is_this_check(tmp_path: Path) -> None:
    """The entry that pre-commit runs, with the interpreter of this test in place of the repository's."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    (hook,) = (one for one in hooks if one["stages"] == ["commit-msg"])
    program, *arguments = hook["entry"].split()
    assert program == ".venv/bin/python"
    for subject, code in (("# a comment\n\nzfs: warn\n\nWhy.", 0), ("Warn.", 1)):
        message = tmp_path / "message"
        message.write_text(subject)
        done = subprocess.run(
            [sys.executable, *arguments, str(message)], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stderr
        assert ("does not begin with its part" in done.stderr) is bool(code)


def test_every_hook_is_a_tool_that_the_lock_file_installs() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    for hook in hooks:
        program = Path(hook["entry"].split()[0])
        assert (hook["language"], str(program.parent)) == ("system", ".venv/bin")
        assert shutil.which(program.name, path=str(Path(sys.executable).parent)), program
