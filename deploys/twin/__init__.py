"""A host of an inventory as a container of the lab can be it: the same settings, scaled down. Pure.

Sizes are smaller, and what only hardware or the internet has is left out. All else is as it is there, secrets
included, so the inventory of a twin is as secret as its host's. Each difference is named with its reason.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deploys.backup.settings import BackupSettings, Local
from deploys.rig import Rig
from deploys.twin import data, host, services
from deploys.twin.lab import Lab, Notes
from rigwright.lab.scaled import Scaled

__all__ = ["Lab", "twin"]

RULES: dict[str, Callable[[Any, Lab, Notes], Any]] = {
    "machine": host.machine,
    "base": host.base,
    "ssh": host.ssh,
    "firewall": host.firewall,
    "zfs": host.zfs,
    "nvidia": host.nvidia,
    "health": host.health,
    "docker": services.docker,
    "postgres": data.postgres,
    "redis": data.redis,
    "apps": services.apps,
    "nginx": services.nginx,
    "backup": data.backup,
    "prometheus": services.prometheus,
}
"""By the field of :class:`~deploys.rig.Rig`: the same settings in the lab, and a note of each difference."""


def twin(rig: Rig, lab: Lab) -> Rig:
    """The host as the lab's container can be it; its ``scaled`` has what differs.

    Raises:
        ValueError: The settings contradict each other once they are scaled.
    """
    notes = Notes()
    fields = {name: getattr(rig, name) for name in Rig.model_fields}
    made: dict[str, Any] = {
        name: None if value is None else RULES[name](value, lab, notes.of(name))
        for name, value in fields.items()
    }
    scaled = Scaled(notes.lines(), _mounts(made["backup"]), _folders(made["backup"]))
    return Rig(**made).standing_in(scaled)


def _mounts(backup: BackupSettings | None) -> tuple[str, ...]:
    """Mount points of the disks of backups."""
    if backup is None:
        return ()
    places = (backup.repository, backup.restic and backup.restic.repository)
    return tuple(dict.fromkeys(one.mount for one in places if isinstance(one, Local)))


def _folders(backup: BackupSettings | None) -> tuple[str, ...]:
    """Folders of data that nothing on the host makes."""
    return tuple(path for one in backup.files for path in one.paths) if backup else ()
