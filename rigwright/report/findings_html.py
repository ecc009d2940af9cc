"""Findings for a browser. A renderer only: it decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from rigwright.compare import acceptance
from rigwright.compare.acceptance import Acceptance
from rigwright.drift.survey import Surveyed, verdict
from rigwright.errors import Exit
from rigwright.finding import Finding
from rigwright.report import terminal
from rigwright.report.html import Page, Part, Row, Section, Tone

TONES: dict[Exit, Tone] = {Exit.OK: "good", Exit.CHANGES: "other"}
MARKS: dict[str, Tone] = {"+": "more", "-": "less", "~": "other"}
DIFF_HEAD = 2
"""Lines of a difference that name its files, as the finding itself does."""


def page(title: str, surveyed: Sequence[Surveyed], at: datetime) -> Page:
    """The report of these hosts.

    Args:
        title: What was done: ``Drift``.
        surveyed: One for each host.
        at: When they were queried, in UTC.
    """
    tone = TONES.get(verdict(surveyed), "bad")
    return Page(title, terminal.words(surveyed), tone, at, tuple(map(_section, surveyed)))


def _section(one: Surveyed) -> Section:
    parts = tuple(
        Part(name, tuple(map(_row, findings)))
        for name, findings in groupby(one.findings, lambda found: found.subsystem)
    )
    if one.accepted:
        parts += (Part(acceptance.words(one.accepted), tuple(map(_accepted, one.accepted))),)
    error = tuple(str(one.error).splitlines()) if one.error else ()
    about = "; ".join([terminal.about(one.host), *terminal.examined(one)])
    return Section(one.host.name, about, parts, terminal.in_sync(one), error)


def _row(finding: Finding) -> Row:
    mark = terminal.sign(finding)[0]
    return Row(
        mark, MARKS.get(mark, "bad"), finding.summary, tuple(_notes(finding)), finding.diff[DIFF_HEAD:]
    )


def _accepted(one: Acceptance) -> Row:
    until = (f"until {one.until}",) if one.until else ()
    return Row("·", "dull", one.finding.summary, (*until, one.reason))


def _notes(finding: Finding) -> Iterator[str]:
    """With the time itself: how old the report is when it is read is unknown."""
    if where := terminal.CHANGED[finding.by]:
        yield where
    if finding.since:
        yield f"since {finding.since:%Y-%m-%d %H:%M} UTC"
    if finding.refused:
        yield terminal.ADOPT
    if finding.runbook:
        yield finding.runbook
