"""The rules about GPUs. Limits come from the table of ``rig health``, but for those of the card itself."""

from __future__ import annotations

from collections.abc import Iterator

from rigwright.desired import AlertRule
from rigwright.health import thresholds
from rigwright.health.cards import LOADED_STATES

GPU = "{{ $labels.gpu }}"
SHORT_SECONDS, LONG_SECONDS = 300, 600
OFTEN_SECONDS = 360
"""A tenth of an hour: work takes that much longer."""
LINK_DAYS = 7
"""A link that lost lanes is compared with itself: its maximum is the card's, and the slot may have fewer."""


def rules() -> Iterator[AlertRule]:
    """All of them."""
    yield from _there()
    yield from _heat()
    yield from _slowed()
    yield from _slowed_often()
    yield from _link()
    yield from _memory()
    yield from _log()


def _there() -> Iterator[AlertRule]:
    yield AlertRule(
        "GpuLost",
        "rigwright_gpu_lost == 1",
        0,
        "critical",
        "A GPU does not respond",
        "It fell off the bus, or its driver is not loaded.",
        "gpu-lost",
    )
    yield AlertRule(
        "GpuDriverMismatch",
        "rigwright_gpu_driver_mismatch == 1",
        60,
        "critical",
        "The driver of the GPU is not the one that is installed",
        "What starts now finds no GPU, until the host is rebooted.",
        "gpu-driver",
    )


def _heat() -> Iterator[AlertRule]:
    """By the card's own slowdown, margin or maximum, else by a fixed limit, as ``rig health`` judges."""
    yield AlertRule(
        "GpuTooHot",
        _hot("critical"),
        SHORT_SECONDS,
        "critical",
        f"The GPU {GPU} is too hot",
        "It is about to slow down, or does.",
        "gpu-hot",
        inhibits=("GpuHot",),
    )
    yield AlertRule(
        "GpuHot",
        _hot("warning"),
        LONG_SECONDS,
        "warning",
        f"The GPU {GPU} is hot",
        "It is near the temperature at which it slows down.",
        "gpu-hot",
    )


def _hot(which: str) -> str:
    temperature, slowdown, maximum, margin = (
        f"rigwright_gpu_temperature_{name}celsius" for name in ("", "slowdown_", "maximum_", "margin_")
    )
    to_slowdown, left, below, fixed = (
        getattr(one, which)
        for one in (
            thresholds.GPU_BELOW_SLOWDOWN,
            thresholds.GPU_MARGIN,
            thresholds.GPU_BELOW_MAXIMUM,
            thresholds.GPU_TEMPERATURE,
        )
    )
    return (
        f"{slowdown} - {temperature} <= {to_slowdown:g}"
        f" or ({margin} <= {left:g} unless {slowdown})"
        f" or ({maximum} - {temperature} <= {below:g} unless {slowdown} unless {margin})"
        f" or ({temperature} >= {fixed:g} unless {slowdown} unless {maximum} unless {margin})"
    )


def _slowed() -> Iterator[AlertRule]:
    yield AlertRule(
        "GpuSlowedDown",
        "rigwright_gpu_hardware_thermal_slowdown == 1 or rigwright_gpu_power_brake == 1"
        " or rigwright_gpu_hardware_slowdown == 1",
        SHORT_SECONDS,
        "critical",
        f"The GPU {GPU} is slowed down by its hardware",
        "Heat or the power supply does that, and work takes longer.",
        "gpu-slowed",
        inhibits=("GpuSlowedDownByDriver", "GpuSlowedDownOften"),
    )
    yield AlertRule(
        "GpuSlowedDownByDriver",
        "rigwright_gpu_software_thermal_slowdown == 1",
        LONG_SECONDS,
        "warning",
        f"The GPU {GPU} is slowed down by the driver",
        "It does so to keep the temperature below the card's limit.",
        "gpu-slowed",
    )


def _slowed_often() -> Iterator[AlertRule]:
    """Slowdowns that are too short to be seen at each run add up in the driver's counters."""
    reasons = ("hardware_thermal_slowdown", "software_thermal_slowdown", "power_brake")
    counted = (f"increase(rigwright_gpu_{reason}_seconds_total[1h]) >= {OFTEN_SECONDS}" for reason in reasons)
    yield AlertRule(
        "GpuSlowedDownOften",
        " or ".join(counted),
        0,
        "warning",
        f"The GPU {GPU} is slowed down again and again",
        "For {{ $value | humanizeDuration }} of the last hour, by heat or by the power supply.",
        "gpu-slowed",
    )


def _link() -> Iterator[AlertRule]:
    yield AlertRule(
        "GpuLinkNarrow",
        f"rigwright_gpu_pcie_width < max_over_time(rigwright_gpu_pcie_width[{LINK_DAYS}d])"
        f" unless rigwright_gpu_performance_state > {LOADED_STATES}",
        LONG_SECONDS,
        "warning",
        f"The GPU {GPU} has lost PCIe lanes",
        f"It has {{{{ $value }}}}, and had more in the last {LINK_DAYS} days.",
        "gpu-link",
    )
    yield AlertRule(
        "GpuLinkSlow",
        "rigwright_gpu_pcie_generation < rigwright_gpu_pcie_generation_maximum"
        f" and rigwright_gpu_performance_state <= {LOADED_STATES}",
        LONG_SECONDS,
        "warning",
        f"The PCIe link of the GPU {GPU} is slow",
        "It works at generation {{ $value }}, though the card is not at rest.",
        "gpu-link",
    )


def _memory() -> Iterator[AlertRule]:
    yield AlertRule(
        "GpuMemoryErrors",
        "rigwright_gpu_uncorrected_ecc_errors_total > 0 or rigwright_gpu_row_remap_failed == 1",
        0,
        "critical",
        f"The memory of the GPU {GPU} has errors that nothing corrected",
        "Results since then may be wrong.",
        "gpu-memory",
        inhibits=("GpuMemoryErrorsBefore",),
    )
    yield AlertRule(
        "GpuMemoryErrorsBefore",
        "rigwright_gpu_lifetime_uncorrected_ecc_errors_total > 0",
        0,
        "warning",
        f"The memory of the GPU {GPU} had errors in its life that nothing corrected",
        "It counts {{ $value }} of them.",
        "gpu-memory",
    )
    yield AlertRule(
        "GpuRecoveryNeeded",
        "rigwright_gpu_recovery_needed == 1",
        60,
        "critical",
        f"The driver requires a reset of the GPU {GPU}",
        "`nvidia-smi -q` names it as GPU Recovery Action.",
        "gpu-recovery",
    )
    yield AlertRule(
        "GpuRowRemapPending",
        "rigwright_gpu_row_remap_pending == 1",
        60,
        "warning",
        f"A memory row of the GPU {GPU} waits for a reset to be replaced",
        "The card goes on without it.",
        "gpu-recovery",
    )


def _log() -> Iterator[AlertRule]:
    critical = "|".join(str(code) for code in sorted(thresholds.XID_CRITICAL))
    harmless = "|".join(str(code) for code in sorted(thresholds.XID_APPLICATION))
    last = "rigwright_gpu_xid_last_timestamp_seconds"
    yield AlertRule(
        "GpuXidCritical",
        f'{last}{{xid=~"{critical}"}} or {last}{{fatal="true"}}',
        0,
        "critical",
        f"The GPU {GPU} needs a reset, a reboot or a replacement: Xid {{{{ $labels.xid }}}}",
        "The kernel logged it since the host started; a reboot ends this alert.",
        "gpu-xid",
    )
    yield AlertRule(
        "GpuXid",
        f'time() - {last}{{xid!~"{critical}|{harmless}",fatal!="true"}} < {thresholds.XID_WARNING_SECONDS}',
        0,
        "warning",
        f"The kernel logged an error of the GPU {GPU}: Xid {{{{ $labels.xid }}}}",
        "It did so in the last day.",
        "gpu-xid",
    )
