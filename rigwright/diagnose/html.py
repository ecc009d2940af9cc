"""A diagnosis for a browser. A renderer only: it decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from rigwright.diagnose.survey import Diagnosis, verdict
from rigwright.diagnose.terminal import event, minute, text, words
from rigwright.errors import Exit
from rigwright.finding import Severity
from rigwright.report.html import Page, Part, Row, Section, Tone


def page(reports: Sequence[Diagnosis], at: datetime) -> Page:
    """The diagnosis of these hosts, which were queried then, in UTC."""
    tone: Tone = "good" if verdict(reports) is Exit.OK else "bad"
    return Page("Diagnosis", words(reports), tone, at, tuple(map(_section, reports)))


def _section(one: Diagnosis) -> Section:
    parts = tuple(Part(name, rows) for name, rows in _parts(one) if rows)
    error = tuple(str(one.error).splitlines()) if one.error else ()
    return Section(one.name, one.about, parts, "" if one.error else "nothing found", error)


def _parts(one: Diagnosis) -> Iterator[tuple[str, tuple[Row, ...]]]:
    logs = {log.unit: log.lines for log in one.logs}
    yield (
        "findings",
        tuple(
            Row(
                "✗" if found.severity is Severity.ERROR else "!",
                "bad" if found.severity is Severity.ERROR else "other",
                text(found),
                (found.runbook,) if found.runbook else (),
                logs.get(found.where, ()),
            )
            for found in one.findings
        ),
    )
    yield (
        "what happened (UTC)",
        tuple(
            Row("·", "dull", f"{minute(each.at)}  {each.who or '-'}  {event(each)}") for each in one.events
        ),
    )
