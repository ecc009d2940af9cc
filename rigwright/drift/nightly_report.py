"""What the nightly check on the host keeps, and what it says to people and to programs. Pure."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from rigwright.compare.unmanaged import RUNBOOK, TOOLKIT
from rigwright.errors import Exit
from rigwright.finding import Finding, Severity
from rigwright.observed.unmanaged import Unmanaged

HOUR_SECONDS = 3600
STALE_SECONDS = 26 * HOUR_SECONDS  # a day, and as much as the timer may spread and the check may take
TIMER = "rigwright-drift.timer"


@dataclass(frozen=True)
class Night:
    """One run of the check.

    Attributes:
        at: When it began, in seconds since the epoch.
        subsystems: Those that it could compare.
        findings: What differs.
        errors: Why something could not be compared; then the findings are not all.
    """

    at: float
    subsystems: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def exit(self) -> Exit:
        """Not knowing beats a difference."""
        if self.errors:
            return Exit.UNKNOWN
        return Exit.CHANGES if self.findings else Exit.OK


def moment(seconds: float) -> datetime:
    """A time of the host's clock, to the second, in UTC."""
    return datetime.fromtimestamp(int(seconds), timezone.utc)


def key(finding: Finding) -> str:
    """What makes it the same finding on another night."""
    return f"{finding.subsystem} {finding.kind} {finding.where}"


def first_seen(before: Mapping[str, Any] | None) -> dict[str, str]:
    """When each finding of the last run was seen first, by :func:`key`; empty where there was none."""
    seen = (before or {}).get("first_seen")
    return {str(name): str(at) for name, at in seen.items()} if isinstance(seen, dict) else {}


def dated(findings: Iterable[Finding], before: Mapping[str, Any] | None) -> list[Finding]:
    """The findings, of which those that cannot tell since when get the night that saw them first."""
    seen = first_seen(before)
    return [
        finding
        if finding.since or key(finding) not in seen
        else dataclasses.replace(finding, since=datetime.fromisoformat(seen[key(finding)]))
        for finding in findings
    ]


def record(night: Night, before: Mapping[str, Any] | None) -> dict[str, object]:
    """What is kept of a run, for the next one and for the operator's machine.

    A run that could not tell keeps what earlier ones saw: the finding may be there still.
    """
    known, at = first_seen(before), moment(night.at).isoformat()
    seen = {key(finding): known.get(key(finding), at) for finding in night.findings}
    return {
        "version": 1,
        "at": night.at,
        "exit": int(night.exit),
        "last_success": (before or {}).get("last_success") if night.errors else night.at,
        "errors": list(night.errors),
        "findings": [_finding(one) for one in dated(night.findings, {"first_seen": seen})],
        "first_seen": {**known, **seen} if night.errors else seen,
    }


def _finding(one: Finding) -> dict[str, object]:
    return {
        "subsystem": one.subsystem,
        "kind": one.kind,
        "where": one.where,
        "summary": one.summary,
        "severity": one.severity.name.lower(),
        "expected": one.expected,
        "actual": one.actual,
        "since": one.since.isoformat() if one.since else None,
        "by": one.by.value,
    }


def metrics(night: Night, kept: Mapping[str, Any]) -> str:
    """The same for Prometheus: findings of what could be compared, and when all of it last could."""
    counts = Counter(finding.subsystem for finding in night.findings)
    rows = [
        "# HELP rigwright_drift_findings Differences from what was applied, at the last check.",
        "# TYPE rigwright_drift_findings gauge",
        *(
            f'rigwright_drift_findings{{subsystem="{name}"}} {counts[name]}'
            for name in sorted({*night.subsystems, *counts})
        ),
        "# HELP rigwright_drift_failed Whether the last check could not tell.",
        "# TYPE rigwright_drift_failed gauge",
        f"rigwright_drift_failed {int(bool(night.errors))}",
    ]
    if kept.get("last_success"):
        rows += [
            "# HELP rigwright_drift_last_success_timestamp_seconds When a check last could tell.",
            "# TYPE rigwright_drift_last_success_timestamp_seconds gauge",
            f"rigwright_drift_last_success_timestamp_seconds {int(kept['last_success'])}",
        ]
    return "\n".join(rows) + "\n"


def told(night: Night, kept: Mapping[str, Any]) -> list[tuple[Severity, str]]:
    """The lines of the journal, with how much each matters."""
    lines = [(Severity.ERROR, line) for error in night.errors for line in error.splitlines()]
    for one in kept["findings"]:
        since = f" (since {one['since']})" if one["since"] else ""
        lines.append((Severity.WARNING, f"{one['subsystem']}: {one['kind']}: {one['summary']}{since}"))
    words = {Exit.OK: "in sync", Exit.CHANGES: "drift", Exit.UNKNOWN: "could not tell"}
    count = len(night.findings)
    lines.append((Severity.INFO, f"{words[night.exit]}: {count} finding{'' if count == 1 else 's'}"))
    return lines


def overdue(host: str, applied_at: str | None, around: Unmanaged) -> list[Finding]:
    """A finding where the check has not run for too long, or could not tell when it ran.

    Args:
        host: Its name.
        applied_at: When the toolkit's own part was applied last; None before the first time.
        around: What was found.
    """
    if applied_at is None:
        return []
    said = around.nightly
    ran = float(said["at"]) if said else datetime.fromisoformat(applied_at).timestamp()
    hours = int((around.now - ran) / HOUR_SECONDS)
    if around.now - ran <= STALE_SECONDS:
        failed = said is not None and said.get("exit") == Exit.UNKNOWN
        kind, summary = "drift.failed", f"the nightly check could not tell: {_word(said)}" if failed else ""
    elif said:
        kind, summary = "drift.stale", f"the nightly check ran last {hours} h ago, and said: {_word(said)}"
    else:
        kind, summary = "drift.stale", f"the nightly check never ran in the {hours} h since it was set up"
    found = Finding(host, TOOLKIT, kind, TIMER, summary, since=moment(ran), runbook=RUNBOOK)
    return [found] if summary else []


def _word(said: Mapping[str, Any] | None) -> str:
    said = said or {}
    errors: Sequence[str] = said.get("errors", ())
    if errors:
        return "; ".join(" ".join(line.split()) for line in errors)
    count = len(said.get("findings", ()))
    return f"{count} differences" if count else "in sync"
