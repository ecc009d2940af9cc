"""Diagnoses for people and for programs. Renderers only: they decide nothing."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone

from rigwright.console import printable, style, width
from rigwright.diagnose.document import DiagnosisDocument, Event, HostDiagnosis
from rigwright.diagnose.survey import Diagnosis, verdict
from rigwright.errors import Exit
from rigwright.finding import Finding, Severity
from rigwright.report import document, terminal

COLOURS = {Exit.OK: "green", Exit.CHANGES: "yellow", Exit.UNKNOWN: "red"}
SHOWN_EVENTS = 40
WHO_COLUMN = 12


def as_text(reports: Sequence[Diagnosis]) -> str:
    """Each host's findings with their runbooks and lines, then its time line, for a terminal."""
    lines: list[str] = []
    for one in reports:
        lines.append(f"{style(one.name, 'bold')}  {style(one.about, 'dim')}")
        error = str(one.error).splitlines() if one.error else []
        lines += [f"  {style('?', 'red', 'bold')} {printable(line)}" for line in error]
        logs = {log.unit: log.lines for log in one.logs}
        for found in one.findings:
            lines += _finding(found, logs.get(found.where, ()))
        lines += terminal.accepted(one.accepted)
        lines += _events(one.events)
    return "\n".join([*lines, "", style(words(reports), COLOURS[verdict(reports)])])


def _finding(found: Finding, logged: Sequence[str]) -> Iterator[str]:
    mark = style("✗", "red") if found.severity is Severity.ERROR else style("!", "yellow")
    first, *more = textwrap.wrap(printable(text(found)), max(width() - 6, 30), break_on_hyphens=False)
    yield f"  {mark} {first}"
    yield from (f"    {line}" for line in more)
    yield from (style(f"      │ {printable(line)}", "dim") for line in logged)
    if found.runbook:
        yield f"    {style('→', 'yellow')} {found.runbook}"


def text(found: Finding) -> str:
    """A finding in one line, with since when."""
    if not found.since:
        return found.summary
    ago = terminal.ago(found.since, datetime.now(timezone.utc))
    return f"{found.summary} (since {minute(found.since)} UTC, {ago})"


def minute(moment: datetime) -> str:
    """A time to the minute."""
    return f"{moment:%Y-%m-%d %H:%M}"


def _events(events: Sequence[Event]) -> Iterator[str]:
    if not events:
        return
    left = len(events) - SHOWN_EVENTS
    yield f"  what happened (UTC){f'; {left} earlier ones: --json' if left > 0 else ''}"
    for one in events[-SHOWN_EVENTS:]:
        who = f"{printable(one.who) or '-':<{WHO_COLUMN}}"
        yield f"    {style(minute(one.at), 'dim')}  {who}  {printable(event(one))}"


def event(one: Event) -> str:
    """What happened, and how often."""
    return one.what + (f" ({one.times} times)" if one.times > 1 else "")


def words(reports: Sequence[Diagnosis]) -> str:
    """One line with the figures."""
    count = sum(len(one.findings) for one in reports)
    lost = sum(one.error is not None for one in reports)
    shown = f"{count} finding{'' if count == 1 else 's'}" if count else "nothing found"
    return shown + (f"; {lost} host{'' if lost == 1 else 's'} could not be queried" if lost else "")


def as_json(reports: Sequence[Diagnosis]) -> str:
    """The same for programs; the schema is in docs/reference/schemas."""
    return document.as_json(DiagnosisDocument(exit=int(verdict(reports)), hosts=tuple(map(_host, reports))))


def _host(one: Diagnosis) -> HostDiagnosis:
    return HostDiagnosis(
        name=one.name,
        known=one.error is None,
        error=one.error,
        findings=one.findings,
        accepted=one.accepted,
        logs=one.logs,
        events=one.events,
    )
