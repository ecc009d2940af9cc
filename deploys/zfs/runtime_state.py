"""What is asked of ZFS and of the kernel, and how it comes to be so. Nothing here destroys anything."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator

from deploys.zfs.datasets import Dataset
from deploys.zfs.settings import Pool, ZfsSettings
from deploys.zfs.versions import Packaged
from rigwright.desired import RuntimeState
from rigwright.desired.render import render
from rigwright.remote.bundle import bundle

LOOK = bundle("deploys.zfs.query")
OK = "ok"
DEMAND = "put it right on the host, or name something else in the inventory"
AT_BOOT = ("zfs-import-cache.service", "zfs-import.target", "zfs-mount.service", "zfs.target")
SNAPSHOT_SERVICE = "sanoid-prune.service"


def runtime_states(settings: ZfsSettings, packaged: Packaged) -> Iterator[RuntimeState]:
    """In the order in which they are mended: a dataset needs its pool."""
    plan = json.dumps(_plan(settings, packaged), sort_keys=True)
    yield RuntimeState("zfs", _look("required", plan), tuple(_required(settings)), host_requirement=DEMAND)
    yield RuntimeState(
        "pools",
        _look("pools", plan),
        tuple(pair for pool in settings.pools for pair in _pool(pool)),
        remediation=_mend(
            "pools", look=_look("action", plan), pools=[_made(pool) for pool in settings.pools]
        ),
        when="before_check",
    )
    if settings.datasets:
        yield RuntimeState(
            "datasets",
            _look("datasets", plan),
            tuple(_datasets(settings)),
            remediation=_mend("datasets", datasets=settings.datasets),
            when="before_check",
        )
    yield from _running(settings)


def _look(verb: str, plan: str) -> str:
    return f"exec python3 -I -c {shlex.quote(LOOK)} {verb} {shlex.quote(plan)}"


def _mend(name: str, **values: object) -> str:
    return render(f"zfs/_mend_{name}.sh.j2", **values).decode()


def _plan(settings: ZfsSettings, packaged: Packaged) -> dict[str, object]:
    """What the host's part needs to know."""
    return {
        "ceiling": packaged.ceiling,
        "pools": [
            {"name": one.name, "disks": one.disks, "properties": properties(one), "tasks": tasks(one)}
            for one in settings.pools
        ],
        "datasets": [{"name": one.name, "properties": _dataset(one)} for one in settings.datasets],
        "folders": {one.mountpoint: one.name for one in settings.datasets if one.mountpoint},
    }


def properties(pool: Pool) -> dict[str, str]:
    """Properties of the pool, as ``zpool get -Hp`` prints them; ``ashift`` is set when it is made."""
    return {
        "autoexpand": "on" if pool.autoexpand else "off",
        "autotrim": "on" if pool.trim == "continuous" else "off",
        "failmode": pool.failmode,
    }


def tasks(pool: Pool) -> dict[str, str]:
    """What the distribution's monthly jobs are told, by properties of the pool's own dataset."""
    return {
        "org.debian:periodic-scrub": "enable" if pool.scrub == "monthly" else "disable",
        "org.debian:periodic-trim": "enable" if pool.trim == "monthly" else "disable",
    }


def _made(pool: Pool) -> dict[str, object]:
    """What making a pool and keeping its properties takes."""
    return {
        "name": pool.name,
        "ashift": pool.ashift,
        "properties": properties(pool),
        "tasks": " ".join(f"{name}={value}" for name, value in tasks(pool).items()),
        "vdev": " ".join(
            [
                *([] if pool.layout == "single" else [pool.layout]),
                *(f"/dev/disk/by-id/{disk}" for disk in pool.disks),
            ]
        ),
    }


def _required(settings: ZfsSettings) -> Iterator[tuple[str, str]]:
    yield "kernel", OK
    yield "package sources", OK
    yield from ((f"disk {disk}", OK) for pool in settings.pools for disk in pool.disks)
    yield from ((f"folder {one.mountpoint}", OK) for one in settings.datasets if one.mountpoint)


def _pool(pool: Pool) -> Iterator[tuple[str, str]]:
    yield pool.name, "imported"
    yield f"{pool.name} disks", OK
    yield from ((f"{pool.name} {key}", value) for key, value in {**properties(pool), **tasks(pool)}.items())


def _dataset(dataset: Dataset) -> dict[str, str]:
    mounted = {"mounted": "yes" if dataset.mountpoint else "no"}
    return {**dataset.properties, **dataset.placement, **mounted}


def _datasets(settings: ZfsSettings) -> Iterator[tuple[str, str]]:
    for one in settings.datasets:
        yield one.name, "there"
        yield from ((f"{one.name} {key}", value) for key, value in _dataset(one).items())


def _running(settings: ZfsSettings) -> Iterator[RuntimeState]:
    """The kernel, and what happens at boot and each month."""
    limit = str(settings.arc_limit)
    yield RuntimeState(
        "read cache",
        render("zfs/_read_arc.sh").decode(),
        (("zfs_arc_max", limit), ("limit that the kernel keeps to", limit)),
        remediation=_mend("arc", limit=limit),
    )
    units = " ".join((*AT_BOOT, SNAPSHOT_SERVICE) if keeps_snapshots(settings) else AT_BOOT)
    yield RuntimeState(
        "zfs at boot",
        render("zfs/_read_boot.sh.j2", units=units).decode(),
        tuple((unit, "enabled") for unit in units.split()),
        remediation=_mend("boot", units=units),
    )
    yield RuntimeState(
        "timetable of scrubs and trims",
        render("zfs/_read_timers.sh").decode(),
        (("cron", "enabled active"), ("other timers", "none")),
        remediation=render("zfs/_mend_timers.sh").decode(),
    )


def keeps_snapshots(settings: ZfsSettings) -> bool:
    """Whether sanoid has anything to do."""
    return any(one.snapshots for one in settings.datasets)
