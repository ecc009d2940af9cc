"""The rules about the board: sensors and fans, memory with ECC, PCIe, and drives in the kernel log."""

from __future__ import annotations

from collections.abc import Iterator

from rigwright.desired import AlertRule
from rigwright.health import thresholds

SHORT_SECONDS, LONG_SECONDS = 300, 600
FAN_DAYS = 7
"""A fan is compared with itself: one that rests now and then has stood for half of the time before."""
FLOOD = 1000
"""Corrected errors of a device in an hour: 16 lanes of 16 GT/s may have 922 of them, by the one bit in 10^12
that PCIe allows (PCI Express Base Specification 4.0, 8.4.4)."""
SENSOR = "{{ $labels.sensor }} of {{ $labels.chip }}"


def rules() -> Iterator[AlertRule]:
    """Those of every machine; without such hardware there is nothing that they see."""
    yield from _heat()
    yield from _fans()
    yield from _memory()
    yield from _pcie()
    yield from _log()


def _heat() -> Iterator[AlertRule]:
    left = "rigwright_sensor_critical_celsius - rigwright_sensor_celsius <="
    limits = thresholds.SENSOR_BELOW_CRITICAL
    yield AlertRule(
        "SensorTooHot",
        f"{left} {limits.critical:g} or rigwright_sensor_critical_alarm == 1",
        SHORT_SECONDS,
        "critical",
        f"The sensor {SENSOR} is too hot",
        "It is at the hardware's own critical temperature.",
        "sensor-hot",
        inhibits=("SensorHot",),
    )
    yield AlertRule(
        "SensorHot",
        f"{left} {limits.warning:g}",
        LONG_SECONDS,
        "warning",
        f"The sensor {SENSOR} is hot",
        "It is {{ $value }} °C below the hardware's own critical temperature.",
        "sensor-hot",
    )


def _fans() -> Iterator[AlertRule]:
    yield AlertRule(
        "FanStopped",
        "rigwright_fan_fault == 1 or (rigwright_fan_rpm == 0 and"
        f" quantile_over_time(0.5, rigwright_fan_rpm[{FAN_DAYS}d]) > 0)",
        LONG_SECONDS,
        "warning",
        "The fan {{ $labels.fan }} of {{ $labels.chip }} has stopped",
        f"It turned for most of the last {FAN_DAYS} days, or its chip calls it faulty.",
        "sensor-hot",
    )


def _memory() -> Iterator[AlertRule]:
    yield AlertRule(
        "MemoryErrorsUncorrected",
        "rigwright_memory_uncorrected_errors_total > 0",
        0,
        "critical",
        "Main memory has errors that ECC could not correct",
        "The controller {{ $labels.controller }} counts {{ $value }} since the start.",
        "memory-errors",
        inhibits=("MemoryErrorsCorrected",),
    )
    yield AlertRule(
        "MemoryErrorsCorrected",
        f"rigwright_memory_corrected_errors_total >= {thresholds.MEMORY_CORRECTED}",
        0,
        "warning",
        "Main memory has errors that ECC corrects",
        "The controller {{ $labels.controller }} counts {{ $value }} since the start.",
        "memory-errors",
    )


def _pcie() -> Iterator[AlertRule]:
    device = "{{ $labels.device }}"
    yield AlertRule(
        "PcieErrorsFatal",
        "rigwright_pcie_fatal_errors_total > 0",
        0,
        "critical",
        f"The PCIe device {device} had errors that lost its link",
        "It counts {{ $value }} since the start.",
        "pcie-errors",
        inhibits=("PcieErrors",),
    )
    yield AlertRule(
        "PcieErrors",
        "rigwright_pcie_nonfatal_errors_total > 0"
        f" or increase(rigwright_pcie_corrected_errors_total[1h]) >= {FLOOD}",
        0,
        "warning",
        f"The PCIe device {device} makes errors",
        "Transfers were lost, or an hour had more corrected errors than PCIe allows: {{ $value }}.",
        "pcie-errors",
    )


def _log() -> Iterator[AlertRule]:
    device, last = "{{ $labels.device }}", "rigwright_drive_log_last_timestamp_seconds"
    yield AlertRule(
        "DriveGone",
        f'{last}{{kind="gone"}}',
        0,
        "critical",
        f"The kernel gave up the drive {device}",
        "It logged that since the host started; a reboot ends this alert.",
        "drive-log",
    )
    yield AlertRule(
        "DriveLogged",
        f'time() - {last}{{kind!="gone"}} < {thresholds.DRIVE_LOG_SECONDS}',
        0,
        "warning",
        f"The drive {device} makes errors: {{{{ $labels.kind }}}}",
        "The kernel logged it in the last day.",
        "drive-log",
    )
