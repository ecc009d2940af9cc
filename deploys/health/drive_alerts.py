"""The rules about NVMe drives and SATA disks, by the limits of ``rig health``."""

from __future__ import annotations

from collections.abc import Iterator

from rigwright.desired import AlertRule
from rigwright.health import thresholds

DRIVE = "{{ $labels.device }}"
SHORT_SECONDS, LONG_SECONDS = 300, 600
SECTORS = (
    "rigwright_sata_reallocated_sectors",
    "rigwright_sata_pending_sectors",
    "rigwright_sata_offline_uncorrectable_sectors",
    "rigwright_sata_uncorrected_errors_total",
    "rigwright_sata_grown_defects",
    "rigwright_sata_uncorrected_reads_total",
    "rigwright_sata_uncorrected_writes_total",
    "rigwright_sata_uncorrected_verifies_total",
)
LOGS = (
    "rigwright_sata_self_tests_failed",
    "rigwright_sata_error_log_entries_total",
    "rigwright_sata_attributes_failed_before",
)


def nvme() -> Iterator[AlertRule]:
    """Those of NVMe drives."""
    yield AlertRule(
        "NvmeCriticalWarning",
        "rigwright_nvme_critical_warning > 0",
        0,
        "critical",
        f"The NVMe drive {DRIVE} warns",
        "The sum is {{ $value }} of 1 spare, 2 temperature, 4 reliability, 8 read-only, 16 backup memory.",
        "nvme-warning",
    )
    yield AlertRule(
        "NvmeSpareLow",
        "rigwright_nvme_spare_ratio < rigwright_nvme_spare_threshold_ratio",
        0,
        "critical",
        f"The NVMe drive {DRIVE} runs out of spare blocks",
        "{{ $value | humanizePercentage }} are left, below the drive's own limit.",
        "nvme-worn",
        inhibits=("NvmeWorn",),
    )
    yield from _nvme_wear()
    yield from _nvme_errors()
    yield from _nvme_heat()


def _nvme_errors() -> Iterator[AlertRule]:
    yield AlertRule(
        "NvmeMediaErrors",
        "rigwright_nvme_media_errors_total > 0",
        0,
        "warning",
        f"The NVMe drive {DRIVE} has lost data",
        "It counts {{ $value }} reads or writes that it could not correct.",
        "nvme-errors",
    )
    yield AlertRule(
        "NvmeLogged",
        "rigwright_nvme_self_tests_failed > 0 or rigwright_nvme_logged_errors > 0",
        0,
        "warning",
        f"The NVMe drive {DRIVE} has logged errors",
        "Of failed self-tests, or in its error log about media, transfers or itself: {{ $value }}.",
        "nvme-errors",
    )


def _nvme_heat() -> Iterator[AlertRule]:
    yield AlertRule(
        "NvmeTooHot",
        _nvme_hot("critical"),
        SHORT_SECONDS,
        "critical",
        f"The NVMe drive {DRIVE} is too hot",
        "It has {{ $value }} °C, and may fail or lose data.",
        "drive-hot",
        inhibits=("NvmeHot",),
    )
    yield AlertRule(
        "NvmeHot",
        _nvme_hot("warning"),
        LONG_SECONDS,
        "warning",
        f"The NVMe drive {DRIVE} is hot",
        "It has {{ $value }} °C, and slows down to stay alive.",
        "drive-hot",
    )


def _nvme_hot(which: str) -> str:
    """By the drive's own limit where it reports one."""
    temperature, own = "rigwright_nvme_temperature_celsius", f"rigwright_nvme_temperature_{which}_celsius"
    fixed = getattr(thresholds.NVME_TEMPERATURE, which)
    return f"{temperature} >= {own} or ({temperature} >= {fixed:g} unless {own})"


def _nvme_wear() -> Iterator[AlertRule]:
    yield AlertRule(
        "NvmeWornOut",
        f"rigwright_nvme_used_ratio >= {thresholds.NVME_USED.critical:g}",
        0,
        "critical",
        f"The NVMe drive {DRIVE} is worn out",
        "{{ $value | humanizePercentage }} of its warranted endurance is used.",
        "nvme-worn",
        inhibits=("NvmeWorn",),
    )
    yield AlertRule(
        "NvmeWorn",
        f"rigwright_nvme_used_ratio >= {thresholds.NVME_USED.warning:g}",
        0,
        "warning",
        f"The NVMe drive {DRIVE} is nearly worn out",
        "{{ $value | humanizePercentage }} of its warranted endurance is used.",
        "nvme-worn",
    )


def sata() -> Iterator[AlertRule]:
    """Those of SATA disks."""
    yield AlertRule(
        "SataFailing",
        "rigwright_sata_passed == 0 or rigwright_sata_attributes_failing > 0",
        0,
        "critical",
        f"The disk {DRIVE} reports that it is failing",
        "Its own verdict, or an attribute below its threshold.",
        "sata-failing",
        inhibits=("SataSectors", "SataLogged"),
    )
    yield AlertRule(
        "SataSectors",
        " or ".join(f"{name} > 0" for name in SECTORS),
        0,
        "warning",
        f"The disk {DRIVE} has bad sectors",
        "It counts {{ $value }} that were replaced, cannot be read or written, or wait for a write.",
        "sata-sectors",
    )
    yield AlertRule(
        "SataLogged",
        " or ".join(f"{name} > 0" for name in LOGS),
        0,
        "warning",
        f"The disk {DRIVE} has logged errors",
        "Of failed self-tests, its error log, or attributes that were below their threshold: {{ $value }}.",
        "sata-sectors",
    )
    yield from _sata_wear()
    yield from _sata_heat()


def _sata_heat() -> Iterator[AlertRule]:
    hot = "rigwright_sata_temperature_celsius >= "
    yield AlertRule(
        "SataTooHot",
        f"{hot}{thresholds.SATA_TEMPERATURE.critical:g}",
        SHORT_SECONDS,
        "critical",
        f"The disk {DRIVE} is too hot",
        "It has {{ $value }} °C, more than makers allow.",
        "drive-hot",
        inhibits=("SataHot",),
    )
    yield AlertRule(
        "SataHot",
        f"{hot}{thresholds.SATA_TEMPERATURE.warning:g}",
        LONG_SECONDS,
        "warning",
        f"The disk {DRIVE} is hot",
        "It has {{ $value }} °C.",
        "drive-hot",
    )


def _sata_wear() -> Iterator[AlertRule]:
    left = "rigwright_sata_life_left_ratio <= {:g} unless rigwright_sata_solid_state == 0"
    yield AlertRule(
        "SataWornOut",
        left.format(thresholds.SATA_LIFE.critical),
        0,
        "critical",
        f"The disk {DRIVE} is worn out",
        "{{ $value | humanizePercentage }} of its life is left.",
        "sata-sectors",
        inhibits=("SataWorn",),
    )
    yield AlertRule(
        "SataWorn",
        left.format(thresholds.SATA_LIFE.warning),
        0,
        "warning",
        f"The disk {DRIVE} is nearly worn out",
        "{{ $value | humanizePercentage }} of its life is left.",
        "sata-sectors",
    )
