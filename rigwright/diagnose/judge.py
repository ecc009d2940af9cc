"""What is wrong with a host's units, and what happened, out of its response. Pure, and total on garbage."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from facts.values import writable
from rigwright.diagnose.document import Event, UnitLines
from rigwright.finding import By, Finding, Severity

SUBSYSTEM = "units"
RUNBOOK = "docs/runbooks/unit-failed.md"
BEFORE_SECONDS = 300
"""A command that names a unit, and ran so shortly before it stopped, is the cause: stopping takes time."""
RECENT_SECONDS = 3600
RESTARTS = 3
"""So many restarts within the last hour of running are a crash loop."""
KINDS = (".service", ".timer", ".socket", ".mount")


@dataclass(frozen=True)
class Clock:
    """The host's time of the response: seconds since the epoch, and since its boot."""

    now: float
    monotonic: float

    def moment(self, microseconds: str) -> datetime | None:
        """A monotonic time of systemd; None for one that never was."""
        if not microseconds.isdecimal() or microseconds == "0":
            return None
        return when(self.now - self.monotonic + int(microseconds) / 1e6)


def when(seconds: object) -> datetime | None:
    """A time in seconds since the epoch; None where it is none."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not math.isfinite(seconds):
        return None
    try:
        return datetime.fromtimestamp(seconds, timezone.utc)
    except (OverflowError, ValueError, OSError):
        return None


def clock(seen: Mapping[str, object]) -> Clock:
    """The host's time; 1970 where the response has none."""
    now, monotonic = seen.get("now_seconds"), seen.get("monotonic_seconds")
    known = isinstance(now, (int, float)) and isinstance(monotonic, (int, float))
    return Clock(float(now), float(monotonic)) if known else Clock(0, 0)  # type: ignore[arg-type]


def events(seen: Mapping[str, object]) -> tuple[Event, ...]:
    """The events that can be read, oldest first."""
    found = []
    for one in _rows(seen.get("events")):
        at, times = when(one.get("at")), one.get("times")
        if at and all(isinstance(one.get(key), str) for key in ("kind", "who", "what")):
            kind, who, what = (writable(str(one[key])) for key in ("kind", "who", "what"))
            found.append(Event(at, kind, who, what, times if type(times) is int else 1))
    return tuple(sorted(found, key=lambda one: one.at))


def logs(seen: Mapping[str, object]) -> tuple[UnitLines, ...]:
    """The last lines of units."""
    found = seen.get("lines")
    if not isinstance(found, Mapping):
        return ()
    return tuple(
        UnitLines(str(unit), tuple(writable(str(line)) for line in lines))
        for unit, lines in found.items()
        if isinstance(lines, list) and lines
    )


def findings(
    host: str, seen: Mapping[str, object], happened: Sequence[Event], runbooks: Mapping[str, str]
) -> Iterator[Finding]:
    """Units that failed, that restart again and again, and those that should run and are stopped.

    Args:
        host: Its name.
        seen: Its response.
        happened: Its events.
        runbooks: The pages of units that have one of their own.
    """
    time, owners = clock(seen), _owners(seen)
    for one in _rows(seen.get("units")):
        unit = {key: value for key, value in one.items() if isinstance(value, str)}
        name = unit.get("Id", "")
        judged = _judged(unit, time, declared=name in owners) if name.endswith(KINDS) else None
        if judged is None:
            continue
        aspect, words, severity = judged
        stamp = "InactiveEnter" if aspect == "stopped" else "StateChange"
        since = time.moment(unit.get(f"{stamp}TimestampMonotonic", ""))
        cause = _cause(name, since, happened) if aspect == "stopped" else None
        by = f", by {cause.who}: {cause.what}" if cause else ""
        yield Finding(
            host=host,
            subsystem=owners.get(name, SUBSYSTEM),
            kind=f"unit.{aspect}",
            where=name,
            summary=writable(f"{name} {words}{by}"),
            severity=severity,
            expected="active" if aspect == "stopped" else None,
            actual=unit.get("ActiveState"),
            since=since,
            by=By.HOST if cause else By.UNKNOWN,
            runbook=runbooks.get(name, RUNBOOK),
        )


def _judged(unit: Mapping[str, str], time: Clock, *, declared: bool) -> tuple[str, str, Severity] | None:
    state, sub = unit.get("ActiveState", ""), unit.get("SubState", "")
    restarts = unit.get("NRestarts", "")
    count = int(restarts) if restarts.isdecimal() else 0
    if state == "failed":
        return "failed", f"failed ({unit.get('Result', 'unknown')})", Severity.ERROR
    started = time.moment(unit.get("ActiveEnterTimestampMonotonic", ""))
    recent = started is not None and time.now - started.timestamp() < RECENT_SECONDS
    if "auto-restart" in sub or (count >= RESTARTS and recent):
        return "restarting", f"was restarted {count} times", Severity.ERROR
    if state == "inactive" and _should_run(unit, declared=declared):
        return "stopped", "is stopped", Severity.ERROR if declared else Severity.WARNING
    return None


def _should_run(unit: Mapping[str, str], *, declared: bool) -> bool:
    """Whether an inactive unit is meant to run: declared so, or enabled and running before.

    One whose condition did not hold, and one that does its work and ends, is inactive by right.
    """
    if declared:
        return True
    ran = unit.get("InactiveEnterTimestampMonotonic", "0") not in ("", "0")
    lasting = unit.get("Type", "simple") != "oneshot" and unit.get("ConditionResult", "yes") == "yes"
    return unit.get("UnitFileState") == "enabled" and ran and lasting


def _cause(name: str, since: datetime | None, happened: Sequence[Event]) -> Event | None:
    """The last command by sudo that named the unit just before it stopped."""
    words = {name, name.removesuffix(".service")}
    for one in reversed(happened) if since else ():
        early = (since - one.at).total_seconds() if since else 0
        if one.kind == "sudo" and -1 <= early <= BEFORE_SECONDS and words & set(one.what.split()):
            return one
    return None


def _owners(seen: Mapping[str, object]) -> dict[str, str]:
    declared = seen.get("declared")
    found = declared.items() if isinstance(declared, Mapping) else ()
    return {str(name): str(owner) for owner, names in found if isinstance(names, list) for name in names}


def _rows(found: object) -> Iterator[Mapping[str, object]]:
    yield from (one for one in found if isinstance(one, Mapping)) if isinstance(found, list) else ()
