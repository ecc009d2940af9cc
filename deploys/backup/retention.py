"""Which backups a policy removes. Pure; it runs on hosts, with the standard library only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Made:
    """A backup.

    Attributes:
        label: Its name in the repository.
        at: When it ended, in seconds since the epoch; 0 where that is unknown.
        needs: Labels of those without which it cannot be restored; none for a full one.
    """

    label: str
    at: int
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Policy:
    """How long backups are kept: by age, or the newest full one of so many days, weeks and months.

    Attributes:
        days: Age in days; None: by counts.
    """

    days: int | None = None
    daily: int = 0
    weekly: int = 0
    monthly: int = 0


def to_remove(backups: Iterable[Made], policy: Policy, verified: Collection[str], now: int) -> set[str]:
    """Labels of the backups that nothing keeps.

    The policy counts back from the newest that was restored with success, and not from the clock: one that
    jumps ahead removes nothing. Kept are, besides what the policy keeps, that one, what is newer, what has no
    date or one in the future, and all that these depend on. Where none was restored with success, nothing is
    removed.

    Args:
        backups: All of the repository.
        policy: What is kept.
        verified: Labels of those that were restored with success.
        now: Seconds since the epoch.
    """
    every = {one.label: one for one in backups}
    past = sorted((one for one in every.values() if 0 < one.at <= now), key=lambda one: (one.at, one.label))
    proved = [number for number, one in enumerate(past) if one.label in verified]
    if not proved:
        return set()
    dated = past[: proved[-1] + 1]
    newest = dated[-1]
    kept = {newest.label, *(one.label for one in every.values() if one not in dated)}
    kept |= _young(dated, policy.days, newest.at) if policy.days else _counted(dated, policy)
    return {*every} - _with_needs(kept, every)


def _young(dated: list[Made], days: int, now: int) -> set[str]:
    """What is younger, and the newest that is not: it brings back the first moment of that time."""
    oldest = now - days * DAY_SECONDS
    before = [one.label for one in dated if one.at < oldest]
    return {one.label for one in dated if one.at >= oldest} | {*before[-1:]}


def _counted(dated: list[Made], policy: Policy) -> set[str]:
    """The newest full one of the newest periods that have one, and what depends on it."""
    fulls = [one for one in dated if not one.needs]
    periods: tuple[tuple[int, Callable[[datetime], tuple[int, ...]]], ...] = (
        (policy.daily, lambda at: (at.year, at.month, at.day)),
        (policy.weekly, lambda at: at.isocalendar()[:2]),
        (policy.monthly, lambda at: (at.year, at.month)),
    )
    kept: set[str] = set()
    for count, period in periods:
        newest = {period(datetime.fromtimestamp(one.at, timezone.utc)): one.label for one in fulls}
        kept |= {newest[key] for key in sorted(newest)[len(newest) - min(count, len(newest)) :]}
    return kept | {one.label for one in dated if kept & {*one.needs}}


def _with_needs(kept: Iterable[str], every: Mapping[str, Made]) -> set[str]:
    found: set[str] = set()
    waiting = [*kept]
    while waiting:
        label = waiting.pop()
        if label not in found:
            found.add(label)
            waiting += every[label].needs if label in every else ()
    return found
