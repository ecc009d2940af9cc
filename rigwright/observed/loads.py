"""When services read their files last, and whether an apply made them do so. Pure.

A service that reads its files once can run with a content that is no longer on the disk: a file was changed,
the service was reloaded, and the file was put back. Hashes cannot show that; two times can:

- a file cannot be put back without a new ``ctime``, which no program can set;
- so a load after every ``ctime`` has read what is on the disk, whoever asked for it: a reboot, a package;
- and a load before the newest ``ctime`` has read something unknown, unless it was the load of an apply, or
  a nightly check has seen that all was in sync after it.

A file that is only edited, and not loaded, is a difference of the file and none of the service.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Literal

from rigwright.desired import Activation, Desired, Need, Unit, need

MARGIN_SECONDS = 0.02
"""How far a ``ctime`` may be behind: the kernel takes it from a clock that ticks every 10 ms at most."""


@dataclass(frozen=True)
class Change:
    """The newest change among some files, in seconds since the epoch."""

    at: float
    path: str


@dataclass(frozen=True)
class Load:
    """The last load of a running service. Times are seconds since the epoch.

    Attributes:
        started: When it was started; never later than the moment at which it read its files.
        loaded: When it had read them last, after a start or a reload.
        read_after: What was changed before has been read by that load, whatever comes between.
        known_until: A load until then was ours, or was seen to be in sync; None where nothing is known of
            this boot.
        changed: The newest change of what a reload reads; None where it reads nothing then.
        changed_at_start: The newest change of what only a start reads.
        account: Who may have asked for it, for people; empty where the host does not know.
    """

    started: float
    loaded: float
    read_after: float
    known_until: float | None = None
    changed: Change | None = None
    changed_at_start: Change | None = None
    account: str = ""


@dataclass(frozen=True)
class UnknownLoad:
    """A load after which files were changed that the service reads.

    Attributes:
        needs: What makes it read them again.
        at: When it was, in seconds since the epoch.
        change: What was changed after it.
    """

    needs: Literal["restart", "reload"]
    at: float
    change: Change

    @property
    def when(self) -> datetime:
        """Its time in UTC, to the second."""
        return datetime.fromtimestamp(int(self.at), timezone.utc)


def unknown_load(load: Load) -> UnknownLoad | None:
    """The load of which it is unknown what it read, if the last one is such; a start takes precedence."""
    if change := _later(load, load.started, load.started, load.changed_at_start):
        return UnknownLoad("restart", load.started, change)
    if change := _later(load, load.loaded, load.read_after, load.changed):
        return UnknownLoad("reload", load.loaded, change)
    return None


def _later(load: Load, loaded: float, read_after: float, change: Change | None) -> Change | None:
    """The change, where it may be later than a load that is not known."""
    known = load.known_until is not None and loaded <= load.known_until
    return change if change and not known and change.at > read_after - MARGIN_SECONDS else None


@dataclass(frozen=True)
class Reads:
    """What a service reads, and how the host knows when: see :class:`rigwright.desired.Activation`."""

    start: tuple[str, ...] = ()
    reload: tuple[str, ...] = ()
    unit_files: bool = True
    workers: str = ""
    loaded_at: str = ""

    def covers(self, path: str) -> bool:
        """Whether the service reads this path, or may."""
        paths = (*self.start, *self.reload)
        return path in paths or path.startswith(tuple(one for one in paths if one.endswith("/")) or ("\0",))


def reads(desired: Desired) -> dict[str, Reads]:
    """What each service that should run reads, by its unit.

    Timers, sockets and the like have no process: systemd reads their files, and says where it has not.
    """
    services = (unit for unit in desired.units if unit.active and unit.name.endswith(".service"))
    return {unit.name: _reads(desired, unit) for unit in services}


def _reads(desired: Desired, unit: Unit) -> Reads:
    own = [one for one in desired.activations if one.unit == unit.name]
    managed = sorted([*(one.path for one in desired.files), *(one.path for one in desired.links)])
    needs = {path: need(unit.name, desired.activations, path) for path in managed}
    further = [path for one in own for path in one.reads]
    reloads = any(one.reload_on for one in own)
    return Reads(
        start=(*_which(needs, "restart"), *([] if reloads else further)),
        reload=(*_which(needs, "reload"), *(further if reloads else [])),
        unit_files=all(one.restarts for one in own),
        workers=next((one.workers for one in own if one.workers), ""),
        loaded_at=next((one.loaded_at for one in own if one.loaded_at), ""),
    )


def _which(needs: Mapping[str, Need], kind: Need) -> Iterator[str]:
    return (path for path, each in needs.items() if each == kind)


def described(activations: Sequence[Activation]) -> list[dict[str, object]]:
    """Activations as the manifest has them."""
    return [
        {
            "unit": one.unit,
            "reload_on": list(one.reload_on),
            "restart_on": list(one.restart_on),
            "reads": list(one.reads),
            "workers": one.workers,
            "loaded_at": one.loaded_at,
            "restarts": one.restarts,
        }
        for one in activations
    ]


def restored(found: Sequence[Mapping[str, Any]]) -> tuple[Activation, ...]:
    """The activations of a manifest."""
    lists = ("reload_on", "restart_on", "reads")
    return tuple(Activation(**{**one, **{name: tuple(one[name]) for name in lists}}) for one in found)


def load(raw: Mapping[str, Any]) -> Load:
    """The typed output of ``host/loads.py`` for one unit."""
    changes = {name: raw[name] and Change(*raw[name]) for name in ("changed", "changed_at_start")}
    return Load(
        raw["started"],
        raw["loaded"],
        raw["read_after"],
        raw["known_until"],
        **changes,
        account=raw["account"],
    )
