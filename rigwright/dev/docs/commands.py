"""``docs/reference/commands.md``: the ``--help`` of every command."""

from __future__ import annotations

from collections.abc import Iterator

import click

HEAD = """\
# Commands

<!-- Written by `rig docs` from the commands' own help: change that, not this page. -->

`./rig COMMAND --help` prints the same.
[Exit codes](exit-codes.md) are the same for all commands.
"""
COLUMNS = 100


def leaves(command: click.Command, name: str) -> Iterator[tuple[str, click.Context]]:
    """A command and all commands below it, each with its full name and a context for its help."""
    context = click.Context(
        command,
        info_name=name,
        terminal_width=COLUMNS,
        max_content_width=COLUMNS,
        help_option_names=["-h", "--help"],
    )
    yield name, context
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found is not None:
                yield from leaves(found, f"{name} {child}")


def page(command: click.Command) -> str:
    """The whole page for a command line."""
    parts = [HEAD]
    for name, context in leaves(command, "rig"):
        depth = "#" * max(name.count(" ") + 1, 2)
        parts.append(f"\n{depth} {name}\n\n```text\n{context.get_help().rstrip()}\n```\n")
    return "".join(parts)
