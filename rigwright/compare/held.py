"""Sockets that a subsystem is going to open and that another program has. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from rigwright.compare.view import View
from rigwright.finding import By, Finding, Severity
from rigwright.observed.holder import Holder

HELD = "socket.held"
"""The kind of the finding; before a subsystem's first apply it stops the run before the first package."""


def held_sockets(view: View) -> Iterator[Finding]:
    """Each port once, with who holds it and what ends that."""
    own = _own_units(view)
    reported = set()
    for one in view.own.holders:
        key = (one.protocol, one.port, one.unit)
        if one.unit in own or key in reported:
            continue
        reported.add(key)
        where = f"{one.protocol} {f'[{one.address}]' if ':' in one.address else one.address}:{one.port}"
        yield view.finding(
            HELD,
            where,
            f"{where} is held by {_who(one)}: {_way_out(view, one)}",
            severity=Severity.ERROR,
            actual=_who(one),
            by=By.HOST if view.own.applied else By.UNKNOWN,
        )


def _own_units(view: View) -> set[str]:
    """Units of the subsystem, of its last apply, and of what the inventory dropped: those end first."""
    units = {unit.name for unit in view.desired.units}
    for name, applied in view.whole.applied.items():
        if name == view.desired.subsystem or name not in view.whole.subsystems:
            units.update(applied.units)
    return units


def _who(one: Holder) -> str:
    about = [one.unit, f"package {one.package}" if one.package else ""]
    more = ", ".join(filter(None, about))
    return f"{one.program or 'an unknown process'}{f' ({more})' if more else ''}"


def _way_out(view: View, one: Holder) -> str:
    """Systemd stops a service and a socket; what is in a scope, such as a container, began elsewhere."""
    stop = f"systemctl disable --now {one.unit}" if one.unit.endswith((".service", ".socket")) else "stop it"
    return f"{stop}, or give {view.desired.subsystem} another port"
