"""The result of the nightly check: as it is stored, as metrics, and as lines of the journal. Pure."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from rigwright.compare.acceptance import Acceptance, words
from rigwright.compare.unmanaged import RUNBOOK, TOOLKIT
from rigwright.errors import Exit
from rigwright.finding import Finding, Severity
from rigwright.observed.unmanaged import Unmanaged

HOUR_SECONDS = 3600
STALE_SECONDS = 26 * HOUR_SECONDS  # a day, and as much as the timer may spread and the check may take
TIMER = "rigwright-drift.timer"


@dataclass(frozen=True)
class NightlyRun:
    """One run of the check.

    Attributes:
        at: When it began, in seconds since the epoch.
        subsystems: Those that were compared.
        findings: What differs.
        errors: Why something could not be compared; then the findings are not complete.
        accepted: Further differences, which the inventory accepts.
    """

    at: float
    subsystems: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    errors: tuple[str, ...] = ()
    accepted: tuple[Acceptance, ...] = ()

    @property
    def exit(self) -> Exit:
        """Unknown takes precedence over a difference."""
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
    """When each finding of the last run was first seen, by :func:`key`; empty where there was none."""
    found = (before or {}).get("first_seen")
    return {str(name): str(at) for name, at in found.items()} if isinstance(found, dict) else {}


def dated(findings: Iterable[Finding], before: Mapping[str, Any] | None) -> list[Finding]:
    """The findings, of which those without a date get the time of the run that first saw them."""
    seen = first_seen(before)
    return [
        finding
        if finding.since or key(finding) not in seen
        else dataclasses.replace(finding, since=datetime.fromisoformat(seen[key(finding)]))
        for finding in findings
    ]


def stored(run: NightlyRun, before: Mapping[str, Any] | None) -> dict[str, object]:
    """The content of ``drift.json``, for the next run and for the operator's machine.

    A run with errors keeps what earlier ones saw: the finding may be there still.
    """
    known, at = first_seen(before), moment(run.at).isoformat()
    seen = {key(finding): known.get(key(finding), at) for finding in run.findings}
    return {
        "version": 1,
        "at": run.at,
        "exit": int(run.exit),
        "last_success": (before or {}).get("last_success") if run.errors else run.at,
        "errors": list(run.errors),
        "findings": [_finding(one) for one in dated(run.findings, {"first_seen": seen})],
        "accepted": [
            {**_finding(one.finding), "reason": one.reason, "until": one.until} for one in run.accepted
        ],
        "first_seen": {**known, **seen} if run.errors else seen,
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


def metrics(run: NightlyRun, result: Mapping[str, Any]) -> str:
    """The same for Prometheus: findings of the compared subsystems, and when all were last compared."""
    counts = Counter(finding.subsystem for finding in run.findings)
    rows = [
        "# HELP rigwright_drift_findings Differences from what was applied, at the last check.",
        "# TYPE rigwright_drift_findings gauge",
        *(
            f'rigwright_drift_findings{{subsystem="{name}"}} {counts[name]}'
            for name in sorted({*run.subsystems, *counts})
        ),
        "# HELP rigwright_drift_failed Whether the last check could not determine the state.",
        "# TYPE rigwright_drift_failed gauge",
        f"rigwright_drift_failed {int(bool(run.errors))}",
    ]
    if result.get("last_success"):
        rows += [
            "# HELP rigwright_drift_last_success_timestamp_seconds Start of the last check without errors.",
            "# TYPE rigwright_drift_last_success_timestamp_seconds gauge",
            f"rigwright_drift_last_success_timestamp_seconds {int(result['last_success'])}",
        ]
    return "\n".join(rows) + "\n"


def journal_lines(run: NightlyRun, result: Mapping[str, Any]) -> list[tuple[Severity, str]]:
    """The lines of the journal, with the severity of each."""
    lines = [(Severity.ERROR, line) for error in run.errors for line in error.splitlines()]
    for one in result["findings"]:
        since = f" (since {one['since']})" if one["since"] else ""
        lines.append((Severity.WARNING, f"{one['subsystem']}: {one['kind']}: {one['summary']}{since}"))
    outcomes = {Exit.OK: "in sync", Exit.CHANGES: "drift", Exit.UNKNOWN: "state unknown"}
    count = len(run.findings)
    total = f"{outcomes[run.exit]}: {count} finding{'' if count == 1 else 's'}"
    lines.append((Severity.INFO, f"{total}, {words(run.accepted)}" if run.accepted else total))
    return lines


def overdue(host: str, applied_at: str | None, around: Unmanaged) -> list[Finding]:
    """A finding where the check has not run for too long, or its last run had errors.

    Args:
        host: Its name.
        applied_at: When the toolkit's own part was applied last; None before the first time.
        around: What was found.
    """
    if applied_at is None:
        return []
    last = around.nightly
    ran = float(last["at"]) if last else datetime.fromisoformat(applied_at).timestamp()
    hours = int((around.now - ran) / HOUR_SECONDS)
    if around.now - ran <= STALE_SECONDS:
        failed = last is not None and last.get("exit") == Exit.UNKNOWN
        kind, summary = "drift.failed", f"the nightly check failed: {_outcome(last)}" if failed else ""
    elif last:
        kind, summary = "drift.stale", f"the nightly check last ran {hours} h ago: {_outcome(last)}"
    else:
        kind, summary = "drift.stale", f"the nightly check never ran in the {hours} h since it was set up"
    found = Finding(host, TOOLKIT, kind, TIMER, summary, since=moment(ran), runbook=RUNBOOK)
    return [found] if summary else []


def _outcome(last: Mapping[str, Any] | None) -> str:
    last = last or {}
    errors: Sequence[str] = last.get("errors", ())
    if errors:
        return "; ".join(" ".join(line.split()) for line in errors)
    count = len(last.get("findings", ()))
    return f"{count} differences" if count else "in sync"
