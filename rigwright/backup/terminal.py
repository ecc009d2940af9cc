"""Backups for people and for programs. Renderers only: they decide nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone

from rigwright.backup import judge
from rigwright.backup.document import BackupDocument, DataBackups, HostBackups
from rigwright.backup.known import Backup, Known
from rigwright.backup.survey import BackupReport, Data, verdict
from rigwright.console import printable, style
from rigwright.errors import Exit
from rigwright.report import document, terminal

COLOURS = {Exit.OK: "green", Exit.CHANGES: "yellow", Exit.UNKNOWN: "red"}
COLUMN = 26
UNIT = 1000


def as_text(reports: Sequence[BackupReport], *, each: bool) -> str:
    """What is protected, how old, how big, and when it was proved; with ``each`` every backup."""
    now = datetime.now(timezone.utc)
    shown: list[str] = []
    for one in reports:
        shown.append(f"{style(one.name, 'bold')}  {style(one.about, 'dim')}")
        if one.error:
            shown += [
                f"  {style('?', 'red', 'bold')} {printable(line)}" for line in str(one.error).splitlines()
            ]
        wrong = {finding.where for finding in one.findings}
        for data in one.data:
            shown += _data(data, now, each=each, good=data.protected.name not in wrong)
        shown += [f"    {style('→', 'yellow')} {printable(finding.summary)}" for finding in one.findings]
        shown += terminal.accepted(one.accepted)
    return "\n".join([*shown, "", summary(reports)])


def _data(data: Data, now: datetime, *, each: bool, good: bool) -> Iterator[str]:
    name = f"{printable(data.protected.name):<{COLUMN}}"
    if data.known is None:
        yield f"  {style('-', 'dim')} {name}{style('nothing of the inventory backs it up', 'dim')}"
        return
    said = figures(data.known, now)
    yield f"  {style('✓', 'green') if good else style('!', 'yellow')} {name}{'; '.join(said)}"
    if each:
        yield from (f"      {printable(_line(one))}" for one in data.known.backups)


def figures(known: Known, now: datetime) -> Iterator[str]:
    """How old the newest is, how many there are, how big they are, and when one was proved."""
    last, proof = judge.newest(known, now), judge.proved(known, now)
    if last is None:
        yield "no backup"
        return
    count, stored = len(known.backups), sum(one.stored_bytes for one in known.backups)
    yield f"newest {terminal.ago(last.at, now)} ago"
    yield f"{count} backup{'' if count == 1 else 's'} since {known.backups[0].at:%Y-%m-%d}"
    yield f"{size(last.bytes)}, {size(stored)} stored"
    yield f"proved {terminal.ago(proof.proved, now)} ago" if proof and proof.proved else "never proved"


def _line(one: Backup) -> str:
    proof = f", proved {one.proved:%Y-%m-%d %H:%M}: {one.proof}" if one.proved else ""
    sizes = f"{size(one.bytes):>9} {size(one.stored_bytes):>9}"
    return f"{one.at:%Y-%m-%d %H:%M:%S}Z  {one.kind:<6}{sizes}  {one.label}{proof}"


def size(count: int) -> str:
    """A number of bytes in the largest decimal unit that fits: ``49 MB``."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < UNIT:
            return f"{value:.0f} {unit}"
        value /= UNIT
    return f"{value:.1f} TB"


def words(reports: Sequence[BackupReport]) -> str:
    """One line with the figures."""
    every = [data for one in reports for data in one.data]
    kept = sum(data.known is not None for data in every)
    found = sum(len(one.findings) for one in reports)
    said = [f"{kept} of {len(every)} kinds of data are backed up"]
    said.append(f"{found} finding{'' if found == 1 else 's'}" if found else "as promised")
    if lost := sum(one.error is not None for one in reports):
        said.append(f"{lost} host{'' if lost == 1 else 's'} could not be queried")
    return "; ".join(said)


def summary(reports: Sequence[BackupReport]) -> str:
    """The same in the colour of the verdict."""
    return style(words(reports), COLOURS[verdict(reports)])


def as_json(reports: Sequence[BackupReport]) -> str:
    """The same for programs; the schema is in docs/reference/schemas."""
    return document.as_json(BackupDocument(exit=int(verdict(reports)), hosts=tuple(map(_host, reports))))


def _host(one: BackupReport) -> HostBackups:
    return HostBackups(
        name=one.name,
        known=one.error is None,
        error=one.error,
        findings=one.findings,
        accepted=one.accepted,
        data=tuple(map(_backups, one.data)),
    )


def _backups(data: Data) -> DataBackups:
    known = data.known
    return DataBackups(
        name=data.protected.name,
        kind=data.protected.kind,
        backed_up=known is not None,
        read=known.at if known else None,
        backups=known.backups if known else (),
        problems=known.problems if known else (),
    )
