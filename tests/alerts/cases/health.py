"""The hardware. The scenario that is tested has one GPU, two NVMe drives, one disk, and the pools below.

Snapshots of ``tank/media`` may be 3 hours old, and those of its replica ``copies/media`` 26.
"""

from __future__ import annotations

from tests.alerts import case
from tests.alerts.case import NODE, Case, Fires, Measured, Samples

CARD = {"gpu": "0000:01:00.0"}
BROKEN = {"collector": "gpu", **CARD}
DRIVE = {"device": "nvme0"}
DISK = {"device": "sda"}
TANK = {"pool": "tank"}
DAY = 86400


def ours(samples: Samples) -> Samples:
    """By the metrics' whole names."""
    return {f"rigwright_{name}": value for name, value in samples.items()}


def exposed(labels: dict[str, str], /, **samples: float | str) -> Measured:
    """The samples of one thing, as the collector exposes them."""
    return case.measured(labels, ours(samples))


def pair(
    alert: str,
    labels: dict[str, str],
    fires: Samples,
    quiet: Samples,
    words: tuple[str, str],
    *,
    at: str = "30m",
) -> tuple[Case, Case]:
    """A case that fires and one that does not, of samples of the same thing."""
    return case.pair(alert, labels, ours(fires), ours(quiet), words, at=at)


RUN = "health_timestamp_seconds"
SILENT = (
    "The hardware is not queried",
    "Its timer has not run for 10 minutes: no rule about hardware can fire.",
)
UNREADABLE = "Its state is unknown: a tool is missing, does not respond, or prints what cannot be read."
UP, SUCCEEDED = "health_collector_up", "health_collector_timestamp_seconds"

COLLECTORS = (
    *pair("HealthMetricsSilent", {}, {RUN: 0}, {RUN: "0+30x120"}, SILENT),
    Case("HealthMetricsSilent", {'up{instance="h", job="node"}': "1+0x120"}, Fires(*SILENT)),
    *pair(
        "HealthCollectorFails",
        {"collector": "nvme nvme0"},
        {UP: 0},
        {UP: "1+0x56 0+0x10"},  # for a moment
        ("nvme nvme0 cannot be read", UNREADABLE),
    ),
    *pair(
        "HealthCollectorFails",
        {"collector": "sata sda"},
        {UP: 1, SUCCEEDED: 0},
        {UP: 1, SUCCEEDED: "0+30x120"},
        ("sata sda cannot be read", UNREADABLE),
        at="50m",
    ),
    Case(
        "HealthCollectorFails",
        {
            **exposed(
                {"collector": "gpu", "metric": "rigwright_gpu_fan_ratio", **CARD}, health_field_error=1
            ),
            **exposed(
                {"collector": "gpu", "metric": "rigwright_gpu_power_watts", **CARD}, health_field_error=1
            ),
        },
        Fires("gpu cannot be read", UNREADABLE, {**NODE, "collector": "gpu"}),
    ),
)
GONE = ("A device is gone: {}", "The host shows {} of them, and the inventory names more.")
MORE = (
    "The host has a device that is not watched: {}",
    "It shows {} of them, more than the inventory names.",
)
HARDWARE = (
    Case(
        "HardwareMissing",
        {**exposed({"kind": "nvme"}, health_devices=1), **exposed({"kind": "gpu"}, health_devices=1)},
        Fires(GONE[0].format("nvme"), GONE[1].format(1), {**NODE, "kind": "nvme"}),
    ),
    Case("HardwareMissing", exposed({"kind": "nvme"}, health_devices=2)),
    Case(
        "HardwareNotDeclared",
        {**exposed({"kind": "sata"}, health_devices=3), **exposed({"kind": "nvme"}, health_devices=2)},
        Fires(MORE[0].format("sata"), MORE[1].format(3), {**NODE, "kind": "sata"}),
        at="70m",
    ),
    Case("HardwareNotDeclared", exposed({"kind": "sata"}, health_devices=1), at="70m"),
)

HOT = ("The GPU 0000:01:00.0 is hot", "It is near its maximum operating temperature.")
TOO_HOT = ("The GPU 0000:01:00.0 is too hot", "It is about to slow down, or does.")
TEMPERATURE, MAXIMUM, MARGIN = (f"gpu_temperature_{name}celsius" for name in ("", "maximum_", "margin_"))
SLOWED = (
    "The GPU 0000:01:00.0 is slowed down by its hardware",
    "Heat or the power supply does that, and work takes longer.",
)
XID = "gpu_xid_last_timestamp_seconds"
GPU = (
    *pair(
        "GpuLost",
        {},
        {"gpu_lost": 1},
        {"gpu_lost": 0},
        ("A GPU does not respond", "It fell off the bus, or its driver is not loaded."),
    ),
    *pair(
        "GpuDriverMismatch",
        {},
        {"gpu_driver_mismatch": 1},
        {"gpu_driver_mismatch": 0},
        (
            "The driver of the GPU is not the one that is installed",
            "What starts now finds no GPU, until the host is rebooted.",
        ),
    ),
    *pair("GpuHot", CARD, {TEMPERATURE: 85, MAXIMUM: 90}, {TEMPERATURE: 84, MAXIMUM: 90}, HOT),
    *pair("GpuHot", CARD, {TEMPERATURE: 60, MARGIN: 5}, {TEMPERATURE: 86, MARGIN: 6}, HOT),
    *pair("GpuHot", CARD, {TEMPERATURE: 85}, {TEMPERATURE: 84}, HOT),
    *pair("GpuTooHot", CARD, {TEMPERATURE: 93, MAXIMUM: 90}, {TEMPERATURE: 92, MAXIMUM: 90}, TOO_HOT),
    *pair("GpuTooHot", CARD, {TEMPERATURE: 80, MARGIN: 1}, {TEMPERATURE: 94, MARGIN: 2}, TOO_HOT),
    *pair("GpuTooHot", CARD, {TEMPERATURE: 93}, {TEMPERATURE: 92}, TOO_HOT),
    *pair(
        "GpuSlowedDown",
        CARD,
        {"gpu_hardware_thermal_slowdown": 1, "gpu_hardware_slowdown": 1},
        {"gpu_hardware_thermal_slowdown": 0, "gpu_hardware_slowdown": 0, "gpu_power_brake": 0},
        SLOWED,
    ),
    *pair("GpuSlowedDown", CARD, {"gpu_power_brake": 1}, {"gpu_software_thermal_slowdown": 1}, SLOWED),
    *pair(
        "GpuSlowedDownByDriver",
        CARD,
        {"gpu_software_thermal_slowdown": 1},
        {"gpu_software_thermal_slowdown": 0},
        (
            "The GPU 0000:01:00.0 is slowed down by the driver",
            "It does so to keep the temperature below the card's limit.",
        ),
    ),
    *pair(
        "GpuLinkNarrow",
        CARD,
        {"gpu_pcie_width": 8, "gpu_pcie_width_maximum": 16},
        {"gpu_pcie_width": 16, "gpu_pcie_width_maximum": 16},
        ("The GPU 0000:01:00.0 has lost PCIe lanes", "It has 8 of those that card and slot can do."),
    ),
    *pair(
        "GpuLinkSlow",
        CARD,
        {"gpu_pcie_generation": 3, "gpu_pcie_generation_maximum": 5, "gpu_performance_state": 2},
        {"gpu_pcie_generation": 1, "gpu_pcie_generation_maximum": 5, "gpu_performance_state": 8},
        (
            "The PCIe link of the GPU 0000:01:00.0 is slow",
            "It works at generation 3, though the card is not at rest.",
        ),
    ),
    *pair(
        "GpuMemoryErrors",
        CARD,
        {"gpu_uncorrected_ecc_errors_total": 1},
        {"gpu_uncorrected_ecc_errors_total": 0, "gpu_row_remap_failed": 0},
        (
            "The memory of the GPU 0000:01:00.0 has errors that nothing corrected",
            "Results since then may be wrong.",
        ),
    ),
    *pair(
        "GpuRecoveryNeeded",
        CARD,
        {"gpu_recovery_needed": 1},
        {"gpu_recovery_needed": 0},
        (
            "The driver requires a reset of the GPU 0000:01:00.0",
            "`nvidia-smi -q` names it as GPU Recovery Action.",
        ),
    ),
    *pair(
        "GpuRowRemapPending",
        CARD,
        {"gpu_row_remap_pending": 1},
        {"gpu_row_remap_pending": 0},
        (
            "A memory row of the GPU 0000:01:00.0 waits for a reset to be replaced",
            "The card goes on without it.",
        ),
    ),
    Case(
        "GpuXidCritical",
        exposed({**CARD, "xid": "79"}, **{XID: 60}),
        Fires(
            "The GPU 0000:01:00.0 needs a reset, a reboot or a replacement: Xid 79",
            "The kernel logged it since the host started; a reboot ends this alert.",
            {**NODE, **CARD, "xid": "79"},
        ),
    ),
    Case("GpuXidCritical", {**exposed({**CARD, "xid": "109"}, **{XID: 60})}),
    Case("GpuXidCritical", {**exposed({**CARD, "xid": "7"}, **{XID: 60})}),  # no part of a number
    Case(
        "GpuXid",
        exposed({**CARD, "xid": "109"}, **{XID: 60}),
        Fires(
            "The kernel logged an error of the GPU 0000:01:00.0: Xid 109",
            "It did so in the last day.",
            {**NODE, **CARD, "xid": "109"},
        ),
    ),
    Case("GpuXid", exposed({**CARD, "xid": "31"}, **{XID: 60})),  # an application's
    Case("GpuXid", exposed({**CARD, "xid": "79"}, **{XID: 60})),  # critical already
    Case("GpuXid", exposed({**CARD, "xid": "109"}, **{XID: -90000})),  # long ago
)

NVME = (
    *pair(
        "NvmeCriticalWarning",
        DRIVE,
        {"nvme_critical_warning": 4},
        {"nvme_critical_warning": 0},
        (
            "The NVMe drive nvme0 warns",
            "The sum is 4 of 1 spare, 2 temperature, 4 reliability, 8 read-only, 16 backup memory.",
        ),
    ),
    *pair(
        "NvmeSpareLow",
        DRIVE,
        {"nvme_spare_ratio": 0.09, "nvme_spare_threshold_ratio": 0.1},
        {"nvme_spare_ratio": 0.1, "nvme_spare_threshold_ratio": 0.1},
        ("The NVMe drive nvme0 runs out of spare blocks", "9% are left, below the drive's own limit."),
    ),
    *pair(
        "NvmeWorn",
        DRIVE,
        {"nvme_used_ratio": 0.8},
        {"nvme_used_ratio": 0.79},
        ("The NVMe drive nvme0 is nearly worn out", "80% of its warranted endurance is used."),
    ),
    *pair(
        "NvmeWornOut",
        DRIVE,
        {"nvme_used_ratio": 1.0},
        {"nvme_used_ratio": 0.99},
        ("The NVMe drive nvme0 is worn out", "100% of its warranted endurance is used."),
    ),
    *pair(
        "NvmeMediaErrors",
        DRIVE,
        {"nvme_media_errors_total": 3},
        {"nvme_media_errors_total": 0},
        ("The NVMe drive nvme0 has lost data", "It counts 3 reads or writes that it could not correct."),
    ),
    *pair(
        "NvmeHot",
        DRIVE,
        {"nvme_temperature_celsius": 82, "nvme_temperature_warning_celsius": 82},
        {"nvme_temperature_celsius": 75, "nvme_temperature_warning_celsius": 82},
        ("The NVMe drive nvme0 is hot", "It has 82 °C, and slows down to stay alive."),
    ),
    *pair(
        "NvmeTooHot",
        DRIVE,
        {"nvme_temperature_celsius": 85, "nvme_temperature_critical_celsius": 85},
        {"nvme_temperature_celsius": 84, "nvme_temperature_critical_celsius": 85},
        ("The NVMe drive nvme0 is too hot", "It has 85 °C, and may fail or lose data."),
    ),
    *pair(
        "NvmeTooHot",
        DRIVE,
        {"nvme_temperature_celsius": 80},
        {"nvme_temperature_celsius": 79},
        ("The NVMe drive nvme0 is too hot", "It has 80 °C, and may fail or lose data."),
    ),
    *pair(
        "NvmeHot",
        DRIVE,
        {"nvme_temperature_celsius": 70},
        {"nvme_temperature_celsius": 69},
        ("The NVMe drive nvme0 is hot", "It has 70 °C, and slows down to stay alive."),
    ),
)

FAILING = ("The disk sda reports that it is failing", "Its own verdict, or an attribute below its threshold.")
SATA = (
    *pair("SataFailing", DISK, {"sata_passed": 0}, {"sata_passed": 1, "sata_attributes_failing": 0}, FAILING),
    *pair("SataFailing", DISK, {"sata_attributes_failing": 1}, {"sata_asleep": 1}, FAILING),
    *pair(
        "SataSectors",
        DISK,
        {"sata_reallocated_sectors": 0, "sata_pending_sectors": 8},
        {"sata_reallocated_sectors": 0, "sata_pending_sectors": 0, "sata_uncorrected_errors_total": 0},
        (
            "The disk sda has bad sectors",
            "It counts 8 that were replaced, cannot be read, or wait for a write.",
        ),
    ),
    *pair(
        "SataWorn",
        DISK,
        {"sata_life_left_ratio": 0.1, "sata_solid_state": 1},
        {"sata_life_left_ratio": 0.1, "sata_solid_state": 0},
        ("The disk sda is nearly worn out", "10% of its life is left."),
    ),
    *pair(
        "SataWornOut",
        DISK,
        {"sata_life_left_ratio": 0.05, "sata_solid_state": 1},
        {"sata_life_left_ratio": 0.06, "sata_solid_state": 1},
        ("The disk sda is worn out", "5% of its life is left."),
    ),
    *pair(
        "SataTooHot",
        DISK,
        {"sata_temperature_celsius": 65},
        {"sata_temperature_celsius": 64},
        ("The disk sda is too hot", "It has 65 °C, more than makers allow."),
    ),
    *pair(
        "SataHot",
        DISK,
        {"sata_temperature_celsius": 55},
        {"sata_temperature_celsius": 54},
        ("The disk sda is hot", "It has 55 °C."),
    ),
)

HERE = {name: exposed({"pool": name}, zpool_online=1) for name in ("data", "backup", "tank", "copies")}
ALL = {series: samples for told_of in HERE.values() for series, samples in told_of.items()}
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
            "It lacks 1 of them, such as a cache, and has all of its data.",
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

CASES = (*COLLECTORS, *HARDWARE, *GPU, *NVME, *SATA, *POOLS, *SNAPSHOTS)
