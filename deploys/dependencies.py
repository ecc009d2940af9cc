"""Which subsystem of one host needs which other in place before it: what ``Desired.requires`` says. Pure.

Only what would fail or do harm without the other: a firewall is right whether or not users are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from deploys.backup.settings import BackupSettings, Local
from deploys.docker.settings import DockerSettings
from deploys.nvidia.settings import NvidiaSettings
from deploys.zfs.settings import ZfsSettings
from rigwright.desired import Desired

INSTANCE = re.compile(r"@[^.]*\.")


def requires(
    own: Desired,
    zfs: ZfsSettings | None,
    nvidia: NvidiaSettings | None,
    docker: DockerSettings | None,
    backup: BackupSettings | None = None,
) -> tuple[str, ...]:
    """The subsystems that this one needs.

    Args:
        own: Its desired state.
        zfs: The host's pools and datasets, on which others keep their data.
        nvidia: The host's cards, which the engine gives to containers.
        docker: The host's engine.
        backup: Where its backups go.
    """
    return tuple(_required(own, zfs, nvidia, docker, backup))


def _required(
    own: Desired,
    zfs: ZfsSettings | None,
    nvidia: NvidiaSettings | None,
    docker: DockerSettings | None,
    backup: BackupSettings | None,
) -> Iterator[str]:
    if zfs and own.subsystem != "zfs" and (_on_a_dataset(own, zfs) or _backed_up_to_one(own, zfs, backup)):
        yield "zfs"
    if own.subsystem == "docker" and nvidia and nvidia.container_toolkit and docker and docker.cdi:
        yield "nvidia"


def _on_a_dataset(own: Desired, zfs: ZfsSettings) -> bool:
    """Whether a dataset waits for its units, or it writes below where one is mounted."""
    units = {name for unit in own.units for name in (unit.name, INSTANCE.sub("@.", unit.name))}
    if any(units & {*dataset.needed_by} for dataset in zfs.datasets):
        return True
    mounted = [PurePosixPath(str(one.mountpoint)) for one in zfs.datasets if one.mountpoint]
    return any(PurePosixPath(path).is_relative_to(folder) for path in own.paths for folder in mounted)


def _backed_up_to_one(own: Desired, zfs: ZfsSettings, backup: BackupSettings | None) -> bool:
    """Whether its repository, which it never makes itself, is on a dataset."""
    own_place = backup.repository if own.subsystem == "backup" and backup else None
    mount = own_place.mount if isinstance(own_place, Local) else None
    return mount is not None and mount in {one.mountpoint for one in zfs.datasets}
