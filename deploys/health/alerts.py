"""The rules about the hardware: those of devices that the settings name, and of what queries them."""

from __future__ import annotations

from collections.abc import Iterator

from deploys.health import board_alerts, drive_alerts, gpu_alerts, pool_alerts
from deploys.health.settings import HealthSettings
from rigwright.desired import AlertRule

SILENT_SECONDS = 600
"""Two runs at the longest interval."""
OLD_SECONDS = 1800
"""Several runs of the collectors that run every 5 minutes."""


def alerts(settings: HealthSettings) -> Iterator[AlertRule]:
    """The rules; monitoring takes them where the host has any."""
    yield from collectors()
    yield from hardware(settings)
    yield from board_alerts.rules()
    if settings.gpus:
        yield from gpu_alerts.rules()
    if "nvme" in settings.kinds:
        yield from drive_alerts.nvme()
    if "sata" in settings.kinds:
        yield from drive_alerts.sata()
    if settings.pools:
        yield from pool_alerts.pools(settings.pools, settings.unscrubbed)
    yield from pool_alerts.snapshots(settings.snapshots)


def collectors() -> Iterator[AlertRule]:
    """Whether the hardware is queried, and responds."""
    run = "rigwright_health_timestamp_seconds"
    yield AlertRule(
        "HealthMetricsSilent",
        f"time() - {run} > {SILENT_SECONDS} or absent({run})",
        300,
        "warning",
        "The hardware is not queried",
        "Its timer has not run for 10 minutes: no rule about hardware can fire.",
        "health-metrics",
    )
    yield AlertRule(
        "HealthCollectorFails",
        "rigwright_health_collector_up == 0"
        f" or time() - rigwright_health_collector_timestamp_seconds > {OLD_SECONDS}"
        " or count without (metric, gpu, device, pool, kind, group, chip, sensor, fan, controller, module)"
        " (rigwright_health_field_error)",
        600,
        "warning",
        "{{ $labels.collector }} cannot be read",
        "Its state is unknown: a tool is missing, does not respond, or prints what cannot be read.",
        "health-collectors",
    )


def hardware(settings: HealthSettings) -> Iterator[AlertRule]:
    """Whether the devices are there that the settings name, and no others."""
    counted = "rigwright_health_devices"
    declared = {"gpu": settings.gpus, "nvme": settings.nvme_drives, "sata": settings.sata_disks}
    missing = [f'{counted}{{kind="{kind}"}} < {count}' for kind, count in declared.items() if count]
    if missing:
        yield AlertRule(
            "HardwareMissing",
            " or ".join(missing),
            120,
            "critical",
            "A device is gone: {{ $labels.kind }}",
            "The host shows {{ $value }} of them, and the inventory names more.",
            "hardware",
        )
    yield AlertRule(
        "HardwareNotDeclared",
        " or ".join(f'{counted}{{kind="{kind}"}} > {count}' for kind, count in declared.items()),
        3600,
        "warning",
        "The host has a device that is not watched: {{ $labels.kind }}",
        "It shows {{ $value }} of them, more than the inventory names.",
        "hardware",
    )
