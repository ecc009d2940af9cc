"""``docs/benchmarks.md``, and the same for a terminal and for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from rigwright.dev.bench.result import Row, Section

HEAD = """\
# Benchmarks

<!-- Written by `rig bench`: run that, and do not change this page. -->

How fast the toolkit is, and what it sets up, against what it promises.
Every figure is the median of the runs that its row names; none was left out.
`sudo ./rig bench` measures again and writes this page; `--quick` gives an impression and writes nothing.
"""
WORDS = {True: "yes", False: "**no**", None: ""}
HEADING = "\n## "
PROMISES = re.compile(r"\| Promises kept \|.*\|")


@dataclass(frozen=True)
class Circumstances:
    """What the figures hold for.

    Attributes:
        date: ISO date of the run.
        load: Processes that wanted to run before the bench began: the machine's load average of a minute.
        versions: Names and versions of what was measured.
    """

    date: str
    cores: int
    processor: str
    kernel: str
    load: float
    versions: tuple[str, ...]


def page(sections: tuple[Section, ...], about: Circumstances) -> str:
    """The whole page."""
    facts = (
        ("Measured on", about.date),
        ("Machine", f"{about.cores} cores, {about.processor}; lab hosts are containers on the same machine"),
        ("Kernel", about.kernel),
        ("Load before the run", f"{about.load:.2f}"),
        ("Versions", ", ".join(about.versions)),
        ("Promises kept", ""),
    )
    table = "".join(f"| {name} | {value} |\n" for name, value in facts)
    return _counted(f"{HEAD}\n| | |\n|---|---|\n{table}" + "".join(map(_section, sections)))


def renewed(text: str, sections: tuple[Section, ...], about: Circumstances) -> str:
    """A page of an earlier whole run with these sections measured anew, each of which says so."""
    when = f"Measured anew on {about.date}, apart from the rest; the load before was {about.load:.2f}."
    head, *parts = text.split(HEADING)
    found = {part.partition("\n")[0]: f"{HEADING}{part}" for part in parts}
    return _counted(
        head + "".join({**found, **{one.title: _section(one, when) for one in sections}}.values())
    )


def _counted(text: str) -> str:
    """The page with the number of its promises, which stand at the ends of its rows."""
    kept, broken = text.count(f"| {WORDS[True]} |\n"), text.count(f"| {WORDS[False]} |\n")
    return PROMISES.sub(f"| Promises kept | {kept} of {kept + broken} |", text)


def _section(section: Section, when: str = "") -> str:
    head = "| What | Median | Fastest to slowest | Runs | Promised | Kept |\n|---|---|---|---|---|---|\n"
    how = "\n".join(filter(None, (section.how.strip(), when)))
    return f"{HEADING}{section.title}\n\n{how}\n\n{head}" + "".join(map(_row, section.rows))


def _row(row: Row) -> str:
    cells = (
        row.what,
        row.words(row.median),
        row.spread,
        str(len(row.runs)),
        row.promise,
        WORDS[row.kept],
    )
    return f"| {' | '.join(cells)} |\n"


def lines(section: Section) -> Iterator[tuple[str, bool | None]]:
    """Each row as a line of plain text, with whether its promise is kept."""
    for row in section.rows:
        what = re.sub(r"`", "", row.what)
        promise = f"   promised: {row.promise}" if row.promise else ""
        yield f"{what:<58} {row.words(row.median):>12}   ({row.spread}){promise}", row.kept


def as_json(sections: tuple[Section, ...], about: Circumstances) -> str:
    """The same for programs."""
    rows = [
        {"title": section.title, **asdict(row), "median": row.median, "kept": row.kept}
        for section in sections
        for row in section.rows
    ]
    return json.dumps({"circumstances": asdict(about), "rows": rows}, indent=1)
