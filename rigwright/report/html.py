"""A report to read in a browser: one file that fetches nothing and runs nothing. It decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

import jinja2

from rigwright import __version__, atomic
from rigwright.console import printable
from rigwright.errors import RigError
from rigwright.report.plot import HEIGHT, WIDTH, Plot

TEMPLATE = Path(__file__).with_name("page.html.j2")
Tone = Literal["good", "more", "less", "other", "bad", "dull"]
"""The colour of a line: good, added, removed, changed, wrong, or neutral."""


@dataclass(frozen=True)
class Row:
    """One line: its mark, its text, notes such as since when, and a difference line by line."""

    mark: str
    tone: Tone
    text: str
    notes: tuple[str, ...] = ()
    diff: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """Columns by their names, and rows with as many cells each."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Part:
    """The rows of one subsystem, or of one kind of hardware or data, and a plot or a table of it."""

    name: str
    rows: tuple[Row, ...] = ()
    plot: Plot | None = None
    table: Table | None = None


@dataclass(frozen=True)
class Section:
    """One host.

    Attributes:
        name: Its name in the inventory.
        about: Its system and address.
        parts: Its findings or checks.
        well: What is shown where there are no parts.
        error: Why its state is unknown, line by line.
    """

    name: str
    about: str
    parts: tuple[Part, ...] = ()
    well: str = ""
    error: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """A whole report.

    Attributes:
        title: Which command made it: ``Drift``.
        verdict: Its outcome in one line.
        tone: The colour of the verdict.
        at: When the hosts were queried, in UTC.
        sections: One for each host.
        made: What happened then, in words.
    """

    title: str
    verdict: str
    tone: Tone
    at: datetime
    sections: Sequence[Section]
    made: str = "queried at"


@cache
def template(path: Path) -> jinja2.Template:
    """The template of a page: what hosts printed is text in it, and only ``Markup`` is markup."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(path.parent),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    return environment.get_template(path.name)


def html(page: Page) -> str:
    """The report as HTML. What hosts printed is text in it and never markup."""
    return template(TEMPLATE).render(page=page, version=__version__, width=WIDTH, height=HEIGHT)


def check(path: Path) -> None:
    """Refuse a path for a report before any host is queried.

    Raises:
        RigError: No file can be written there.
    """
    if path.is_dir() or not path.absolute().parent.is_dir():
        why = "is a folder" if path.is_dir() else "is in a folder that does not exist"
        raise RigError(f"the report {why}", file=str(path), next_step="name a file, such as report.html")


def write(path: Path, page: Page) -> None:
    """Put the report there whole, for its owner alone: it quotes files of the hosts.

    Raises:
        RigError: It could not be written; an older report is as it was.
    """
    with atomic.locked(path.absolute().parent):
        atomic.replace(path, html(page).encode())
