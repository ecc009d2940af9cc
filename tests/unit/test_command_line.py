"""The command line: which hosts, which inventory, and what stands behind ``--``."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from rigwright.cli import COMMANDS, SECTIONS, cli
from rigwright.cli.options import INVENTORY, Separated
from rigwright.cli.run import exit_code

PROD = "inventories/prod.py"


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ([0, 0], 0),
        ([3], 3),
        ([0, 3, 3], 3),
        ([2, 3], 1),
        ([0, None], 255),
        ([3, None], 255),
        ([255], 255),
    ],
)
def test_one_exit_code_stands_for_those_of_all_hosts(codes: list[int | None], code: int) -> None:
    assert exit_code(codes) == code


def separated(*words: str) -> tuple[tuple[str, ...], object]:
    command = Separated("x", params=[click.Argument(["words"], nargs=-1), click.Option(["--limit"])])
    context = command.make_context("x", [*words])
    return context.params["words"], context.meta[Separated.WORDS]


def test_what_stands_behind_two_dashes_is_another_command_with_options_of_its_own() -> None:
    assert separated("a.py", "--limit", "web", "--", "ls", "--limit", "--", "x.py") == (
        ("a.py",),
        ("ls", "--limit", "--", "x.py"),
    )
    assert separated("a.py", "web") == (("a.py", "web"), None)
    assert separated("--", "x.py") == ((), ("x.py",))
    with pytest.raises(click.NoSuchOption):
        separated("a.py", "-l", "--", "ls")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", PROD], "write the command behind --"),
        (["run", PROD, "uptime"], "write the command behind --"),
        (["run", PROD, "--"], "write the command behind --"),
        (["ssh", PROD], "name one host"),
        (["ssh", PROD, "studio", "uptime"], "name one host"),
    ],
)
def test_a_command_in_the_wrong_place_is_wrong_usage(words: list[str], message: str) -> None:
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 2  # click's own; main makes 64 of it
    assert message in done.output


BACKUP = ("backup status", "backup list", "backup now", "backup verify")


@pytest.mark.parametrize(
    "command", ["plan", "apply", "verify", "drift", "health", "access", "reboot", "run", *BACKUP]
)
def test_every_command_for_hosts_takes_the_same_limit(command: str) -> None:
    words = [*command.split(), PROD, "--limit", "stduio", *(["--", "true"] if command == "run" else [])]
    error = CliRunner().invoke(cli, words).exception
    assert "did you mean studio" in str(error), error


def test_the_inventory_that_is_used_is_named_where_none_was(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[Path] = []
    command = INVENTORY(click.Command("x", callback=lambda inventory: seen.insert(0, inventory)))
    monkeypatch.setenv("RIG_INVENTORY", PROD)
    command.main([], standalone_mode=False)
    assert (seen.pop(), capsys.readouterr().err) == (Path(PROD), f"inventory: {PROD} (RIG_INVENTORY)\n")
    command.main(["mine.py"], standalone_mode=False)
    assert (seen.pop(), capsys.readouterr().err) == (Path("mine.py"), "")


def test_help_lists_every_command_once_and_imports_none() -> None:
    shown = CliRunner().invoke(cli, ["--help"]).output
    assert sum(map(len, SECTIONS.values())) == len(COMMANDS)
    for title, commands in SECTIONS.items():
        assert f"{title}:" in shown
        for name, what in commands.items():
            assert f"  {name} " in shown
            assert what.split()[0] in shown
