"""A measured row, the promise that it may carry, and the section that it stands in."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Literal

Unit = Literal["s", "ms", "times", "commands", "tps", "MB"]
FORMATS: dict[Unit, str] = {
    "s": "{:.2f} s",
    "ms": "{:.1f} ms",
    "times": "{:.2f} times",
    "commands": "{:.0f}",
    "tps": "{:.0f} tps",
    "MB": "{:.1f} MB",
}


@dataclass(frozen=True)
class Row:
    """One thing that was measured several times.

    Attributes:
        what: What was measured, in Markdown.
        runs: Every measurement, in the order in which they were made, in ``unit``.
        limit: What the median was promised to stay within; None where nothing is promised.
        below: Whether the limit itself is too much already.
    """

    what: str
    unit: Unit
    runs: tuple[float, ...]
    limit: float | None = None
    below: bool = False

    @property
    def median(self) -> float:
        """The middle of the runs, which one slow run does not move."""
        return median(self.runs)

    @property
    def kept(self) -> bool | None:
        """Whether the promise is kept, None where there is none."""
        if self.limit is None:
            return None
        return self.median < self.limit if self.below else self.median <= self.limit

    def words(self, value: float) -> str:
        """A value with its unit."""
        return FORMATS[self.unit].format(value)

    @property
    def spread(self) -> str:
        """The fastest and the slowest run; one value where they read the same."""
        low, high = self.words(min(self.runs)), self.words(max(self.runs))
        return low if low == high else f"{low.split()[0]} to {high}"

    @property
    def promise(self) -> str:
        """The limit in words, empty where nothing is promised."""
        if self.limit is None:
            return ""
        return ("below " if self.below else "at most ") + self.words(self.limit)


@dataclass(frozen=True)
class Section:
    """Rows that were measured in one way.

    Attributes:
        how: How, one sentence to a line, in Markdown.
    """

    title: str
    how: str
    rows: tuple[Row, ...]


def promises(sections: tuple[Section, ...]) -> tuple[int, int]:
    """How many promises were kept, and how many there are."""
    verdicts = [row.kept for section in sections for row in section.rows if row.kept is not None]
    return sum(verdicts), len(verdicts)


def command_budget(subsystems: int) -> int:
    """SSH commands that a run in sync may take: two for each subsystem, and five for the run itself."""
    return 2 * subsystems + 5
