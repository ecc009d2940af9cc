"""Accidents to what systemd holds of units, of which Rigwright's files show nothing: shares and limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rigwright.desired import Desired
from tests.support.accidents import Accident

LIMITS = {
    "CPUWeight": "7",
    "IOWeight": "7",
    "MemoryHigh": "3G",
    "TasksMax": "9999",
    "CPUQuota": "350%",
    "MemoryLow": "1M",
}
"""Properties of any service, and values that let it go on."""
KEPT = ("CPUWeight", "IOWeight", "MemoryHigh", "TasksMax")
FOLDERS = {"--runtime": "/run/systemd/system.control", "": "/etc/systemd/system.control"}
SHOWN = {"CPUQuota": "CPUQuotaPerSecUSec"}
RUNTIME_DROP_IN = "/run/systemd/system/{}.d/zz-stranger.conf"


def _placed(desired: Desired) -> set[tuple[str, str]]:
    """Units and properties that the inventory places, and that run."""
    (placement,) = (one for one in desired.runtime_states if one.name == "placement")
    pairs = {(key.split()[0], key.split()[1]) for key, _ in placement.expected}
    return {(unit, shown) for unit, shown in pairs if not unit.endswith(".slice")}


def _limits(subsystem: str, unit: str, placed: set[tuple[str, str]]) -> Iterator[Accident]:
    """Shares and limits that the inventory does not have, until the next boot and for good."""
    kept = {name: LIMITS[name] for name in LIMITS if name in KEPT}
    for option, limits in (("--runtime", LIMITS), ("", kept)):
        for name, other in limits.items():
            if (unit, SHOWN.get(name, name)) in placed:
                continue
            folder = f"{FOLDERS[option]}/{unit}.d"
            path = f"{folder}/50-{name}.conf"
            yield Accident(
                frozenset({(subsystem, "unit.override", path)}),
                f"systemctl set-property {option} {unit} {name}={other}",
                undo=f"rm {path}; rmdir --ignore-fail-on-non-empty {folder}",
            )


def _drop_in(subsystem: str, unit: str) -> Accident:
    """What ``systemctl edit --runtime`` writes."""
    path = RUNTIME_DROP_IN.format(unit)
    folder = path.rpartition("/")[0]
    return Accident(
        frozenset({(subsystem, "unit.override", path)}),
        f"mkdir -p {folder}; printf '[Unit]\\n' >{path}",
        undo=f"rm {path}; rmdir --ignore-fail-on-non-empty {folder}",
    )


def of_units(desired: Sequence[Desired]) -> Iterator[Accident]:
    """All of them."""
    (base,) = (one for one in desired if one.subsystem == "base")
    placed = _placed(base)
    for one in desired:
        for unit in one.units:
            yield _drop_in(one.subsystem, unit.name)
            if not unit.name.endswith(".timer"):
                yield from _limits(one.subsystem, unit.name, placed)
