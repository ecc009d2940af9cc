"""Health for a browser. A renderer only: it decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import filterfalse, groupby

from rigwright.errors import Exit
from rigwright.health.check import Check, Verdict
from rigwright.health.survey import HealthReport, verdict
from rigwright.health.terminal import MARKS, NAMES, dull, label, words
from rigwright.report.html import Page, Part, Row, Section, Tone

TONES: dict[Verdict, Tone] = {Verdict.OK: "good", Verdict.NONE: "dull", Verdict.WARNING: "other"}


def page(reports: Sequence[HealthReport], at: datetime) -> Page:
    """The health of these hosts, which were queried then, in UTC."""
    tone: Tone = "good" if verdict(reports) is Exit.OK else "bad"
    return Page("Health", words(reports), tone, at, tuple(map(_section, reports)))


def _section(one: HealthReport) -> Section:
    parts = tuple(
        Part(NAMES.get(area, area), tuple(map(_row, checks)))
        for area, checks in groupby(filterfalse(dull, one.checks), lambda check: check.area)
    )
    error = tuple(str(one.error).splitlines()) if one.error else ()
    return Section(one.name, one.about, parts, error=error)


def _row(check: Check) -> Row:
    mark, _ = MARKS[check.verdict]
    return Row(mark, TONES.get(check.verdict, "bad"), label(check))
