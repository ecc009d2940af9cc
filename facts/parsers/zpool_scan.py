"""Scrubs, resilvers and rebuilds of a ZFS pool, from the structure of ``zpool status -j``.

ZFS keeps one of them, the last: a resilver, or a scrub that was broken off, takes the place of the scrub
before, whose end is then not reported by ZFS. A rebuild (``replace -s``, dRAID) is kept apart.
Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

from facts.parsers.zpool_tree import SIZES
from facts.values import Failed, NotSupported, Value, at, count, figure, shown, text, unreadable

CTIME = re.compile(r"([A-Z][a-z]{2}) +(\d{1,2}) +(\d\d:\d\d:\d\d)(?: +[A-Z]\S*)? +(\d{4})$")
NEVER = (None, "NONE")


@dataclass(frozen=True)
class Scan:
    """The last or running scrub or resilver.

    Attributes:
        words: ``SCRUB FINISHED``, ``SCRUB PAUSED``, ``RESILVER SCANNING``; not supported where none was.
        errors: In it, and in the rebuilds.
        resilvering: A device is being written anew, by a resilver or by a rebuild.
        started_seconds: Since 1970.
        ended_seconds: Since 1970; of one that was broken off, when that was.
    """

    words: Value[str]
    errors: Value[int]
    resilvering: Value[bool]
    started_seconds: Value[float]
    ended_seconds: Value[float]


def scan(found: object) -> Scan:
    """What ``scan_stats`` of a pool holds; total."""
    words = _words(found)
    active = [at(one, "state") == "ACTIVE" for one in _rebuilds(found)]
    running = words == "RESILVER SCANNING" or any(active)
    return Scan(
        words,
        _errors([found, *_rebuilds(found)]),
        words if isinstance(words, Failed) and not running else running,
        moment(at(found, "start_time")),
        moment(at(found, "end_time")),
    )


def _words(found: object) -> Value[str]:
    function, state = at(found, "function"), at(found, "state")
    if found is not None and not isinstance(found, Mapping):
        return unreadable(found)
    if function in NEVER:
        return NotSupported()
    if not isinstance(function, str) or not isinstance(state, str) or function == "UNKNOWN":
        return unreadable(state)
    paused = count(at(found, "scrub_pause"))
    if state == "SCANNING" and not isinstance(paused, NotSupported) and paused != 0:
        state = "PAUSED"  # JSON without --json-int has a date here
    return text(f"{function} {state}")


def _rebuilds(found: object) -> Iterator[object]:
    rows = at(found, "rebuild_stats")
    yield from rows.values() if isinstance(rows, Mapping) else ()


def _errors(every: list[object]) -> Value[int]:
    counted = [count(at(one, "errors"), SIZES) for one in every]
    known = [one for one in counted if isinstance(one, int)]
    failed = next((one for one in counted if isinstance(one, Failed)), None)
    return failed or (sum(known) if known else NotSupported())


def moment(raw: object) -> Value[float]:
    """A number of seconds since 1970, or what ``ctime`` writes.

    Text is in the host's time zone and is read as UTC, so that it may be wrong by hours, which a scrub's age
    in days can bear.
    """
    match = CTIME.search(raw.strip()) if isinstance(raw, str) else None
    if not match:
        found = figure(raw)
        return NotSupported() if found == 0 else found
    try:
        when = datetime.strptime(" ".join(match.groups()), "%b %d %H:%M:%S %Y")  # noqa: DTZ007  set below
    except ValueError:
        return Failed(f"unreadable: {shown(raw)!r}")
    return when.replace(tzinfo=timezone.utc).timestamp()
