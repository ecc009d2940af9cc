"""Limits of rules, from both sides: the nearest samples on which a rule fires, and on which it is quiet."""

from __future__ import annotations

from dataclasses import dataclass

from tests.alerts.case import Samples, measured
from tests.alerts.first import FIRST_SECONDS

DAY, HOUR = 86400, 3600
CARD, DRIVE, DISK, TANK = {"gpu": "0"}, {"device": "nvme0"}, {"device": "sda"}, {"pool": "tank"}


def late(alert: str) -> int:
    """When a rule is asked, in seconds: long after it can fire first."""
    first = FIRST_SECONDS[alert]
    return next(hours * HOUR // 2 for hours in (1, 4, 8) if first < hours * HOUR // 2 - 100)


@dataclass(frozen=True)
class Edge:
    """One limit of a rule.

    Attributes:
        alert: The rule.
        fires: Samples at or just beyond the limit.
        quiet: Samples on the other side of it.
        labels: Of all of them.
        at_seconds: When the rule is asked.
    """

    alert: str
    fires: dict[str, str]
    quiet: dict[str, str]
    at_seconds: int


def edge(alert: str, fires: Samples, quiet: Samples, at_seconds: int = 0, /, **labels: str) -> Edge:
    """An edge of series with the same labels; a figure is a value that stays."""
    beyond, within = (
        {name: one if isinstance(one, str) else f"{one}+0x960" for name, one in side.items()}
        for side in (fires, quiet)
    )
    return Edge(
        alert, dict(measured(labels, beyond)), dict(measured(labels, within)), at_seconds or late(alert)
    )


def ago(alert: str, metric: str, limit: float, /, **labels: str) -> Edge:
    """A time that is older than a limit by a minute, or younger by one."""
    asked = late(alert)
    return edge(alert, {metric: asked - limit - 60}, {metric: asked - limit + 60}, **labels)


def above(alert: str, metric: str, fires: float, quiet: float, /, **labels: str) -> Edge:
    """A value that stays."""
    return edge(alert, {metric: fires}, {metric: quiet}, **labels)


def rate(alert: str, metric: str, fires: float, quiet: float, /, **labels: str) -> Edge:
    """A counter that grows by this each 30 seconds."""
    return edge(alert, {metric: f"0+{fires}x960"}, {metric: f"0+{quiet}x960"}, **labels)


def processors(idle: float) -> dict[str, str]:
    """One hardware thread that is idle for this share of the time."""
    return {"node_cpu_seconds_total": f"0+{30 * idle}x960"}


def loaded(load: float) -> dict[str, str]:
    """This load on one hardware thread."""
    thread = measured({"cpu": "0", "mode": "idle"}, processors(0.5))
    return {**measured({}, {"node_load15": f"{load}+0x960"}), **thread}


def snapshots(**hours: float) -> dict[str, str]:
    """The ages of the newest snapshots of two datasets."""
    metric = "rigwright_zfs_newest_snapshot_timestamp_seconds"
    return {
        name: value
        for dataset, age in {
            "data/postgres": hours.get("first", 0),
            "tank/media": hours.get("second", 0),
        }.items()
        for name, value in measured({"dataset": dataset}, {metric: f"{(2 - age) * HOUR}+0x960"}).items()
    }


EDGES = (
    rate("FailedLogins", "rigwright_failed_logins_total", 2.1, 1.9, service="ssh"),
    ago("HostMetricsSilent", "rigwright_host_metrics_timestamp_seconds", 600 + 300),
    ago(
        "SecurityUpgradesWait", "rigwright_upgrades_clear_timestamp_seconds", 3 * DAY + HOUR, kind="security"
    ),
    ago("UpgradesWait", "rigwright_upgrades_clear_timestamp_seconds", 30 * DAY + HOUR, kind="other"),
    ago("PackageListsOld", "rigwright_package_lists_timestamp_seconds", 3 * DAY + HOUR),
    ago("AccessReviewOverdue", "rigwright_access_reviewed_timestamp_seconds", 90 * DAY + HOUR),
    ago("VulnerabilityScanOld", "rigwright_vulnerabilities_timestamp_seconds", 26 * HOUR + 3 * HOUR),
    *(
        Edge(
            "VulnerabilityFixWaits",
            {
                **measured({"urgency": "high", "fix": "available"}, {"rigwright_vulnerabilities": "1+0x960"}),
                **measured({}, {"rigwright_vulnerabilities_clear_timestamp_seconds": f"{since}+0x960"}),
            },
            {
                **measured(
                    {"urgency": "high", "fix": "available"}, {"rigwright_vulnerabilities": f"{one}+0x960"}
                ),
                **measured({}, {"rigwright_vulnerabilities_clear_timestamp_seconds": f"{before}+0x960"}),
            },
            2 * HOUR,
        )
        for one, since, before in ((0, -40 * HOUR, -40 * HOUR), (1, -35.1 * HOUR, -34.9 * HOUR))
    ),
    rate(
        "DockerContainersRestart", "engine_daemon_container_actions_seconds_count", 0.41, 0.39, action="start"
    ),
    ago("HealthMetricsSilent", "rigwright_health_timestamp_seconds", 600 + 300),
    ago("HealthCollectorFails", "rigwright_health_collector_timestamp_seconds", 1800 + 600, collector="gpu"),
    *(
        above(alert, "rigwright_health_devices", fires, quiet, kind=kind)
        for alert, kind, fires, quiet in (
            ("HardwareMissing", "gpu", 0.99, 1),
            ("HardwareMissing", "nvme", 1.99, 2),
            ("HardwareMissing", "sata", 0.99, 1),
            ("HardwareNotDeclared", "gpu", 1.01, 1),
            ("HardwareNotDeclared", "nvme", 2.01, 2),
            ("HardwareNotDeclared", "sata", 1.01, 1),
        )
    ),
    *(
        edge(
            alert,
            {**own, "rigwright_gpu_temperature_celsius": hot},
            {**own, "rigwright_gpu_temperature_celsius": cool},
        )
        for alert, own, hot, cool in (
            ("GpuTooHot", {"rigwright_gpu_temperature_slowdown_celsius": 96}, 93, 92.9),
            ("GpuTooHot", {"rigwright_gpu_temperature_maximum_celsius": 90}, 93, 92.9),
            ("GpuTooHot", {}, 93, 92.9),
            ("GpuHot", {"rigwright_gpu_temperature_slowdown_celsius": 96}, 89, 88.9),
            ("GpuHot", {"rigwright_gpu_temperature_maximum_celsius": 90}, 85, 84.9),
            ("GpuHot", {}, 85, 84.9),
        )
    ),
    above("GpuTooHot", "rigwright_gpu_temperature_margin_celsius", 1, 1.05),
    above("GpuHot", "rigwright_gpu_temperature_margin_celsius", 5, 5.1),
    *(
        above("GpuSlowedDown", f"rigwright_gpu_{reason}", 1, 0)
        for reason in ("hardware_thermal_slowdown", "power_brake", "hardware_slowdown")
    ),
    above("GpuMemoryErrors", "rigwright_gpu_uncorrected_ecc_errors_total", 1, 0),
    above("GpuMemoryErrors", "rigwright_gpu_row_remap_failed", 1, 0),
    above("GpuMemoryErrorsBefore", "rigwright_gpu_lifetime_uncorrected_ecc_errors_total", 1, 0),
    edge(
        "GpuLinkNarrow",
        {"rigwright_gpu_pcie_width": "16x40 8x960", "rigwright_gpu_performance_state": 2},
        {"rigwright_gpu_pcie_width": "16x40 8x960", "rigwright_gpu_performance_state": 2.1},
        1800 + HOUR,
    ),
    edge(
        "GpuLinkSlow",
        {
            "rigwright_gpu_pcie_generation": 4,
            "rigwright_gpu_pcie_generation_maximum": 5,
            "rigwright_gpu_performance_state": 2,
        },
        {
            "rigwright_gpu_pcie_generation": 4,
            "rigwright_gpu_pcie_generation_maximum": 5,
            "rigwright_gpu_performance_state": 2.1,
        },
    ),
    edge(
        "GpuXid",
        {"rigwright_gpu_xid_last_timestamp_seconds": HOUR // 2 - DAY + 60},
        {"rigwright_gpu_xid_last_timestamp_seconds": HOUR // 2 - DAY - 60},
        xid="109",
    ),
    above("NvmeCriticalWarning", "rigwright_nvme_critical_warning", 1, 0),
    *(
        rate("GpuSlowedDownOften", f"rigwright_gpu_{reason}_seconds_total", 6.1, 5.9, gpu="0")
        for reason in ("hardware_thermal_slowdown", "software_thermal_slowdown", "power_brake")
    ),
    above("NvmeLogged", "rigwright_nvme_self_tests_failed", 1, 0),
    above("NvmeLogged", "rigwright_nvme_logged_errors", 1, 0),
    above("NvmeMediaErrors", "rigwright_nvme_media_errors_total", 1, 0),
    *(
        above("SataSectors", f"rigwright_sata_{name}", 1, 0)
        for name in (
            *("reallocated_sectors", "pending_sectors", "offline_uncorrectable_sectors", "grown_defects"),
            *("uncorrected_errors_total", "uncorrected_reads_total", "uncorrected_writes_total"),
            "uncorrected_verifies_total",
        )
    ),
    *(
        above("SataLogged", f"rigwright_sata_{name}", 1, 0)
        for name in ("self_tests_failed", "error_log_entries_total", "attributes_failed_before")
    ),
    *(
        edge(
            alert,
            {"rigwright_sata_life_left_ratio": limit, "rigwright_sata_solid_state": 1},
            {"rigwright_sata_life_left_ratio": limit + 0.004, "rigwright_sata_solid_state": 1},
        )
        for alert, limit in (("SataWornOut", 0.05), ("SataWorn", 0.1))
    ),
    *(
        edge(
            alert,
            {"rigwright_sata_life_left_ratio": 0, "rigwright_sata_solid_state": 1},
            {"rigwright_sata_life_left_ratio": 0, "rigwright_sata_solid_state": 0},
        )
        for alert in ("SataWornOut", "SataWorn")
    ),
    *(
        edge(
            alert,
            {"rigwright_sensor_critical_celsius": 100, "rigwright_sensor_celsius": hot},
            {"rigwright_sensor_critical_celsius": 100, "rigwright_sensor_celsius": cool},
            chip="coretemp.0",
            sensor="temp1",
        )
        for alert, hot, cool in (("SensorTooHot", 100, 99.5), ("SensorHot", 95, 94.9))
    ),
    above("SensorTooHot", "rigwright_sensor_critical_alarm", 1, 0, chip="coretemp.0", sensor="temp1"),
    above("FanStopped", "rigwright_fan_fault", 1, 0, chip="nct6798", fan="fan1"),
    edge(
        "FanStopped",
        {"rigwright_fan_rpm": "0.5x200 0x960"},
        {"rigwright_fan_rpm": "900x100 0x960"},
        chip="nct6798",
        fan="fan1",
    ),
    above("MemoryErrorsUncorrected", "rigwright_memory_uncorrected_errors_total", 1, 0, controller="mc0"),
    above("MemoryErrorsCorrected", "rigwright_memory_corrected_errors_total", 10, 9.9, controller="mc0"),
    above("PcieErrorsFatal", "rigwright_pcie_fatal_errors_total", 1, 0, device="0000:01:00.0"),
    above("PcieErrors", "rigwright_pcie_nonfatal_errors_total", 1, 0, device="0000:01:00.0"),
    rate("PcieErrors", "rigwright_pcie_corrected_errors_total", 17, 16, device="0000:01:00.0"),
    edge(
        "DriveLogged",
        {"rigwright_drive_log_last_timestamp_seconds": HOUR // 2 - DAY + 60},
        {"rigwright_drive_log_last_timestamp_seconds": HOUR // 2 - DAY - 60},
        device="ata3",
        kind="reset",
    ),
    above("PoolDataErrors", "rigwright_zpool_data_errors", 1, 0),
    above("PoolErrors", "rigwright_zpool_device_errors", 1, 0),
    above("PoolErrors", "rigwright_zpool_group_errors", 1, 0),
    above("PoolErrors", "rigwright_zpool_scan_errors", 1, 0),
    above("PoolSlow", "rigwright_zpool_device_slow_ios", 1, 0),
    Edge("SnapshotOld", snapshots(first=2.51), snapshots(first=2.49), 2 * HOUR),
    Edge("SnapshotOld", snapshots(second=3.51), snapshots(second=3.49), 2 * HOUR),
    edge(
        "NginxConnectionsDropped",
        {"nginx_connections_accepted": "0+1.1x960", "nginx_connections_handled": "0+1x960"},
        {"nginx_connections_accepted": "0+1x960", "nginx_connections_handled": "0+1x960"},
    ),
    above(
        "PostgresTransactionLong", "pg_stat_activity_max_tx_duration", 4 * HOUR + 1, 4 * HOUR, datname="app"
    ),
    rate("PostgresDeadlocks", "pg_stat_database_deadlocks", 0.255, 0.245, datname="app"),
    edge(
        "PgBouncerPoolNearlyUsed",
        {"pgbouncer_pools_server_active_connections": 81, "pgbouncer_databases_pool_size": 100},
        {"pgbouncer_pools_server_active_connections": 80, "pgbouncer_databases_pool_size": 100},
        database="app",
    ),
    above("PgBouncerClientsWait", "pgbouncer_pools_client_waiting_connections", 1, 0),
    edge("HostProcessorsBusy", processors(0.095), processors(0.105), mode="idle", cpu="0"),
    Edge("HostLoadHigh", loaded(2.05), loaded(1.95), 2 * HOUR),
    edge(
        "HostClockNotSynchronised",
        {"node_timex_sync_status": 0, "node_timex_maxerror_seconds": 16},
        {"node_timex_sync_status": 0, "node_timex_maxerror_seconds": 15.9},
    ),
    above("HostClockWrong", "node_timex_offset_seconds", 0.051, 0.05),
    *(
        edge(
            alert,
            {"node_filesystem_avail_bytes": free, "node_filesystem_size_bytes": 1000},
            {"node_filesystem_avail_bytes": free + 2, "node_filesystem_size_bytes": 1000},
            fstype="ext4",
        )
        for alert, free in (("DiskFull", 99), ("DiskFilling", 199))
    ),
    edge(
        "DiskFullSoon",
        {"node_filesystem_avail_bytes": "4170-1.5x960", "node_filesystem_size_bytes": 10000},
        {"node_filesystem_avail_bytes": "4200-1.5x960", "node_filesystem_size_bytes": 10000},
        fstype="ext4",
    ),
    edge(
        "DiskOutOfInodes",
        {"node_filesystem_files_free": 99, "node_filesystem_files": 1000},
        {"node_filesystem_files_free": 101, "node_filesystem_files": 1000},
        fstype="ext4",
    ),
    above("MonitoringConfigurationRefused", "alertmanager_config_last_reload_successful", 0, 1),
    above("MonitoringConfigurationRefused", "prometheus_config_last_reload_successful", 0, 1),
    rate("RuleFails", "prometheus_rule_evaluation_failures_total", 0.01, 0),
    rate("AlertsNotDelivered", "alertmanager_notifications_failed_total", 0.01, 0),
    *(
        edge(
            alert,
            {"probe_ssl_earliest_cert_expiry": late(alert) + days * DAY - waits - 60},
            {"probe_ssl_earliest_cert_expiry": late(alert) + days * DAY - waits + 60},
        )
        for alert, days, waits in (("CertificateEnds", 7, 600), ("CertificateEndsSoon", 14, HOUR))
    ),
    above("DriftFound", "rigwright_drift_findings", 1, 0),
    ago("DriftCheckSilent", "rigwright_drift_last_success_timestamp_seconds", 26 * HOUR + 2 * HOUR),
    ago("PushedMetricsOld", "push_time_seconds", 26 * HOUR + 600),
    edge(
        "RedisMemoryFull",
        {"redis_memory_used_bytes": 901, "redis_memory_max_bytes": 1000, "redis_instance_info": 1},
        {"redis_memory_used_bytes": 899, "redis_memory_max_bytes": 1000, "redis_instance_info": 1},
        maxmemory_policy="noeviction",
    ),
    rate("RedisConnectionsRejected", "redis_rejected_connections_total", 0.1, 0),
    rate("HostOutOfMemory", "node_vmstat_oom_kill", 0.1, 0),
)
"""From both sides of each limit that the cases with words leave open."""
