"""Backups for a browser. A renderer only: it decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from rigwright.backup import judge
from rigwright.backup.known import Backup, Known
from rigwright.backup.survey import BackupReport, Data, verdict
from rigwright.backup.terminal import figures, size, words
from rigwright.compare import acceptance
from rigwright.errors import Exit
from rigwright.report.html import Page, Part, Row, Section, Tone
from rigwright.report.plot import Plot, Sample, plot

TONES: dict[Exit, Tone] = {Exit.OK: "good", Exit.CHANGES: "other"}
SHOWN = 30
"""So many backups are drawn, the newest."""
NOT_BACKED_UP = "nothing of the inventory backs it up"


def page(reports: Sequence[BackupReport], at: datetime) -> Page:
    """The backups of these hosts, which were queried then, in UTC."""
    tone = TONES.get(verdict(reports), "bad")
    return Page("Backups", words(reports), tone, at, tuple(_section(one, at) for one in reports))


def _section(one: BackupReport, at: datetime) -> Section:
    error = tuple(str(one.error).splitlines()) if one.error else ()
    return Section(one.name, one.about, tuple(_parts(one, at)), "it declares no data", error)


def _parts(one: BackupReport, at: datetime) -> Iterator[Part]:
    for data in one.data:
        if data.known is not None:
            yield _backups(one, data, data.known, at)
    if left := [data for data in one.data if data.known is None]:
        yield Part(NOT_BACKED_UP, tuple(Row("-", "dull", data.protected.name) for data in left))
    if one.accepted:
        rows = tuple(Row("·", "dull", each.finding.summary, (each.reason,)) for each in one.accepted)
        yield Part(acceptance.words(one.accepted), rows)


def _backups(one: BackupReport, data: Data, known: Known, at: datetime) -> Part:
    name = data.protected.name
    wrong = [finding.summary for finding in one.findings if finding.where == name]
    head = Row("!" if wrong else "✓", "other" if wrong else "good", "; ".join(figures(known, at)))
    return Part(name, (head, *(Row("→", "other", each) for each in wrong)), _plot(known, at))


def _plot(known: Known, at: datetime) -> Plot | None:
    """The newest ones; what a wrong clock dated in the future would push all others to the edge."""
    ours = [one for one in known.backups if one.at <= at + judge.CLOCKS][-SHOWN:]
    if not ours:
        return None
    top = size(max(one.bytes for one in ours))
    count = f"the last {len(ours)} backups" if len(ours) > 1 else "the only backup"
    text = f"{count}: up to {top} of data; filled: what each takes alone; green: it came back in a trial"
    return plot(text, [_sample(one) for one in ours], at)


def _sample(one: Backup) -> Sample:
    proof = f"; came back {one.proved:%Y-%m-%d %H:%M} UTC" if one.proved else ""
    text = (
        f"{one.at:%Y-%m-%d %H:%M} UTC, {one.kind}: {size(one.bytes)}, {size(one.stored_bytes)} alone{proof}"
    )
    return Sample(one.at, one.bytes, one.stored_bytes, one.proved is not None, text)
