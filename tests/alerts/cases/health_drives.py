"""The rules about NVMe drives and SATA disks."""

from __future__ import annotations

from tests.alerts.health_case import DISK, DRIVE, pair

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
        "NvmeLogged",
        DRIVE,
        {"nvme_self_tests_failed": 2},
        {"nvme_self_tests_failed": 0, "nvme_logged_errors": 0},
        (
            "The NVMe drive nvme0 has logged errors",
            "Of failed self-tests, or in its error log about media, transfers or itself: 2.",
        ),
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
            "It counts 8 that were replaced, cannot be read or written, or wait for a write.",
        ),
    ),
    *(
        one
        for metric in (
            "sata_grown_defects",
            "sata_uncorrected_reads_total",
            "sata_uncorrected_writes_total",
            "sata_uncorrected_verifies_total",
        )
        for one in pair(
            "SataSectors",
            DISK,
            {metric: 1},
            {metric: 0},
            (
                "The disk sda has bad sectors",
                "It counts 1 that were replaced, cannot be read or written, or wait for a write.",
            ),
        )
    ),
    *(
        one
        for metric in ("self_tests_failed", "error_log_entries_total", "attributes_failed_before")
        for one in pair(
            "SataLogged",
            DISK,
            {f"sata_{metric}": 1},
            {f"sata_{metric}": 0},
            (
                "The disk sda has logged errors",
                "Of failed self-tests, its error log, or attributes that were below their threshold: 1.",
            ),
        )
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
        {"sata_life_left_ratio": 0.05},
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


CASES = (*NVME, *SATA)
