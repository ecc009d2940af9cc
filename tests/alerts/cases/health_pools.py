"""The rules about pools, snapshots and replicas.

Snapshots of ``tank/media`` may be 3 hours old, and those of its replica ``copies/media`` 26.
"""

from __future__ import annotations

from tests.alerts import case
from tests.alerts.case import NODE, Case, Fires
from tests.alerts.health_case import DAY, TANK, exposed, pair

HERE = {name: exposed({"pool": name}, zpool_online=1) for name in ("data", "backup", "tank", "copies")}
ALL = {series: samples for one in HERE.values() for series, samples in one.items()}
UNKNOWN = "ZFS does not know it, or ZFS cannot be queried."
ACTIVE, ZED = "node_systemd_unit_state", {"name": "zfs-zed.service", "state": "active"}
UNHEARD = (
    "ZFS's events daemon does not run",
    "A pulled disk may go unnoticed: its pool may stay ONLINE without it.",
)
CHECKED = "zpool_checked_timestamp_seconds"
UNSCRUBBED = "The pool tank was not scrubbed for long"
READ_ALL = "Errors that sleep in it are not found: nothing has read all of it for {} days."
POOLS = (
    *(
        Case(
            "PoolMissing",
            {series: samples for series, samples in ALL.items() if series not in HERE[name]},
            Fires(f"The pool {name} is not there", UNKNOWN, {"pool": name}),
        )
        for name in ("copies", "data")  # named for its health, and kept by ZFS
    ),
    Case("PoolMissing", ALL),
    Case(
        "PoolDeviceNotOnline",
        {
            **exposed({**TANK, "device": "one"}, zpool_device_online=0),
            **exposed({**TANK, "device": "two"}, zpool_device_online=1),
        },
        Fires(
            "The pool tank works without one of its devices",
            "It lacks 1 of them, such as a cache or a spare, and has all of its data.",
            {**NODE, **TANK},
        ),
    ),
    Case("PoolDeviceNotOnline", exposed({**TANK, "device": "one"}, zpool_device_online=1)),
    *pair(
        "PoolDataErrors",
        TANK,
        {"zpool_data_errors": 2},
        {"zpool_data_errors": 0},
        ("Data in the pool tank is damaged", "ZFS counts 2 errors that nothing could repair."),
    ),
    Case(
        "PoolErrors",
        {
            **exposed({**TANK, "device": "one", "kind": "read"}, zpool_device_errors=1),
            **exposed({**TANK, "device": "one", "kind": "checksum"}, zpool_device_errors=2),
        },
        Fires("Devices of the pool tank make errors", "ZFS counts 3 of them.", {**NODE, **TANK}),
    ),
    Case("PoolErrors", exposed({**TANK, "device": "one", "kind": "read"}, zpool_device_errors=0)),
    Case(
        "PoolErrors",
        {
            **exposed({**TANK, "device": "one", "kind": "checksum"}, zpool_device_errors=0),
            **exposed({**TANK, "group": "raidz2-0", "kind": "checksum"}, zpool_group_errors=6),
            **exposed({**TANK, "group": "tank", "kind": "checksum"}, zpool_group_errors=1),
        },
        Fires("Devices of the pool tank make errors", "ZFS counts 7 of them.", {**NODE, **TANK}),
    ),
    Case("PoolErrors", exposed({**TANK, "group": "tank", "kind": "read"}, zpool_group_errors=0)),
    Case(
        "PoolSlow",
        {
            **exposed({**TANK, "device": "one"}, zpool_device_slow_ios=2),
            **exposed({**TANK, "device": "two"}, zpool_device_slow_ios=1),
        },
        Fires(
            "Devices of the pool tank are very slow",
            "ZFS counts 3 reads and writes that took longer than 30 seconds.",
            {**NODE, **TANK},
        ),
    ),
    Case("PoolSlow", exposed({**TANK, "device": "one"}, zpool_device_slow_ios=0)),
    *pair(
        "PoolErrors",
        TANK,
        {"zpool_scan_errors": 4},
        {"zpool_scan_errors": 0},
        ("Devices of the pool tank make errors", "ZFS counts 4 of them."),
    ),
    Case("PoolEventsUnheard", ALL, Fires(*UNHEARD, dict(NODE))),
    Case("PoolEventsUnheard", {**ALL, **case.measured(ZED, {ACTIVE: 0})}, Fires(*UNHEARD, dict(NODE))),
    Case("PoolEventsUnheard", {**ALL, **case.measured(ZED, {ACTIVE: 1})}),
    Case("PoolEventsUnheard", case.measured(ZED, {ACTIVE: 0})),  # of a host without a pool
    *pair(
        "PoolFilling",
        TANK,
        {"zpool_capacity_ratio": 0.8},
        {"zpool_capacity_ratio": 0.79},
        ("The pool tank fills up", "80% of it is used."),
    ),
    *pair(
        "PoolFull",
        TANK,
        {"zpool_capacity_ratio": 0.9},
        {"zpool_capacity_ratio": 0.89},
        (
            "The pool tank is nearly full",
            "90% of it is used; ZFS becomes slow, and then nothing can be deleted.",
        ),
    ),
    *pair(
        "ScrubOverdue",
        TANK,
        {CHECKED: 7200 - 41 * DAY},
        {CHECKED: 7200 - 39 * DAY},
        (UNSCRUBBED, READ_ALL.format(41)),
        at="2h",
    ),
    *pair(
        "ScrubLongOverdue",
        TANK,
        {CHECKED: 7200 - 81 * DAY},
        {CHECKED: 7200 - 79 * DAY},
        (UNSCRUBBED, READ_ALL.format(81)),
        at="2h",
    ),
    *pair(
        "ScrubUnknown",
        TANK,
        {"zpool_scrub_unknown": 1},
        {"zpool_scrub_unknown": 0},
        (
            "When the pool tank was scrubbed last is unknown",
            "A resilver or a scrub that was broken off took its place, and ZFS keeps only one.",
        ),
        at="2h",
    ),
    Case("ScrubUnknown", exposed({"pool": "data"}, zpool_scrub_unknown=1), at="2h"),  # on purpose
    Case("ScrubOverdue", exposed({"pool": "data"}, **{CHECKED: -400 * DAY}), at="2h"),  # on purpose
)

NEWEST = "zfs_newest_snapshot_timestamp_seconds"
FRESH = {
    name: exposed({"dataset": name}, **{NEWEST: "0+30x400"})
    for name in ("tank/media", "copies/media", "data/postgres", "backup/copies/postgres")
}
OLD = "The newest is older than it may be, or there is none: what is deleted now is gone."
BEHIND = "Its newest snapshot is older than it may be, or there is none: that much would be lost."
AT = {"SnapshotOld": "40m", "ReplicaOld": "70m"}
WORDS = {
    "SnapshotOld": ("{} has no new snapshot", OLD),
    "ReplicaOld": ("The replica {} is old", BEHIND),
}


def aged(alert: str, dataset: str, too_old_hours: float, fine_hours: float) -> tuple[Case, ...]:
    """Of a dataset beside fresh ones: too old, not there, and not too old; ages are those at the end."""
    summary, description = WORDS[alert]
    end_seconds = 60 * int(AT[alert].removesuffix("m"))
    others = {key: value for name, one in FRESH.items() if name != dataset for key, value in one.items()}
    labels = {"dataset": dataset}

    def case_of(hours: float, labels_of_alert: dict[str, str] | None) -> Case:
        newest = exposed(labels, **{NEWEST: end_seconds - hours * 3600})
        fires = labels_of_alert and Fires(summary.format(dataset), description, labels_of_alert)
        return Case(alert, {**others, **newest}, fires or None, AT[alert])

    return (
        case_of(too_old_hours, {**NODE, **labels}),
        Case(alert, others, Fires(summary.format(dataset), description, labels), AT[alert]),
        case_of(fine_hours, None),
    )


SNAPSHOTS = (
    *aged("SnapshotOld", "tank/media", 4, 2.5),
    *aged("SnapshotOld", "data/postgres", 3, 1.5),  # hourly ones, as zfs has it
    *aged("ReplicaOld", "copies/media", 28, 25),
    *aged("ReplicaOld", "backup/copies/postgres", 28, 25),  # hourly ones, copied once a day
)


CASES = (*POOLS, *SNAPSHOTS)
