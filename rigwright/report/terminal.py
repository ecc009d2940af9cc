"""Findings for a terminal. A renderer only: it decides nothing."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone
from itertools import groupby
from typing import Literal

from rigwright.compare import acceptance
from rigwright.compare.acceptance import Acceptance
from rigwright.console import printable, style, width
from rigwright.drift.survey import Surveyed, verdict
from rigwright.errors import Exit
from rigwright.finding import By, Finding
from rigwright.inventory.load import Host

MARKS: dict[str, tuple[str, ...]] = {
    "hidden": ("!", "red", "bold"),
    "unknown": ("?", "red", "bold"),
    "missing": ("+", "green"),
    "unwanted": ("-", "red"),
    "unmanaged": ("-", "red"),
    "pending": ("+", "green"),
}
CHANGED = {By.REPOSITORY: "changed in the repository", By.HOST: "changed on the host", By.UNKNOWN: ""}
ADOPT = "needs --adopt"
DIFF_LINES = 40
Diff = Literal["none", "first", "whole"]
SHOWN_IN_FOLDER = 20
"""Findings of one kind in one folder that a person is shown one by one."""
MINUTE, HOUR, DAY = 60, 3600, 86400


def ago(moment: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits: ``5 min``, ``3 h``, ``12 d``."""
    seconds = int((now - moment).total_seconds())
    for size, unit in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{max(seconds, 0)} s"


def sign(finding: Finding) -> tuple[str, ...]:
    """The mark of a finding, and its style on a terminal."""
    if finding.refused:
        return "!", "red", "bold"
    return MARKS.get(finding.kind.split(".")[1], ("~", "yellow"))


def _findings(findings: Iterable[Finding], now: datetime, diff: Diff, *, verbose: bool) -> Iterator[str]:
    """The findings of one subsystem; of many in one folder the first, and how many are left."""
    for (_, folder), group in groupby(findings, lambda one: (one.kind, one.where.rpartition("/")[0])):
        every = list(group)
        bound = SHOWN_IN_FOLDER if folder and not verbose else len(every)
        for finding in every[:bound]:
            yield from _line(finding, now)
            yield from _more(finding) if verbose else ()
            yield from _diff(finding, diff)
        if len(every) > bound:
            yield f"      … and {len(every) - bound:,} more in {folder}; --json has them all"


def _line(finding: Finding, now: datetime) -> Iterator[str]:
    notes = [CHANGED[finding.by]] if CHANGED[finding.by] else []
    if finding.since:
        notes.append(f"{ago(finding.since, now)} ago")
    if finding.refused:
        notes.append(ADOPT)
    text = printable(finding.summary) + (f"  ({', '.join(notes)})" if notes else "")
    wrapped = textwrap.wrap(text, max(width() - 6, 30), break_on_hyphens=False) or [""]
    yield f"    {style(*sign(finding))} {wrapped[0]}"
    yield from (f"      {line}" for line in wrapped[1:])


def _diff(finding: Finding, diff: Diff) -> Iterator[str]:
    colours = {"+": "green", "-": "red"}
    shown = {"none": (), "first": finding.diff[2 : 2 + DIFF_LINES], "whole": finding.diff}[diff]
    for line in map(printable, shown):
        yield "        " + (style(line, colours[line[0]]) if line[:1] in colours else style(line, "dim"))
    if diff == "first" and len(finding.diff) > DIFF_LINES + 2:
        yield f"        … {len(finding.diff) - DIFF_LINES - 2} more lines: --diff shows them all"


def _more(finding: Finding) -> Iterator[str]:
    """What ``--verbose`` adds: all that is known of a finding."""
    values = {
        "kind": finding.kind,
        "where": finding.where,
        "expected": finding.expected,
        "actual": finding.actual,
        "since": f"{finding.since:%Y-%m-%d %H:%M:%S} UTC" if finding.since else None,
        "runbook": finding.runbook,
    }
    for name, value in values.items():
        for line in value.splitlines() if value else ():
            yield style(f"        {name}: {printable(line)}", "dim")


def as_text(
    surveyed: Sequence[Surveyed], *, diffs: bool = True, whole: bool = False, verbose: bool = False
) -> str:
    """The findings of all hosts as text for people.

    Args:
        surveyed: One for each host.
        diffs: Whether differences of files are shown, the first lines of each.
        whole: Whether all of their lines are.
        verbose: Whether everything that is known of a finding is shown, and which subsystems are in sync.
    """
    diff: Diff = "whole" if whole else "first" if diffs else "none"
    now = datetime.now(timezone.utc)
    lines: list[str] = []
    for one in surveyed:
        lines.append(f"{style(one.host.name, 'bold')}  {style(about(one.host), 'dim')}")
        lines += [f"  {style(line, 'yellow')}" for line in examined(one)]
        if one.error:
            error = map(printable, str(one.error).splitlines())
            lines += [f"    {style('?', 'red', 'bold')} {line}" for line in error]
        elif not one.findings:
            lines.append(f"    {style('✓', 'green')} {in_sync(one)}")
        for subsystem, findings in groupby(one.findings, lambda finding: finding.subsystem):
            lines.append(f"  {subsystem}")
            lines += _findings(findings, now, diff, verbose=verbose)
        lines += accepted(one.accepted)
    return "\n".join([*lines, "", summary(surveyed)])


def in_sync(one: Surveyed) -> str:
    """What a host without findings is: of what was not examined, nothing is known."""
    if one.choice is None:
        return "in sync"
    return f"{', '.join(one.choice.examined)} in sync" if one.choice.examined else "nothing was examined"


def examined(one: Surveyed) -> Iterator[str]:
    """What of a host was examined and what was not, where it was not everything."""
    if one.choice is None:
        return
    if not one.choice.named:
        yield "not examined: the host has none of these subsystems"
        return
    needed = f", and what it needs: {', '.join(one.choice.needed)}" if one.choice.needed else ""
    yield f"examined: {', '.join(one.choice.named)}{needed}"
    yield f"not examined: {', '.join(one.choice.left) or 'nothing'}"


def accepted(found: Sequence[Acceptance]) -> Iterator[str]:
    """The findings that the inventory accepts, a line each, with the reasons."""
    if found:
        yield f"  {acceptance.words(found)}"
    for one in found:
        until = f"until {one.until}: " if one.until else ""
        text = f"{printable(one.finding.summary)}  ({until}{printable(one.reason)})"
        first, *more = textwrap.wrap(text, max(width() - 6, 30), break_on_hyphens=False) or [""]
        yield "    " + style(f"· {first}", "dim")
        yield from ("      " + style(line, "dim") for line in more)


def about(host: Host) -> str:
    """A host's system and address."""
    return f"{host.rig.platform.os}  {host.data.get('ssh_hostname', '')}"


def summary(surveyed: Sequence[Surveyed]) -> str:
    """One line with the figures."""
    colour = {Exit.OK: "green", Exit.CHANGES: "yellow"}.get(verdict(surveyed), "red")
    return style(words(surveyed), colour)


def words(surveyed: Sequence[Surveyed]) -> str:
    """The same as plain text."""
    findings = sum(len(one.findings) for one in surveyed)
    unknown = sum(one.error is not None for one in surveyed)
    counted = [_count(findings, "difference") + " on " + _count(len(surveyed) - unknown, "host")]
    if any(one.choice for one in surveyed):
        named = dict.fromkeys(name for one in surveyed if one.choice for name in one.choice.examined)
        counted.append(f"only {', '.join(named)} examined")
    if closed := sum(len(one.accepted) for one in surveyed):
        counted.append(f"{closed} accepted")
    if unknown:
        counted.append(_count(unknown, "host") + " could not be queried")
    return "; ".join(counted)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
