"""Checks across the subsystems of one host: what one adds to another, and where two contradict."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import combinations
from pathlib import PurePosixPath

from deploys.accepted import AcceptedFinding
from deploys.backup.pgbackrest import ARCHIVE
from deploys.backup.repository import on_disk
from deploys.backup.settings import BackupSettings
from deploys.base.settings import BaseSettings
from deploys.base.updates import Updates
from deploys.docker.settings import DockerSettings
from deploys.health.settings import OLDEST_HOURS, HealthSettings, SnapshotAge
from deploys.nvidia.settings import NvidiaSettings
from deploys.postgres.backup import UNITS
from deploys.postgres.settings import Archiving, PostgresSettings
from deploys.zfs.settings import ZfsSettings
from rigwright.desired import Desired, Socket

MEMORY_SHARE = 0.9
"""The kernel, logins and what has no budget of its own need the rest."""

DATA = "data: "
"""How findings of backup name data that nothing declares, before its path."""

ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104  compared with, never bound


def watched(health: HealthSettings, zfs: ZfsSettings | None) -> HealthSettings:
    """The hardware that is watched: what its own settings name, and the pools and snapshots of ``zfs``."""
    if zfs is None:
        return health
    named = {one.dataset for one in health.snapshots}
    copies = {one.target for one in zfs.replicas}
    kept = (
        SnapshotAge(dataset=name, at_most_hours=min(hours, OLDEST_HOURS), replica=name in copies)
        for name, hours in zfs.late_hours.items()
        if name not in named
    )
    unscrubbed = (pool.name for pool in zfs.pools if pool.scrub == "never")
    return health.model_copy(
        update={
            "pools": (*(pool.name for pool in zfs.pools), *health.pools),
            "unscrubbed": (*unscrubbed, *health.unscrubbed),
            "snapshots": (*kept, *health.snapshots),
        }
    )


def mounted_for_dumps(zfs: ZfsSettings, postgres: PostgresSettings | None) -> ZfsSettings:
    """The datasets, of which that of the dumps is needed by what writes them.

    Else a dump would fill the disk of the system while the pool is away.
    """
    if postgres is None or postgres.backup is None:
        return zfs
    folder = PurePosixPath(postgres.backup.directory)
    above = [one for one in zfs.datasets if one.mountpoint and folder.is_relative_to(one.mountpoint)]
    if not above:
        return zfs
    innermost = max(above, key=lambda one: len(PurePosixPath(str(one.mountpoint)).parts))
    needed = tuple(dict.fromkeys((*innermost.needed_by, *UNITS)))
    changed = innermost.model_copy(update={"needed_by": needed})
    return zfs.model_copy(
        update={"datasets": tuple(changed if one is innermost else one for one in zfs.datasets)}
    )


def data_accepted_for_ever(accepted: Iterable[AcceptedFinding]) -> str | None:
    """What to set, where data that nothing protects is accepted for ever; its worth changes. Else None."""
    for one in accepted:
        if one.where.startswith(DATA) and one.until is None:
            return (
                f"machine.accepted: {one.where} is data that nothing protects, accepted without an end; "
                "set until, or name it in backup.files"
            )
    return None


def archived(postgres: PostgresSettings, backup: BackupSettings | None) -> PostgresSettings:
    """The server's own settings, with its log going to the repository where ``backup`` has it."""
    if backup is None or backup.postgres is None:
        return postgres
    seconds = backup.postgres.archive_timeout_seconds
    return postgres.model_copy(update={"archiving": Archiving(program=ARCHIVE, timeout_seconds=seconds)})


def repository_beside_its_source(
    backup: BackupSettings | None, postgres: PostgresSettings | None, zfs: ZfsSettings | None
) -> str | None:
    """What is wrong, where a lost disk would take the data and its backups; None where that is not known."""
    if backup is None or backup.repository is None or postgres is None:
        return None
    if postgres.archiving:
        return "postgres.archiving: backup.postgres takes the log to its repository; leave archiving out"
    data = postgres.cluster.data_directory or "/var/lib/postgresql"
    if not (repository := on_disk(backup.repository)):
        return None
    if f"{data}/".startswith(f"{repository.mount}/"):
        return f"backup.repository: PostgreSQL's data is in {data}, on the same disk; take another disk"
    pools = {_pool(zfs, data), _pool(zfs, repository.path)} if zfs else {None}
    if len(pools) == 1 and pools != {None}:
        return f"backup.repository: PostgreSQL's data is in the same pool, {pools.pop()}; take another disk"
    return None


def files_beside_their_source(
    backup: BackupSettings | None, zfs: ZfsSettings | None, desired: Iterable[Desired]
) -> str | None:
    """What is wrong, where a lost pool would take declared data and its backups; else None."""
    if backup is None or backup.restic is None or zfs is None:
        return None
    local = on_disk(backup.restic.repository)
    pool = _pool(zfs, local.path) if local else None
    for data in (item for one in desired for item in one.protects if item.kind != "database"):
        for path in data.paths:
            if pool and _pool(zfs, path) == pool:
                return (
                    f"backup.restic.repository: {data.name} is in {path}, in the same pool, {pool}; "
                    "take another disk"
                )
    return None


def _pool(zfs: ZfsSettings, path: str) -> str | None:
    """The pool that a path is in, by the deepest dataset that is mounted above it."""
    above = [(str(one.mountpoint), one.name) for one in zfs.datasets if one.mountpoint]
    found = [(mount, name) for mount, name in above if f"{path}/".startswith(f"{mount}/")]
    return max(found, key=lambda one: len(one[0]))[1].partition("/")[0] if found else None


def pools_apart(health: HealthSettings | None, zfs: ZfsSettings | None) -> str | None:
    """What is wrong and what to do, where a pool is named twice or not watched; else None."""
    if health is None:
        return None
    kept = {pool.name for pool in zfs.pools} if zfs else set()
    if twice := sorted(kept & {*health.pools}):
        return (
            f"health.pools: {', '.join(twice)} is in zfs.pools, which are watched without being named "
            "again; leave it out of health.pools"
        )
    if unknown := sorted({*health.unscrubbed} - {*health.pools}):
        return (
            f"health.unscrubbed: {', '.join(unknown)} is none of health.pools; "
            'name it there, or where Rigwright manages it set scrub="never" in zfs.pools'
        )
    for one in health.snapshots:
        pool = one.dataset.partition("/")[0]
        if pool not in {*kept, *health.pools}:
            return (
                f"health.snapshots: {one.dataset} lies in the pool {pool}, which is not watched; "
                "name it in health.pools, or in zfs.pools where Rigwright manages ZFS too"
            )
    return None


def memory_short(desired: Iterable[Desired], memory_bytes: int | None) -> str | None:
    """What is wrong and what to do, where the subsystems may take more memory than there is; else None."""
    taken = {one.subsystem: one.memory_bytes for one in desired if one.memory_bytes}
    if memory_bytes is None or sum(taken.values()) <= memory_bytes * MEMORY_SHARE:
        return None
    each = ", ".join(f"{name} {bytes_ / 2**30:.1f} GiB" for name, bytes_ in taken.items())
    return (
        f"the subsystems may take {sum(taken.values()) / 2**30:.1f} GiB of memory ({each}), which is more "
        f"than {MEMORY_SHARE:.0%} of machine.memory, {memory_bytes / 2**30:.1f} GiB; give one of them less"
    )


def limit_below_need(base: BaseSettings | None, desired: Iterable[Desired]) -> str | None:
    """What is wrong and what to do, where a unit may not take the memory that its subsystem is given."""
    limits = {one.unit: one.memory_max for one in base.placements if one.memory_max} if base else {}
    for one in desired:
        for unit in one.units:
            limit = limits.get(unit.name)
            if limit is not None and limit < one.memory_bytes:
                return (
                    f"base.placements: {unit.name} may take {limit / 2**30:.1f} GiB, and {one.subsystem} is "
                    f"set to take {one.memory_bytes / 2**30:.1f} GiB: the kernel would end it; raise "
                    f"memory_max, or give {one.subsystem} less"
                )
    return None


def containers_without_gpus(nvidia: NvidiaSettings | None, docker: DockerSettings | None) -> str | None:
    """What to set, where the container toolkit is installed and the engine does not use it; else None."""
    if nvidia and nvidia.container_toolkit and docker and not docker.cdi:
        return "nvidia.container_toolkit: Docker would give no container a GPU; set docker.cdi=True"
    return None


def kernel_without_modules(nvidia: Desired | None, *, hold: bool, updates: Updates | None) -> str | None:
    """What to set, where automatic updates would bring a kernel and leave its modules behind; else None."""
    packages = nvidia.packages if nvidia else ()
    modules = [name for name in packages if name.startswith("linux-modules-nvidia-")]
    if hold or not modules or updates is None or not updates.automatic:
        return None
    if kept := [one for one in updates.held_patterns for name in packages if re.match(one, name)]:
        return (
            f"nvidia.hold: updates would bring new kernels without {modules[0]}, which "
            f"base.updates.held_patterns keeps back by {', '.join(dict.fromkeys(kept))}; set hold=True, or "
            "take that out of held_patterns"
        )
    return None


def port_with_two_owners(desired: Iterable[Desired]) -> str | None:
    """What is wrong and what to do, where two sockets of a host cannot both be opened; else None."""
    owned = [(one.subsystem, socket) for one in desired for socket in one.sockets]
    for (first, socket), (second, other) in combinations(owned, 2):
        if _clash(socket, other):
            return (
                f"{socket.protocol} port {socket.port} has two owners: {first} on {socket.address} "
                f"and {second} on {other.address}; give one of them another port"
            )
    return None


def _clash(one: Socket, other: Socket) -> bool:
    if (one.protocol, one.port) != (other.protocol, other.port):
        return False
    wide = one.address in ANY_ADDRESS or other.address in ANY_ADDRESS
    same_family = (":" in one.address) == (":" in other.address)
    return same_family and (wide or one.address == other.address)
