"""Health for people and for programs. Renderers only: they decide nothing."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby

from rigwright.console import printable, style, width
from rigwright.errors import Exit
from rigwright.health.check import SEVERITY, Check, Verdict
from rigwright.health.document import HealthDocument, HostHealth
from rigwright.health.survey import HealthReport, verdict
from rigwright.report import document, terminal

MARKS = {
    Verdict.OK: ("✓", "green"),
    Verdict.NONE: ("-", "dim"),
    Verdict.WARNING: ("!", "yellow"),
    Verdict.CRITICAL: ("✗", "red"),
    Verdict.UNKNOWN: ("?", "red"),
}
NAMES = {
    "gpu": "GPU",
    "memory": "memory",
    "ecc": "ECC memory",
    "filesystem": "file systems",
    "nvme": "NVMe",
    "sata": "SATA",
    "log": "kernel log",
    "zfs": "pools",
    "sensors": "sensors",
    "pcie": "PCIe",
    "units": "units",
    "reboot": "reboot",
}
COLUMN = 14
TEMPORARY = ("/run", "/dev/shm", "/tmp")  # noqa: S108  shown, never written
VERDICTS = {
    Exit.OK: ("healthy", "green"),
    Exit.CHANGES: ("unhealthy", "red"),
    Exit.UNKNOWN: ("unknown", "red"),
}


def as_text(reports: Sequence[HealthReport]) -> str:
    """The health of all hosts as a person reads it."""
    lines: list[str] = []
    for one in reports:
        lines.append(f"{style(one.name, 'bold')}  {style(one.about, 'dim')}")
        if one.error:
            error = map(printable, str(one.error).splitlines())
            lines += [f"  {style('?', 'red', 'bold')} {line}" for line in error]
        for area, checks in groupby(one.checks, lambda check: check.area):
            lines += _area(NAMES.get(area, area), list(checks))
        lines += terminal.accepted(one.accepted)
    return "\n".join([*lines, "", summary(reports)])


def _area(name: str, checks: list[Check]) -> Iterator[str]:
    for number, check in enumerate(one for one in checks if not dull(one)):
        sign, colour = MARKS[check.verdict]
        text = printable(label(check))
        first, *more = textwrap.wrap(text, max(width() - COLUMN - 5, 30), break_on_hyphens=False) or [""]
        shown = style(first, "dim") if check.verdict is Verdict.NONE else first
        yield f"  {style(sign, colour)} {'' if number else name:<{COLUMN}}{shown}"
        yield from (f"    {'':<{COLUMN}}{line}" for line in more)


def label(check: Check) -> str:
    """A check's summary, with the name of what it is about where its area does not show that."""
    own = check.where not in (NAMES.get(check.area), check.area)
    return f"{check.where}: {check.summary}" if own else check.summary


def dull(check: Check) -> bool:
    """A temporary file system with nothing to report; ``--json`` has it."""
    temporary = check.area == "filesystem" and check.where.startswith(TEMPORARY)
    return temporary and check.verdict in (Verdict.OK, Verdict.NONE)


def summary(reports: Sequence[HealthReport]) -> str:
    """One line: how many of which."""
    return style(words(reports), VERDICTS[verdict(reports)][1])


def words(reports: Sequence[HealthReport]) -> str:
    """The same as plain text."""
    found = [verdict for one in reports for verdict in one.verdicts]
    counted = [f"{found.count(one)} {one.value}" for one in SEVERITY if one in found]
    lost = sum(one.error is not None for one in reports)
    if lost:
        counted.append(f"{lost} host{'' if lost == 1 else 's'} could not be queried")
    word, _ = VERDICTS[verdict(reports)]
    return word + (f": {', '.join(counted)}" if counted else "")


def as_json(reports: Sequence[HealthReport], *, indent: int | None = 2) -> str:
    """The same for programs; the schema is in docs/reference/schemas."""
    hosts = tuple(map(_host, reports))
    return document.as_json(HealthDocument(exit=int(verdict(reports)), hosts=hosts), indent=indent)


def _host(one: HealthReport) -> HostHealth:
    return HostHealth(
        name=one.name,
        known=one.error is None,
        error=one.error,
        findings=one.findings,
        accepted=one.accepted,
        checks=tuple(one.checks),
    )
