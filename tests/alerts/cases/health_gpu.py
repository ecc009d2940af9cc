"""The rules about GPUs."""

from __future__ import annotations

from tests.alerts.case import NODE, Case, Fires
from tests.alerts.health_case import CARD, exposed, pair

HOT = ("The GPU 0000:01:00.0 is hot", "It is near the temperature at which it slows down.")
TOO_HOT = ("The GPU 0000:01:00.0 is too hot", "It is about to slow down, or does.")
TEMPERATURE, SLOWDOWN, MAXIMUM, MARGIN = (
    f"gpu_temperature_{name}celsius" for name in ("", "slowdown_", "maximum_", "margin_")
)
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
    *pair(
        "GpuHot",
        CARD,
        {TEMPERATURE: 89, SLOWDOWN: 96, MAXIMUM: 100},
        {TEMPERATURE: 88, SLOWDOWN: 96, MAXIMUM: 75},
        HOT,
    ),
    *pair(
        "GpuTooHot",
        CARD,
        {TEMPERATURE: 93, SLOWDOWN: 96, MAXIMUM: 100},
        {TEMPERATURE: 92, SLOWDOWN: 96, MAXIMUM: 75},
        TOO_HOT,
    ),
    Case("GpuHot", exposed(CARD, **{TEMPERATURE: 78, SLOWDOWN: 102, MAXIMUM: 75})),
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
        "GpuSlowedDownOften",
        CARD,
        {"gpu_hardware_thermal_slowdown_seconds_total": "0+12x400"},
        {"gpu_hardware_thermal_slowdown_seconds_total": "5000+0x400"},
        (
            "The GPU 0000:01:00.0 is slowed down again and again",
            "For 12m 0s of the last hour, by heat or by the power supply.",
        ),
    ),
    *pair(
        "GpuLinkNarrow",
        CARD,
        {"gpu_pcie_width": "16x20 8x400", "gpu_performance_state": 2},
        {"gpu_pcie_width": 8, "gpu_pcie_width_maximum": 16, "gpu_performance_state": 0},
        ("The GPU 0000:01:00.0 has lost PCIe lanes", "It has 8, and had more in the last 7 days."),
    ),
    Case("GpuLinkNarrow", exposed(CARD, gpu_pcie_width="16x20 8x400", gpu_performance_state=3)),  # at rest
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
        "GpuMemoryErrorsBefore",
        CARD,
        {"gpu_lifetime_uncorrected_ecc_errors_total": 1},
        {"gpu_lifetime_uncorrected_ecc_errors_total": 0},
        (
            "The memory of the GPU 0000:01:00.0 had errors in its life that nothing corrected",
            "It counts 1 of them.",
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
    Case(
        "GpuXidCritical",
        exposed({**CARD, "xid": "149", "fatal": "true"}, **{XID: 60}),
        Fires(
            "The GPU 0000:01:00.0 needs a reset, a reboot or a replacement: Xid 149",
            "The kernel logged it since the host started; a reboot ends this alert.",
            {**NODE, **CARD, "xid": "149", "fatal": "true"},
        ),
    ),
    Case("GpuXid", exposed({**CARD, "xid": "149", "fatal": "true"}, **{XID: 60})),  # critical already
    Case("GpuXidCritical", exposed({**CARD, "xid": "149"}, **{XID: 60})),
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


CASES = GPU
