"""Whether the hardware is queried, and all there.

The scenario that is tested has one GPU, two NVMe drives, one disk, and the pools of its other cases.
"""

from __future__ import annotations

from tests.alerts.case import NODE, Case, Fires
from tests.alerts.health_case import CARD, exposed, pair

BROKEN = {"collector": "gpu", **CARD}
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
            **exposed({**BROKEN, "metric": "rigwright_gpu_fan_ratio"}, health_field_error=1),
            **exposed({**BROKEN, "metric": "rigwright_gpu_power_watts"}, health_field_error=1),
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


CASES = (*COLLECTORS, *HARDWARE)
