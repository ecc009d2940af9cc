"""State of a host that no subsystem declares, as ``host/unmanaged.py`` reports it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Listening:
    """A TCP socket that listens, or a UDP socket that is bound.

    Attributes:
        address: ``0.0.0.0`` or ``::`` for all; with ``%`` and the interface where it is bound to one.
        programs: Names of the processes that hold it, and of the units for which systemd does.
    """

    protocol: str
    address: str
    port: int
    programs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Override:
    """A unit's file that neither Rigwright nor a package put there.

    Attributes:
        units: The units that it changes.
        changed: Seconds since the epoch of the last change of the inode.
    """

    units: tuple[str, ...]
    changed: float | None = None


@dataclass(frozen=True)
class Entrance:
    """What runs by itself, or lets an account in, and neither Rigwright nor a package put there.

    Attributes:
        kind: The kind of finding.
        where: The path, or the account.
        what: One line for people.
        actual: A hash of its content, its mode, or the like; None where there is none.
        changed: Seconds since the epoch of the last change of the inode.
    """

    kind: str
    where: str
    what: str
    actual: str | None = None
    changed: float | None = None


@dataclass(frozen=True)
class Unmanaged:
    """State that no subsystem declares.

    Attributes:
        sockets: None where they are unknown.
        overrides: By path.
        entrances: Who got in and what runs at boot.
        nightly: The last result of the nightly check, None where it never ran.
        now: The host's clock, in seconds since the epoch.
    """

    sockets: tuple[Listening, ...] | None
    overrides: Mapping[str, Override]
    nightly: Mapping[str, Any] | None
    now: float
    entrances: tuple[Entrance, ...] = ()


def unmanaged(raw: Mapping[str, Any]) -> Unmanaged:
    """The typed output of ``host/unmanaged.py``."""
    found, sockets = raw["overrides"], raw["sockets"]
    return Unmanaged(
        sockets=None if sockets is None else tuple(map(_listening, sockets)),
        overrides={path: Override(tuple(one["units"]), one["changed"]) for path, one in found.items()},
        nightly=raw["nightly"],
        now=raw["now"],
        entrances=tuple(Entrance(**one) for one in raw["entrances"]),
    )


def _listening(raw: Mapping[str, Any]) -> Listening:
    return Listening(raw["protocol"], raw["address"], raw["port"], tuple(raw["programs"]))
