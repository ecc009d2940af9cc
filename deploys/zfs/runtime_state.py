"""The state of ZFS and of the kernel's part of it, and what fixes it. Nothing here destroys anything."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from deploys.zfs.datasets import Dataset
from deploys.zfs.settings import Pool, ZfsSettings
from deploys.zfs.versions import Packaged
from rigwright.desired import RuntimeState
from rigwright.desired.program import run_python, shell
from rigwright.remote.bundle import bundle

QUERY = bundle("deploys.zfs.programs.query")
OK = "ok"
REQUIREMENT = "correct it on the host, or name something else in the inventory"
AT_BOOT = ("zfs-import-cache.service", "zfs-import.target", "zfs-mount.service", "zfs.target")
SNAPSHOT_SERVICE = "sanoid-prune.service"


def runtime_states(settings: ZfsSettings, packaged: Packaged) -> Iterator[RuntimeState]:
    """In the order in which they are fixed: a dataset needs its pool."""
    plan = json.dumps(_plan(settings, packaged), sort_keys=True)
    yield RuntimeState(
        "zfs", _query("required", plan), tuple(_required(settings)), host_requirement=REQUIREMENT
    )
    yield RuntimeState(
        "pools",
        _query("pools", plan),
        tuple(pair for pool in settings.pools for pair in _pool(pool)),
        remediation=shell(
            "zfs/programs/make_pools.sh",
            *(word for pool in settings.pools for word in _made(pool)),
            variables={"query": QUERY, "plan": plan},
        ),
        when="before_check",
    )
    if settings.datasets:
        yield RuntimeState(
            "datasets",
            _query("datasets", plan),
            tuple(_datasets(settings)),
            remediation=shell(
                "zfs/programs/make_datasets.sh",
                *(word for one in settings.datasets for word in _made_dataset(one)),
            ),
            when="before_check",
        )
    yield from _running(settings)


def _query(verb: str, plan: str) -> str:
    return run_python(QUERY, verb, plan)


def _plan(settings: ZfsSettings, packaged: Packaged) -> dict[str, object]:
    """What ``programs/query.py`` takes."""
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
    """The properties of the pool's own dataset that the distribution's monthly jobs read."""
    return {
        "org.debian:periodic-scrub": "enable" if pool.scrub == "monthly" else "disable",
        "org.debian:periodic-trim": "enable" if pool.trim == "monthly" else "disable",
    }


def _made(pool: Pool) -> tuple[str, ...]:
    """The arguments of ``make_pools.sh`` for one pool."""
    disks = (f"/dev/disk/by-id/{disk}" for disk in pool.disks)
    vdev = " ".join(disks if pool.layout == "single" else (pool.layout, *disks))
    return pool.name, str(pool.ashift), vdev, _pairs(properties(pool)), _pairs(tasks(pool))


def _made_dataset(dataset: Dataset) -> tuple[str, ...]:
    """The arguments of ``make_datasets.sh`` for one dataset."""
    canmount = {"canmount": dataset.placement["canmount"]}
    return dataset.name, dataset.mountpoint or "none", _pairs({**dataset.settable, **canmount})


def _pairs(values: Mapping[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in values.items())


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
        shell("zfs/programs/query_arc.sh"),
        (("zfs_arc_max", limit), ("limit that the kernel keeps to", limit)),
        remediation=f"echo {limit} >/sys/module/zfs/parameters/zfs_arc_max",
    )
    units = (*AT_BOOT, SNAPSHOT_SERVICE) if keeps_snapshots(settings) else AT_BOOT
    yield RuntimeState(
        "zfs at boot",
        shell("zfs/programs/query_boot.sh", *units),
        tuple((unit, "enabled") for unit in units),
        remediation=f"systemctl enable -q {' '.join(units)}",
    )
    yield RuntimeState(
        "timetable of scrubs and trims",
        shell("zfs/programs/query_timers.sh"),
        (("cron", "enabled active"), ("other timers", "none")),
        remediation=shell("zfs/programs/disable_timers.sh"),
    )


def keeps_snapshots(settings: ZfsSettings) -> bool:
    """Whether sanoid has anything to do."""
    return any(one.snapshots for one in settings.datasets)
