"""What is wrong with the backups of some data. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from rigwright.backup.bundle import About
from rigwright.backup.known import Backup, Known
from rigwright.desired import BackupTool
from rigwright.finding import Finding, Severity
from rigwright.report.terminal import ago
from rigwright.secrets.recovery import UNPROVED_DAYS, Recovery

CLOCKS = timedelta(minutes=5)
"""So far apart the operator's clock and the host's may be."""


def newest(known: Known, now: datetime) -> Backup | None:
    """The newest; one that a wrong clock dated in the future is not it."""
    return max((one for one in known.backups if one.at <= now + CLOCKS), key=lambda one: one.at, default=None)


def proved(known: Known, now: datetime) -> Backup | None:
    """The one that was proved last."""
    found = [(one.proved, one) for one in known.backups if one.proved and one.proved <= now + CLOCKS]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def findings(host: str, subsystem: str, tool: BackupTool, known: Known, now: datetime) -> Iterator[Finding]:
    """What is missing, late, not proved, dated in the future, or reported by the tool itself."""

    def found(kind: str, summary: str, severity: Severity = Severity.WARNING) -> Finding:
        return Finding(host, subsystem, f"backup.{kind}", tool.data, f"{tool.data}: {summary}", severity)

    last, proof = newest(known, now), proved(known, now)
    if last is None:
        yield found("missing", "there is no backup", Severity.ERROR)
    elif (now - last.at).total_seconds() > tool.late_seconds:
        late = f"the newest backup is {ago(last.at, now)} old, more than {_span(tool.late_seconds)}"
        yield found("late", late, Severity.ERROR)
    if last and (proof is None or proof.proved is None):
        yield found("unproved", "no backup was restored in a trial")
    elif last and proof and proof.proved and (now - proof.proved).total_seconds() > tool.unproved_seconds:
        old = f"the last trial restore that succeeded was {ago(proof.proved, now)} ago"
        yield found("unproved", f"{old}, more than {_span(tool.unproved_seconds)}")
    if ahead := [one.label for one in known.backups if one.at > now + CLOCKS]:
        yield found("future", f"dated in the future: {', '.join(ahead)}", Severity.ERROR)
    for problem in known.problems:
        yield found("problem", problem, Severity.ERROR)


def recovery_findings(host: str, subsystem: str, recovery: Recovery, now: datetime) -> Iterator[Finding]:
    """What keeps a lost host's passphrases from coming back out of the store that they are from."""

    def found(summary: str) -> Finding:
        where = "recovery sheet"
        return Finding(host, subsystem, "backup.recovery", where, f"{where}: {summary}", Severity.WARNING)

    if recovery.key is None or recovery.made is None:
        yield found(
            f"there is none for {recovery.directory}: once no operator's identity is left, no backup can be "
            "read; make one: rig backup sheet"
        )
    elif recovery.proved is None:
        yield found(f"that of {recovery.made:%Y-%m-%d} was never checked: rig backup sheet --check")
    elif (now - recovery.proved).days >= UNPROVED_DAYS:
        yield found(f"it was last checked {ago(recovery.proved, now)} ago: rig backup sheet --check")


def bundle_findings(
    host: str, subsystem: str, place: str, about: About | None, *, behind: int, now: datetime
) -> Iterator[Finding]:
    """What keeps a host from being built again from what is beside its backups.

    Args:
        host: The host's name.
        subsystem: Whose place it is.
        place: What drift calls it.
        about: The bundle that is there.
        behind: So many commits are not in it.
        now: In UTC.
    """
    where = f"bundle beside the {place}"
    if about is None:
        summary = "there is none, so that it cannot be built again from there: rig backup bundle"
    elif behind:
        age = ago(datetime.fromtimestamp(about.at, timezone.utc), now)
        commits = f"{behind} commit{'' if behind == 1 else 's'}"
        summary = f"it is {age} old and lacks {commits}: rig backup bundle"
    else:
        return
    yield Finding(host, subsystem, "backup.bundle", where, f"{where}: {summary}", Severity.WARNING)


def _span(seconds: int) -> str:
    start = datetime.fromtimestamp(0, timezone.utc)
    return ago(start, start + timedelta(seconds=seconds))
