"""Snapshots of restic: whose they are, which is the newest, and when the next is due. Pure; it runs on hosts.

Nothing here takes restic's word "latest": a snapshot that is dated in the future would be it for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote, unquote

TAG = "rigwright:"
DAY_SECONDS = 86_400
FUTURE_SECONDS = 300
"""A clock may be so wrong."""
SLACK_SECONDS = 450
"""Half of the time between two runs of the timer."""
MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(?:\.\d+)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?", re.IGNORECASE
)
LABEL = re.compile(r"[0-9a-f]{8,64}")


@dataclass(frozen=True)
class Snapshot:
    """A backup of one declared thing.

    Attributes:
        label: Its id.
        data: The declared name.
        at: When it was begun, in seconds since the epoch; 0 where that cannot be read.
    """

    label: str
    data: str
    at: int


class NoSnapshotError(ValueError):
    """There is none like that; the text says which there are."""


def tag(data: str) -> str:
    """The tag of a declared name; restic splits tags at commas."""
    return TAG + quote(data, safe="")


def snapshots(found: Iterable[Mapping[str, Any]]) -> list[Snapshot]:
    """Those that are made here, oldest first, as ``restic snapshots --json`` prints them."""
    mine = [
        Snapshot(str(one.get("id", "")), unquote(label.removeprefix(TAG)), moment(str(one.get("time", ""))))
        for one in found
        for label in one.get("tags") or ()
        if label.startswith(TAG)
    ]
    return sorted(mine, key=lambda one: (one.at, one.label))


def moment(text: str, local: timezone = timezone.utc) -> int:
    """Seconds since the epoch; 0 where it is no time.

    Args:
        text: By ISO 8601, to the minute or finer. Fractions are left out.
        local: The zone of a time that names none.
    """
    if not (found := MOMENT.fullmatch(text.strip())):
        return 0
    day, minute, second, zone = found.groups()
    try:
        at = datetime.fromisoformat(f"{day} {minute}{second or ':00'}")
    except ValueError:
        return 0
    return int(at.replace(tzinfo=_zone(zone, local)).timestamp())


def _zone(text: str | None, local: timezone) -> timezone:
    if text is None:
        return local
    if text.upper() in ("Z", "UTC"):
        return timezone.utc
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text.startswith("-") else offset)


def newest(every: Iterable[Snapshot], data: str, until: int) -> Snapshot | None:
    """The newest of a declared name that is dated, and not later than a moment."""
    dated = [one for one in every if one.data == data and 0 < one.at <= until]
    return max(dated, key=lambda one: (one.at, one.label), default=None)


def chosen(every: Iterable[Snapshot], data: str, which: str, now: int, local: timezone) -> Snapshot:
    """The snapshot that an operator names.

    Args:
        every: All of them.
        data: The declared name.
        which: ``latest``, at least eight characters of a label, or a time: the newest until then.
        now: Seconds since the epoch.
        local: The zone of a time that names none.

    Raises:
        NoSnapshotError: There is none.
    """
    known = [*every]
    mine = [one for one in known if one.data == data]
    if not mine:
        names = ", ".join(sorted({one.data for one in known})) or "nothing"
        raise NoSnapshotError(f"there is no backup of {data!r}; there are backups of: {names}")
    if LABEL.fullmatch(which):
        if len(found := [one for one in mine if one.label.startswith(which)]) == 1:
            return found[0]
        raise NoSnapshotError(f"{which} is {'more than one backup' if found else 'no backup'} of {data}")
    present = now + FUTURE_SECONDS
    until = present if which == "latest" else moment(which, local)
    if not until:
        raise NoSnapshotError(
            f"{which!r} is neither latest, nor a label, nor a time such as '2027-03-01 14:05:00+00'"
        )
    if best := newest(mine, data, min(until, present)):
        return best
    dated = [one.at for one in mine if one.at]
    oldest = datetime.fromtimestamp(min(dated), timezone.utc) if dated else "undated"
    raise NoSnapshotError(f"there is no backup of {data} of that time; the oldest is of {oldest}")


def due(last: int, rhythm: int, now: int, daily: int) -> bool:
    """Whether the next backup is due.

    Args:
        last: When the newest was begun; 0: there is none.
        rhythm: The longest time between two, in seconds.
        now: Seconds since the epoch.
        daily: The newest moment of the past at which data of a day or more is backed up.
    """
    if not 0 < last <= now + FUTURE_SECONDS:
        return True
    if rhythm < DAY_SECONDS:
        return now - last >= rhythm - SLACK_SECONDS
    return last < daily - (rhythm - DAY_SECONDS)
