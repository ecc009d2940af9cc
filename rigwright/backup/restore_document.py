"""What a host prints of restores, and what ``rig restore --json`` prints, as types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from rigwright.errors import RigError
from rigwright.report.document import Document


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What a restore of one thing would do.

    Attributes:
        what: How an operator names it.
        data: The declared name.
        label: The chosen backup.
        backup_at: When that was made, or null.
        to: The moment that is restored, or ``latest``.
        earliest: The first moment that can be restored, or null.
        latest: The last one with this backup, or null.
        gaps: Segments of the log that are missing, each as ``first to last``.
        loss_seconds: What was written in so many seconds before the present is not in it.
        bytes: What comes back.
        folder: Where it comes.
        room_needed: Bytes there.
        room_there: Bytes that are free there.
        seconds: How long it takes by restores of the past, or null where there was none.
        stops: What does not run meanwhile.
        keeps: Where what is live is kept.
        refused: Why it cannot be, or null.
        possible: What can be instead, or null.
    """

    what: str
    data: str
    label: str
    backup_at: datetime | None
    to: str
    earliest: datetime | None
    latest: datetime | None
    gaps: tuple[str, ...]
    loss_seconds: int
    bytes: int
    folder: str
    room_needed: int
    room_there: int
    seconds: int | None
    stops: tuple[str, ...]
    keeps: tuple[str, ...]
    refused: str | None
    possible: str | None


@dataclass(frozen=True, kw_only=True)
class Promised:
    """What is promised of a restore.

    Attributes:
        rto_seconds: The longest until the data is back.
        rpo_seconds: The most that is lost.
    """

    rto_seconds: int
    rpo_seconds: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a restore would do.

    Attributes:
        items: One object for each thing.
        promise: What is promised.
    """

    items: tuple[Planned, ...]
    promise: Promised


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of a restore.

    Attributes:
        item: What it is a step of.
        name: What is done.
        begun: When.
        seconds: How long it took, or null where it did not end.
        said: What was found, or null.
    """

    item: str
    name: str
    begun: datetime
    seconds: float | None
    said: str | None


@dataclass(frozen=True, kw_only=True)
class Restored:
    """The last restore of a host.

    Attributes:
        what: What is restored.
        to: The moment.
        way: ``beside`` or ``replace``.
        place: Where the backups are read.
        state: ``running``, ``killed``, ``done``, ``failed`` or ``taken back``.
        code: Its exit code, or null where it did not end.
        error: Why it failed, or null.
        begun: When.
        seconds: How long it took, or null where it did not end.
        loss_seconds: What was written in so many seconds before it began is not in it.
        steps: Each in its order.
        lines: What it printed.
        promise: What is promised.
    """

    what: str
    to: str
    way: str
    place: str
    state: str
    code: int | None
    error: str | None
    begun: datetime
    seconds: float | None
    loss_seconds: int
    steps: tuple[Step, ...]
    lines: tuple[str, ...]
    promise: Promised


@dataclass(frozen=True, kw_only=True)
class RestoreDocument(Document):
    """A restore of one host.

    Attributes:
        host: Its name in the inventory.
        plan: What it would do, or null where it was not asked.
        last: The last restore, or null where there was none or it was not asked.
    """

    host: str
    plan: Plan | None
    last: Restored | None


def plan(raw: Mapping[str, Any], host: str) -> Plan:
    """Out of what a host prints.

    Raises:
        RigError: It cannot be read.
    """
    try:
        return Plan(items=tuple(map(_planned, raw["items"])), promise=Promised(**raw["promise"]))
    except (KeyError, TypeError, ValueError, OverflowError, OSError, AttributeError) as error:
        raise _unreadable(host) from error


def restored(raw: Mapping[str, Any], host: str) -> Restored | None:
    """Out of what a host prints; None: nothing was restored there yet.

    Raises:
        RigError: It cannot be read.
    """
    try:
        runs = bool(raw["runs"])
        return _restored(raw, runs=runs) if "request" in raw else None
    except (KeyError, TypeError, ValueError, OverflowError, OSError, AttributeError) as error:
        raise _unreadable(host) from error


def _unreadable(host: str) -> RigError:
    return RigError(
        "what it knows of restores cannot be read", host=host, next_step=f"rig plan --limit {host}"
    )


def _planned(raw: Mapping[str, Any]) -> Planned:
    return Planned(
        what=str(raw["what"]),
        data=str(raw["data"]),
        label=str(raw["label"]),
        backup_at=_moment(raw["backup_at"]),
        to=str(raw["to"]),
        earliest=_moment(raw["earliest"]),
        latest=_moment(raw["latest"]),
        gaps=tuple(f"{first} to {last}" for first, last in raw["gaps"]),
        loss_seconds=int(raw["loss_seconds"]),
        bytes=int(raw["bytes"]),
        folder=str(raw["folder"]),
        room_needed=int(raw["room_needed"]),
        room_there=int(raw["room_there"]),
        seconds=None if raw["seconds"] is None else int(raw["seconds"]),
        stops=tuple(map(str, raw["stops"])),
        keeps=tuple(map(str, raw["keeps"])),
        refused=_text(raw["refused"]),
        possible=_text(raw["possible"]),
    )


def _restored(raw: Mapping[str, Any], *, runs: bool) -> Restored:
    request, begun = raw["request"], _moment(raw["begun"])
    if begun is None:
        raise ValueError("a restore without a time")
    killed = raw["state"] == "running" and not runs
    return Restored(
        what=str(request["what"]),
        to=str(request["to"]),
        way=str(request["way"]),
        place=str(request["place"]),
        state="killed" if killed else str(raw["state"]),
        code=None if raw["code"] is None else int(raw["code"]),
        error=_text(raw["error"]),
        begun=begun,
        seconds=raw.get("seconds"),
        loss_seconds=max((int(one["loss_seconds"]) for one in raw["measured"]), default=0),
        steps=tuple(map(_step, raw["steps"])),
        lines=tuple(map(str, raw["lines"])),
        promise=Promised(**raw["promise"]),
    )


def _step(raw: Mapping[str, Any]) -> Step:
    begun = _moment(raw["begun"])
    if begun is None:
        raise ValueError("a step without a time")
    seconds = raw["seconds"]
    return Step(
        item=str(raw["item"]), name=str(raw["name"]), begun=begun, seconds=seconds, said=_text(raw["said"])
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, timezone.utc) if seconds else None
