"""Every ``rig`` command that the documentation shows exists, with those options. Nothing is run."""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Iterator

import click
import pytest

from rigwright.cli import cli
from rigwright.cli.up import closing
from rigwright.inventory.load import load
from tests.support.pages import ROOT, Block, pages

RIG = re.compile(r"^(?:sudo +)?(\./)?rig(?= |$)")
SEPARATORS = re.compile(r"\s(?:&&|\|\|?|;)\s")


def commands(block: Block) -> Iterator[str]:
    """The calls of ``rig`` in a block, without what stands before and behind them."""
    for line in block.script.replace("\\\n", " ").splitlines():
        for part in SEPARATORS.split(line):
            inner = re.sub(r"\s[0-9]?[<>].*", "", part.strip())
            if RIG.match(inner):
                yield inner


SHOWN = [
    pytest.param(block, command, id=f"{block.where} {command}")
    for page in pages()
    for block in page.blocks
    if block.language in ("sh", "console")
    for command in commands(block)
]


def read(command: str) -> None:
    """Hold one call of ``rig``, as it is typed, against the command line.

    Raises:
        click.UsageError: It would be refused.
    """
    words = shlex.split(command, comments=True)
    start = next(index for index, word in enumerate(words) if word.endswith("rig")) + 1
    with contextlib.suppress(click.exceptions.Exit):  # --help and --version end so
        parse(words[start:])


def parse(words: list[str]) -> None:
    """Let click read a command line as if it were run, and stop before it is.

    Raises:
        click.UsageError: There is no such command or option, or it takes other arguments.
    """
    command: click.Command = cli
    context = click.Context(cli, info_name="rig")
    while True:
        with command.make_context(context.info_name, list(words), parent=context.parent) as parsed:
            if not isinstance(command, click.Group):
                return
            rest = [*parsed._protected_args, *parsed.args]  # noqa: SLF001  click has no other way
            if not rest:
                return
            name, child, words = command.resolve_command(parsed, rest)
            if child is None:
                raise click.UsageError(f"no command {name}")
            command, context = child, click.Context(child, info_name=name, parent=parsed)


@pytest.mark.parametrize(("block", "command"), SHOWN)
def test_the_command_exists_with_these_options(block: Block, command: str) -> None:
    try:
        read(command)
    except click.UsageError as error:
        pytest.fail(f"{block.where}: {command}: {error.format_message()}")


@pytest.mark.parametrize(("block", "command"), SHOWN)
def test_the_command_can_be_copied(block: Block, command: str) -> None:
    """Nothing puts ``rig`` on a reader's path: it is run as ``./rig`` from the repository."""
    assert re.match(r"^(sudo +)?\./rig", command), f"{block.where}: write ./{command}"


INLINE = [
    pytest.param(page.name, words, id=f"{page.name} {words}")
    for page in pages()
    for line in page.prose()
    for words in re.findall(r"`((?:\./)?rig [a-z][^`]*)`", line)
]


@pytest.mark.parametrize(("page", "command"), INLINE)
def test_a_command_named_in_a_sentence_exists(page: str, command: str) -> None:
    """Arguments may be left out there; nothing else may be wrong."""
    try:
        read(command)
    except (click.MissingParameter, click.exceptions.NoArgsIsHelpError):
        pass
    except click.UsageError as error:
        pytest.fail(f"{page}: {command}: {error.format_message()}")


@pytest.mark.parametrize("wrong", ["nosuch", "drift --nosuch", "lab nosuch", "lab up --os debian1"])
def test_what_does_not_exist_would_be_noticed(wrong: str) -> None:
    with pytest.raises(click.UsageError):
        parse(wrong.split())


def test_the_page_that_ends_rig_up_names_commands_that_exist() -> None:
    host = load(ROOT / "inventories" / "prod.py")[0]
    lines = (line.strip() for line in closing(host).splitlines())
    found = [line for line in lines if line.startswith("./rig")]
    assert len(found) > 2
    for command in found:
        read(command)
