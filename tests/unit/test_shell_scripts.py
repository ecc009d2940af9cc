"""shellcheck finds nothing in any shell script of the repository, those that travel to hosts too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rigwright.remote import commands
from rigwright.repository import ROOT

PARTS = "rigwright/host/transaction/"
"""Of one script, which is checked as it travels."""
MAX_PART_LINES = 150
SHELLCHECK = Path(sys.executable).with_name("shellcheck")


def scripts() -> list[str]:
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard", "*.sh", "rig"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    # Templates are configuration, and golden files are what is rendered.
    return [name for name in listed if name and not name.startswith(("tests/golden/", "templates/", PARTS))]


def test_there_are_scripts_to_read() -> None:
    assert {"rig", "rigwright/host/packages.sh"} <= {*scripts()}


@pytest.mark.parametrize("name", scripts())
def test_shellcheck_finds_nothing(name: str) -> None:
    done = shellcheck(_shell(name), name)
    assert done.returncode == 0, done.stdout


def test_shellcheck_finds_nothing_in_the_transaction_as_it_travels() -> None:
    done = shellcheck("sh", "-", commands.TRANSACTION)
    assert done.returncode == 0, done.stdout


def test_the_transaction_has_all_its_parts_and_each_is_short() -> None:
    parts = {path.stem: path.read_text() for path in (ROOT / PARTS).glob("*.sh")}
    assert set(parts) == {*commands.TRANSACTION_PARTS}
    assert {
        name: text.count("\n") for name, text in parts.items() if text.count("\n") >= MAX_PART_LINES
    } == {}


def shellcheck(shell: str, name: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SHELLCHECK, "--shell", shell, "--severity", "style", "--external-sources", name],
        cwd=ROOT,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )


def _shell(name: str) -> str:
    first = (ROOT / name).read_text().partition("\n")[0]
    return "bash" if first.endswith("bash") else "sh"
