"""The hosts that golden files exist for: settings alone, without a host that runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeAlias, get_args

from deploys.rig import Rig, rank, state, subsystems
from inventories.scenarios import defaults, everything
from rigwright.desired import Desired
from rigwright.settings.platform import Os
from tests.golden.applications_scenario import applications
from tests.golden.backup_scenario import backups, backups_by_age, backups_everything, backups_of_files
from tests.golden.certificates_scenario import certificates
from tests.golden.gpu_scenario import gpu, gpu_everything
from tests.golden.taken_over_scenario import taken_over
from tests.golden.zfs_scenario import zfs

SCENARIOS: Mapping[str, Callable[[Os], Rig]] = {
    "defaults": defaults,
    "everything": everything,
    "applications": applications,
    "backups": backups,
    "backups_by_age": backups_by_age,
    "backups_everything": backups_everything,
    "backups_of_files": backups_of_files,
    "certificates": certificates,
    "taken_over": taken_over,
    "zfs": zfs,
    "gpu": gpu,
    "gpu_everything": gpu_everything,
}

ALL_SYSTEMS: tuple[Os, ...] = get_args(Os)
SYSTEMS: Mapping[str, tuple[Os, ...]] = {
    "defaults": ALL_SYSTEMS,
    "everything": ALL_SYSTEMS,
    "applications": ALL_SYSTEMS,
    "backups": ALL_SYSTEMS,
    "backups_by_age": ("debian13",),
    "backups_everything": ("debian13",),
    "backups_of_files": ALL_SYSTEMS,
    "certificates": ("debian13",),
    "taken_over": ("debian13",),
    "zfs": ("debian13", "ubuntu2204"),
    "gpu": ALL_SYSTEMS,
    "gpu_everything": ALL_SYSTEMS,
}

Case: TypeAlias = "tuple[str, Os]"
"""A scenario on one operating system: one host."""

CASES: tuple[Case, ...] = tuple((name, system) for name in SCENARIOS for system in SYSTEMS[name])


@cache
def rig(case: Case) -> Rig:
    """The whole host of this case."""
    scenario, system = case
    return SCENARIOS[scenario](system)


def desired(case: Case) -> tuple[Desired, ...]:
    """The desired state of every subsystem of this host, without the toolkit's own part."""
    return tuple(one for one in rig(case).desired() if one.subsystem != "rigwright")


def nginx(case: Case) -> Desired | None:
    """The desired state of nginx on this host; None where it has none."""
    return next((one for one in desired(case) if one.subsystem == "nginx"), None)


def rendered_anew(subsystem: str, case: Case) -> Desired | None:
    """The desired state of one subsystem, rendered at this call; None where the host does not have it."""
    whole = rig(case)
    settings = whole.settings_of(subsystem)
    if settings is None:
        return None
    level = rank(subsystem)
    more = (tuple(one for one in whole.desired() if _rank(one) < level),) if level else ()
    found: Desired = state(subsystem).desired(settings, whole.platform, *more)
    return found


def _rank(one: Desired) -> int:
    return rank(one.subsystem) if one.subsystem in subsystems() else 0
