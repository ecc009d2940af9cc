"""Since when nothing has read all of a pool, as far as ZFS reports it: for verdict and metrics."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from facts.parsers import zpool
from facts.values import Failed, NotSupported, Value
from rigwright.health import thresholds
from rigwright.health.check import Verdict, judge

DAY_SECONDS = 86400


class Known(enum.Enum):
    """What is known of the last scrub.

    ``OPEN``: none ended within the last ``days``, and of one before that nothing is known. ZFS keeps only the
    last scrub or resilver, so that one that was broken off, or a resilver, hides the scrub before it.
    """

    SCRUBBED = "scrubbed"
    NEVER = "never"
    RUNS = "runs"
    OPEN = "open"


@dataclass(frozen=True)
class Age:
    """How long nothing has read all of a pool.

    Attributes:
        days: At least; not supported where it is not known when the pool was made.
        verdict: On this age; unknown where the real one may be too old.
    """

    known: Known
    days: Value[float]
    verdict: Verdict


def age(pool: zpool.Pool, now_seconds: float) -> Age:
    """At this time of the host's clock."""
    least = _days(pool.checked_seconds, now_seconds)
    if isinstance(pool.scan, NotSupported):
        return Age(Known.NEVER, least, _judged(least))
    if pool.scrub_is_reported:
        reported = not isinstance(least, NotSupported)
        return Age(Known.SCRUBBED, least, _judged(least) if reported else Verdict.UNKNOWN)
    if pool.scan == "SCRUB SCANNING":
        return Age(Known.RUNS, least, _judged(least))
    verdict = _judged(least)
    most = _days(pool.created_seconds, now_seconds)
    young = isinstance(most, float) and judge(most, thresholds.SCRUB_AGE) is Verdict.OK
    unknown = verdict is Verdict.OK and not young
    return Age(Known.OPEN, least, Verdict.UNKNOWN if unknown else verdict)


def _days(since: Value[float], now_seconds: float) -> Value[float]:
    return since if isinstance(since, (NotSupported, Failed)) else max(now_seconds - since, 0.0) / DAY_SECONDS


def _judged(days: Value[float]) -> Verdict:
    if isinstance(days, Failed):
        return Verdict.UNKNOWN
    return Verdict.OK if isinstance(days, NotSupported) else judge(days, thresholds.SCRUB_AGE)
