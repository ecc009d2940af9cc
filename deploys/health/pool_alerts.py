"""The rules about ZFS: pools by the limits of ``rig health``, snapshots and replicas by the settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deploys.health.settings import SnapshotAge
from rigwright.desired import AlertRule
from rigwright.health import thresholds
from rigwright.host.health import EVENTS_DAEMON

POOL = "{{ $labels.pool }}"
LONG_SECONDS, HOUR_SECONDS, DAY_SECONDS = 600, 3600, 86400


def pools(names: Sequence[str], unscrubbed: Sequence[str]) -> Iterator[AlertRule]:
    """Those of the pools, of which these are always there, and some are not scrubbed on purpose."""
    yield AlertRule(
        "PoolMissing",
        " or ".join(f'absent(rigwright_zpool_online{{pool="{name}"}})' for name in names),
        300,
        "critical",
        f"The pool {POOL} is not there",
        "ZFS does not know it, or ZFS cannot be queried.",
        "pool-state",
    )
    yield AlertRule(
        "PoolDeviceNotOnline",
        "count by (instance, job, pool) (rigwright_zpool_device_online == 0)",
        LONG_SECONDS,  # where that takes redundancy, PoolNotOnline comes before
        "warning",
        f"The pool {POOL} works without one of its devices",
        "It lacks {{ $value }} of them, such as a cache or a spare, and has all of its data.",
        "pool-state",
    )
    yield from _errors()
    yield AlertRule(
        "PoolEventsUnheard",
        "count by (instance, job) (rigwright_zpool_online)"
        f' unless on (instance, job) node_systemd_unit_state{{name="{EVENTS_DAEMON}",state="active"}} == 1',
        LONG_SECONDS,
        "warning",
        "ZFS's events daemon does not run",
        "A pulled disk may go unnoticed: its pool may stay ONLINE without it.",
        "pool-events",
    )
    yield from _space()
    yield from _scrubs(unscrubbed)


def _errors() -> Iterator[AlertRule]:
    yield AlertRule(
        "PoolDataErrors",
        "rigwright_zpool_data_errors > 0",
        0,
        "critical",
        f"Data in the pool {POOL} is damaged",
        "ZFS counts {{ $value }} errors that nothing could repair.",
        "pool-errors",
        inhibits=("PoolErrors",),
    )
    yield AlertRule(
        "PoolErrors",
        "sum by (instance, job, pool) (rigwright_zpool_device_errors) > 0"
        " or sum by (instance, job, pool) (rigwright_zpool_group_errors) > 0"
        " or rigwright_zpool_scan_errors > 0",
        0,
        "warning",
        f"Devices of the pool {POOL} make errors",
        "ZFS counts {{ $value }} of them.",
        "pool-errors",
    )
    yield AlertRule(
        "PoolSlow",
        "sum by (instance, job, pool) (rigwright_zpool_device_slow_ios) > 0",
        0,
        "warning",
        f"Devices of the pool {POOL} are very slow",
        "ZFS counts {{ $value }} reads and writes that took longer than 30 seconds.",
        "pool-errors",
    )


def _scrubs(unscrubbed: Sequence[str]) -> Iterator[AlertRule]:
    others = ",".join(f'pool!="{name}"' for name in unscrubbed)
    days = f"(time() - rigwright_zpool_checked_timestamp_seconds{{{others}}}) / {DAY_SECONDS}"
    summary = f"The pool {POOL} was not scrubbed for long"
    words = (
        "Errors that sleep in it are not found: nothing has read all of it for {{ $value | humanize }} days."
    )
    yield AlertRule(
        "ScrubLongOverdue",
        f"{days} >= {thresholds.SCRUB_AGE.critical:g}",
        HOUR_SECONDS,
        "critical",
        summary,
        words,
        "pool-scrub",
        inhibits=("ScrubOverdue",),
    )
    yield AlertRule(
        "ScrubOverdue",
        f"{days} >= {thresholds.SCRUB_AGE.warning:g}",
        HOUR_SECONDS,
        "warning",
        summary,
        words,
        "pool-scrub",
    )
    yield AlertRule(
        "ScrubUnknown",
        f"rigwright_zpool_scrub_unknown{{{others}}} == 1",
        HOUR_SECONDS,
        "warning",
        f"When the pool {POOL} was scrubbed last is unknown",
        "A resilver or a scrub that was broken off took its place, and ZFS keeps only one.",
        "pool-scrub",
    )


def _space() -> Iterator[AlertRule]:
    used = "rigwright_zpool_capacity_ratio"
    yield AlertRule(
        "PoolFull",
        f"{used} >= {thresholds.POOL_CAPACITY.critical:g}",
        300,
        "critical",
        f"The pool {POOL} is nearly full",
        "{{ $value | humanizePercentage }} of it is used; ZFS becomes slow, and then nothing can be deleted.",
        "pool-full",
        inhibits=("PoolFilling",),
    )
    yield AlertRule(
        "PoolFilling",
        f"{used} >= {thresholds.POOL_CAPACITY.warning:g}",
        300,
        "warning",
        f"The pool {POOL} fills up",
        "{{ $value | humanizePercentage }} of it is used.",
        "pool-full",
    )


def snapshots(watched: Sequence[SnapshotAge]) -> Iterator[AlertRule]:
    """Those of snapshots and of replicas, where any are watched."""
    own = [one for one in watched if not one.replica]
    replicas = [one for one in watched if one.replica]
    if own:
        yield AlertRule(
            "SnapshotOld",
            _old(own),
            HOUR_SECONDS // 2,  # sanoid runs every quarter of an hour, the collector every 5 minutes
            "critical",
            "{{ $labels.dataset }} has no new snapshot",
            "The newest is older than it may be, or there is none: what is deleted now is gone.",
            "snapshots",
        )
    if replicas:
        yield AlertRule(
            "ReplicaOld",
            _old(replicas),
            HOUR_SECONDS,
            "critical",
            "The replica {{ $labels.dataset }} is old",
            "Its newest snapshot is older than it may be, or there is none: that much would be lost.",
            "replicas",
        )


def _old(watched: Sequence[SnapshotAge]) -> str:
    """Too old, or not there at all; the second has no age."""
    newest = "rigwright_zfs_newest_snapshot_timestamp_seconds"
    named = [(f'{newest}{{dataset="{one.dataset}"}}', one.at_most_hours * HOUR_SECONDS) for one in watched]
    return " or ".join(
        [
            *(f"time() - {name} > {seconds}" for name, seconds in named),
            *(f"absent({name})" for name, _ in named),
        ]
    )
