"""What is on a host that no subsystem declared, as ``host/surroundings.py`` tells it."""

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
    """A unit's file of somebody else.

    Attributes:
        units: The units that it changes.
        changed: Seconds since the epoch of the last change of the inode.
    """

    units: tuple[str, ...]
    changed: float | None = None


@dataclass(frozen=True)
class Unmanaged:
    """What no subsystem declared.

    Attributes:
        sockets: None where nobody can tell.
        overrides: By path.
        nightly: What the nightly check said last, None where it never ran.
        now: The host's clock, in seconds since the epoch.
    """

    sockets: tuple[Listening, ...] | None
    overrides: Mapping[str, Override]
    nightly: Mapping[str, Any] | None
    now: float


def unmanaged(raw: Mapping[str, Any]) -> Unmanaged:
    """The typed answer."""
    found, sockets = raw["overrides"], raw["sockets"]
    return Unmanaged(
        sockets=None if sockets is None else tuple(map(_listening, sockets)),
        overrides={path: Override(tuple(one["units"]), one["changed"]) for path, one in found.items()},
        nightly=raw["nightly"],
        now=raw["now"],
    )


def _listening(raw: Mapping[str, Any]) -> Listening:
    return Listening(raw["protocol"], raw["address"], raw["port"], tuple(raw["programs"]))
