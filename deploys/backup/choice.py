"""Which backup a restore takes, how far it can go, and what it costs. Pure; it runs on hosts.

PostgreSQL's log is replayed from a backup on, and replay ends without an error before the first segment that
is gone: what lies behind one is refused here.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from deploys.backup.gaps import SEGMENT, Gap
from deploys.backup.snapshots import moment

LATEST = "latest"
FRACTION = re.compile(r":\d\d(\.\d{1,6})")
PAST = 7
"""Restores of the past that an estimate counts."""
NAME = re.compile(r"([0-9A-F]{8})([0-9A-F]{16})")


class RefusedError(ValueError):
    """A restore that cannot be; ``possible`` says what can."""

    def __init__(self, what: str, possible: str) -> None:
        super().__init__(what)
        self.possible = possible


@dataclass(frozen=True)
class Moment:
    """The moment that is restored.

    Attributes:
        at: In seconds since the epoch; None: as late as can be.
        text: As PostgreSQL reads it, in UTC and with its fraction.
    """

    at: int | None
    text: str = LATEST


@dataclass(frozen=True)
class Base:
    """A backup of PostgreSQL, from which the log is replayed.

    Attributes:
        at: When it ended, in seconds since the epoch.
        bytes: Of what it brings back.
        start: The first segment that it needs.
        stop: The last segment that it needs.
    """

    label: str
    at: int
    bytes: int
    start: str
    stop: str


@dataclass(frozen=True)
class Range:
    """What a backup and the log behind it bring back.

    Attributes:
        base: The backup.
        latest: The last moment; of a server that runs it is the present one.
        gap: What ends it; None: the end of the log.
    """

    base: Base
    latest: int
    gap: Gap | None = None


def wanted(text: str, now: int, local: timezone) -> Moment:
    """The moment that an operator names.

    Args:
        text: ``latest``, or a time by ISO 8601.
        now: Seconds since the epoch.
        local: The zone of a time that names none.

    Raises:
        RefusedError: It is no time, or in the future.
    """
    if text == LATEST:
        return Moment(None)
    at = moment(text, local)
    if not at:
        raise RefusedError(f"{text!r} is no time", "latest, or a time such as '2027-03-01 14:05:00+00'")
    if at > now:
        raise RefusedError(
            f"{utc(at)} is in the future: it is {utc(now)} there", "latest, or a time that was"
        )
    fraction = FRACTION.search(text)
    plain = datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
    return Moment(at, f"{plain}{fraction[1] if fraction else ''}+00")


def ranges(bases: Iterable[Base], segments: Mapping[str, int], gaps: Sequence[Gap], end: int) -> list[Range]:
    """What each backup brings back, oldest first; one whose own log has a gap brings nothing back.

    Args:
        bases: All backups that are dated in the past.
        segments: When each segment came into the repository, by its name.
        gaps: What is missing.
        end: The last moment of the log.
    """
    found = []
    for base in sorted(bases, key=lambda one: (one.at, one.label)):
        behind = [gap for gap in gaps if _is_behind(gap, base)]
        if any(_number(gap.first) <= _number(base.stop) for gap in behind):
            continue
        gap = min(behind, key=lambda one: _number(one.first), default=None)
        found.append(Range(base, max(base.at, _before(gap, segments)) if gap else max(base.at, end), gap))
    return found


def choose(every: Sequence[Range], to: Moment) -> Range:
    """The newest backup that reaches the moment.

    Raises:
        RefusedError: None does.
    """
    if not every:
        raise RefusedError("there is no backup from which the log can be replayed", "nothing")
    before = [one for one in every if to.at is None or one.base.at <= to.at]
    if not before:
        raise RefusedError(f"{to.text} is before the first backup", spans(every))
    best = before[-1]
    if best.gap and (to.at is None or to.at > best.latest):
        lost = f"the log lacks {best.gap.first} to {best.gap.last}"
        raise RefusedError(f"{lost}, which are before {to.text}", spans(every))
    if to.at is not None and to.at > best.latest:
        raise RefusedError(f"the log in the repository ends before {to.text}", spans(every))
    return best


def spans(every: Sequence[Range]) -> str:
    """The times that can be restored, overlapping ones as one."""
    joined: list[tuple[int, int]] = []
    for one in every:
        if joined and one.base.at <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], one.latest))
        else:
            joined.append((one.base.at, one.latest))
    return "; ".join(f"{utc(first)} to {utc(last)}" for first, last in joined)


def seconds(size: int, past: Iterable[tuple[int, float]]) -> int | None:
    """How long a restore of so many bytes takes by those of the past, as bytes and seconds; None: unknown."""
    rates = [count / max(took, 0.1) for count, took in past if count > 0][-PAST:]
    return round(size / statistics.median(rates)) + 1 if rates else None


def utc(at: int) -> str:
    """A moment for people, and as ``--to`` takes it."""
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%d %H:%M:%S+00")


def names(paths: Mapping[str, int]) -> dict[str, int]:
    """When each segment came, by its name."""
    return {"".join(found.groups()): at for path, at in paths.items() if (found := SEGMENT.fullmatch(path))}


def _number(name: str) -> int:
    """The place of a segment in the log, whatever its timeline."""
    found = NAME.fullmatch(name)
    return int(found[2], 16) if found else -1


def _timeline(name: str) -> str:
    return name[:8]


def _is_behind(gap: Gap, base: Base) -> bool:
    """Whether replay from the backup meets the gap."""
    return _timeline(gap.last) >= _timeline(base.start) and _number(gap.last) >= _number(base.start)


def _before(gap: Gap, segments: Mapping[str, int]) -> int:
    """When the last segment before a gap came: what is in it was before."""
    first = _number(gap.first)
    return max((at for name, at in segments.items() if _number(name) < first), default=0)
