"""Programs that travel in a command."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from rigwright.desired import program
from rigwright.errors import RigError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two programs."""
    programs = tmp_path / "deploys" / "toy" / "programs"
    programs.mkdir(parents=True)
    (programs / "show.sh").write_text('printf "%s|" "$level" "$@"\n')
    (programs / "show.py").write_text("import sys\nprint(sys.argv[1:])\n")
    monkeypatch.setattr(program, "ROOT", tmp_path)
    return programs


def run(command: str) -> str:
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout


def test_values_reach_a_shell_program_whatever_they_hold() -> None:
    command = program.shell("toy/programs/show.sh", "a b", "$(id)", "it's", variables={"level": "1\n2; id"})
    assert run(command) == "1\n2; id|a b|$(id)|it's|"


def test_values_reach_a_python_program_whatever_they_hold() -> None:
    assert run(program.python("toy/programs/show.py", '{"a": "$(id)"}')) == '[\'{"a": "$(id)"}\']\n'


def test_a_name_that_is_no_variable_is_refused() -> None:
    with pytest.raises(ValueError, match="no name of a shell variable"):
        program.shell("toy/programs/show.sh", variables={"x;id": "1"})


def test_a_program_that_is_missing_is_named() -> None:
    with pytest.raises(RigError) as caught:
        program.program("toy/programs/other.sh")
    assert caught.value.file == "deploys/toy/programs/other.sh"
