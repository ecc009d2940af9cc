"""Options and arguments that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from rigwright import console
from rigwright.errors import RigError
from rigwright.inventory.default import default
from rigwright.remote.destination import Destination, destination
from rigwright.repository import ROOT

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def inventory_of(given: str | Path | None) -> Path:
    """The inventory that a command takes; where none is given, a line on standard error names which."""
    if given is not None:
        return Path(given)
    path, why = default(os.environ, ROOT, Path.cwd())
    console.note(f"inventory: {path} ({why})")
    return path


def inventory_first(words: Sequence[str]) -> tuple[Path, Sequence[str]]:
    """The inventory where the first word names one, else the default; and the other words."""
    named = bool(words) and words[0].endswith(".py")
    return inventory_of(words[0] if named else None), words[1:] if named else words


class Separated(click.Command):
    """A command whose last argument is another command, behind ``--``, with options of its own.

    What stands there is in ``ctx.meta[Separated.WORDS]``; None where there is no ``--``.
    """

    WORDS = "rigwright.words"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep what stands behind the first ``--`` from click."""
        end = args.index("--") if "--" in args else None
        ctx.meta[self.WORDS] = None if end is None else tuple(args[end + 1 :])
        return super().parse_args(ctx, args if end is None else args[:end])


def _inventory(_ctx: click.Context, _parameter: click.Parameter, value: Path | None) -> Path:
    return inventory_of(value)


def _words(values: Sequence[str]) -> list[str]:
    words = [word.strip() for value in values for word in value.split(",")]
    if "" in words:
        raise click.BadParameter("a name is empty")
    return words


def forks(count: int) -> Callable[[Decorated], Decorated]:
    """The option for how many hosts at a time, with its default."""
    return click.option(
        "--at-once",
        "--forks",
        "forks",
        metavar="N",
        type=click.IntRange(1, 200),
        default=count,
        show_default=True,
        help="How many hosts at a time.",
    )


class DestinationType(click.ParamType):  # type: ignore[type-arg]  # click 8.1 has no type arguments
    """A host as ``ssh`` names it; anything else is wrong usage."""

    name = "host"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Destination:
        """The host that the argument names."""
        try:
            return destination(str(value))
        except RigError as error:
            self.fail(str(error), param, ctx)


DESTINATION = DestinationType()
INVENTORY = click.argument(
    "inventory", type=click.Path(path_type=Path), default=None, required=False, callback=_inventory
)
MAYBE_INVENTORY = click.argument("inventory", type=click.Path(path_type=Path), default=None, required=False)
"""For a command that may do without: :func:`inventory_of` resolves it."""
LIMIT = click.option(
    "--limit",
    "names",
    metavar="PATTERN",
    multiple=True,
    help="Only these hosts: names, groups, @groups and globs with commas, !NAME leaves out; may be repeated.",
)
ONLY = click.option(
    "--only",
    metavar="SUBSYSTEM",
    multiple=True,
    callback=lambda _ctx, _parameter, values: tuple(dict.fromkeys(_words(values))),
    help="Only these subsystems, with commas, and what they need; nothing is said of the rest.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
DIFF = click.option(
    "--diff/--no-diff",
    default=None,
    help="Show every line of the differences of files, or none; without it the first lines of each.",
)
VERBOSE = click.option("-v", "--verbose", is_flag=True, help="Show more of each step or finding.")
HTML = click.option(
    "--html",
    "html",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write a report for a browser there, too.",
)
