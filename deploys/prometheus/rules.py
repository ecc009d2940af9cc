"""The rules about the host itself, as data. Numbers without a source here are those that users asked for."""

from __future__ import annotations

from collections.abc import Iterator

from deploys.prometheus.settings import PrometheusSettings
from rigwright.desired import AlertRule

DAY_SECONDS = 86_400
DRIFT_SILENT_SECONDS = 26 * 3600  # a night and two hours: one missed run


def rules(settings: PrometheusSettings, *, asks: bool) -> dict[str, tuple[AlertRule, ...]]:
    """The rules by the name of their file; none names a metric that nothing here exports."""
    found = {
        "host": tuple(host()),
        "disks": (*disks("|".join(settings.ignored_file_systems)), POOL_NOT_ONLINE),
        "monitoring": tuple(monitoring()),
    }
    if asks:
        found["web"] = tuple(web())
    if settings.drift_check:
        found["drift"] = tuple(drift())
    if settings.pushgateway_port is not None:
        found["jobs"] = (PUSHED_METRICS_OLD,)
    return found


def host() -> Iterator[AlertRule]:
    """Memory, processors, clock and units."""
    yield AlertRule(
        "HostMemoryFull",
        # The ZFS cache gives its memory back on demand, but the kernel does not count it as available.
        "1 - (node_memory_MemAvailable_bytes + (node_zfs_arc_size or node_memory_MemAvailable_bytes * 0))"
        " / node_memory_MemTotal_bytes > 0.9",
        300,
        "warning",
        "Main memory is nearly full",
        "{{ $value | humanizePercentage }} of it is taken, the ZFS cache not counted.",
        "memory",
    )
    yield AlertRule(
        "HostOutOfMemory",
        "increase(node_vmstat_oom_kill[10m]) > 0",
        0,
        "critical",
        "The kernel killed a process for lack of memory",
        "It killed about {{ $value | humanize }} in 10 minutes.",
        "out-of-memory",
    )
    yield AlertRule(
        "HostProcessorsBusy",
        '1 - avg without (cpu, mode) (rate(node_cpu_seconds_total{mode="idle"}[5m])) > 0.9',
        900,
        "warning",
        "The processors are busy without a pause",
        "They work {{ $value | humanizePercentage }} of the time.",
        "processors",
    )
    yield AlertRule(
        "HostLoadHigh",
        'node_load15 / count without (cpu, mode) (node_cpu_seconds_total{mode="idle"}) > 2',
        900,
        "warning",
        "More processes wait than the processors can take",
        "{{ $value | humanize }} of them for each hardware thread, in the mean of 15 minutes.",
        "load",
    )
    yield AlertRule(
        "HostClockNotSynchronised",
        # 16 s is where the kernel stops to believe its clock (timex).
        "node_timex_sync_status == 0 and node_timex_maxerror_seconds >= 16",
        600,
        "warning",
        "Nothing keeps the clock right",
        "The kernel has had no word from a time server.",
        "clock",
    )
    yield AlertRule(
        "HostClockWrong",
        "abs(node_timex_offset_seconds) > 0.05",
        600,
        "warning",
        "The clock is wrong",
        "It differs by {{ $value | humanizeDuration }} from the time servers.",
        "clock",
    )
    yield AlertRule(
        "UnitFailed",
        'node_systemd_unit_state{state="failed"} == 1',
        60,
        "critical",
        "{{ $labels.name }} has failed",
        "systemd has given up on it.",
        "unit-failed",
    )


def disks(ignored: str) -> Iterator[AlertRule]:
    """Every file system but those of the ignored types. The data sets of one pool share what is free."""
    watched = f'{{fstype!~"{ignored}"}}'
    available = f"node_filesystem_avail_bytes{watched} / node_filesystem_size_bytes{watched}"
    where = "{{ $labels.mountpoint }}"
    yield AlertRule(
        "DiskFull",
        f"{available} < 0.1",
        300,
        "critical",
        f"{where} is nearly full",
        "{{ $value | humanizePercentage }} of it is free.",
        "disk-full",
        inhibits=("DiskFilling", "DiskFullSoon"),
    )
    yield AlertRule(
        "DiskFilling",
        f"1 - {available} > 0.8",
        300,
        "warning",
        f"{where} fills up",
        "{{ $value | humanizePercentage }} of it is used.",
        "disk-full",
    )
    yield AlertRule(
        "DiskFullSoon",
        # What is half empty is no emergency, however fast a single large file made it look.
        f"predict_linear(node_filesystem_avail_bytes{watched}[6h], {DAY_SECONDS}) < 0 and {available} < 0.4",
        3600,
        "warning",
        f"{where} will be full within a day",
        "So it is if it goes on as in the last 6 hours.",
        "disk-full",
    )
    yield AlertRule(
        "DiskOutOfInodes",
        f"node_filesystem_files_free{watched} / (node_filesystem_files{watched} > 0) < 0.1",
        300,
        "critical",
        f"{where} has nearly no inodes left",
        "{{ $value | humanizePercentage }} of them are free; without any, no file can be made.",
        "inodes",
    )
    yield AlertRule(
        "DiskReadOnly",
        f"node_filesystem_readonly{watched} == 1",
        60,
        "critical",
        f"{where} is mounted read-only",
        "The kernel does that to a file system whose disk fails.",
        "disk-read-only",
    )
    yield AlertRule(
        "DiskUnreadable",
        f"node_filesystem_device_error{watched} == 1",
        300,
        "warning",
        f"{where} cannot be measured",
        "The kernel does not answer about it: the mount hangs, or it is closed to the exporter.",
        "disk-unreadable",
    )


POOL_NOT_ONLINE = AlertRule(
    "PoolNotOnline",
    # The node exporter's own, of the kernel's files: it answers where a pool hangs, whoever keeps that.
    'label_replace(node_zfs_zpool_state{state!="online"} == 1, "pool", "$1", "zpool", "(.+)")',
    60,
    "critical",
    "The pool {{ $labels.pool }} is {{ $labels.state }}",
    "A disk of it is missing or fails. A degraded pool works on without its redundancy; a suspended one "
    "takes no more writes.",
    "pool-state",
    inhibits=("PoolDeviceNotOnline",),
)


def monitoring() -> Iterator[AlertRule]:
    """Whether measuring, judging and telling work."""
    yield AlertRule(
        "Watchdog",
        "vector(1)",
        0,
        "none",
        "Alerting works",
        "It always fires; whoever gets it tells when it stops.",
        "watchdog",
    )
    yield AlertRule(
        "TargetDown",
        "up == 0",
        120,
        "critical",
        "{{ $labels.job }} cannot be measured",
        "{{ $labels.instance }} gives no metrics: no rule about it can fire.",
        "target-down",
    )
    yield AlertRule(
        "TextfileUnreadable",
        "node_textfile_scrape_error == 1",
        300,
        "warning",
        "A file of metrics cannot be read",
        "One in the textfile directory is broken, and what it told is not measured.",
        "textfile",
    )
    yield AlertRule(
        "MonitoringConfigurationRefused",
        "prometheus_config_last_reload_successful == 0 or alertmanager_config_last_reload_successful == 0",
        300,
        "warning",
        "{{ $labels.job }} runs with an old configuration",
        "It refused the files that are there.",
        "monitoring-configuration",
    )
    yield AlertRule(
        "RuleFails",
        "increase(prometheus_rule_evaluation_failures_total[10m]) > 0",
        300,
        "warning",
        "An alert rule cannot be evaluated",
        "It is in {{ $labels.rule_group }}.",
        "rule-fails",
    )
    yield AlertRule(
        "AlertsNotDelivered",
        "increase(alertmanager_notifications_failed_total[15m]) > 0",
        300,
        "critical",
        "Alerts are not delivered by {{ $labels.integration }}",
        "About {{ $value | humanize }} messages failed in 15 minutes.",
        "alerts-not-delivered",
    )


def web() -> Iterator[AlertRule]:
    """Addresses that are asked, and their certificates."""
    yield AlertRule(
        "SiteDown",
        "probe_success == 0",
        120,
        "critical",
        "{{ $labels.instance }} does not answer",
        "No answer as it should be in 10 seconds, asked from this host.",
        "site-down",
    )
    ends = f"(probe_ssl_earliest_cert_expiry - time()) / {DAY_SECONDS}"
    yield AlertRule(
        "CertificateEnds",
        f"{ends} < 7",
        600,
        "critical",
        "The certificate of {{ $labels.instance }} ends within a week",
        "It has {{ $value | humanize }} days left: its renewal fails.",
        "certificate",
        inhibits=("CertificateEndsSoon",),
    )
    yield AlertRule(
        "CertificateEndsSoon",
        # A third of Let's Encrypt's 45 days of 2028 is 15: renewal should have happened.
        f"{ends} < 14",
        3600,
        "warning",
        "The certificate of {{ $labels.instance }} was not renewed in time",
        "It has {{ $value | humanize }} days left.",
        "certificate",
    )


def drift() -> Iterator[AlertRule]:
    """What the nightly drift check wrote."""
    yield AlertRule(
        "DriftFound",
        "rigwright_drift_findings > 0",
        0,
        "warning",
        "The host differs from its description",
        "{{ $value | humanize }} differences.",
        "drift",
    )
    yield AlertRule(
        "DriftCheckFailed",
        "rigwright_drift_failed == 1",
        0,
        "warning",
        "The drift check could not tell",
        "It failed before it had seen everything.",
        "drift-check",
    )
    yield AlertRule(
        "DriftCheckSilent",
        f"time() - rigwright_drift_last_success_timestamp_seconds > {DRIFT_SILENT_SECONDS}"
        " or absent(rigwright_drift_last_success_timestamp_seconds)",
        7200,  # a new host's first check comes within so long
        "warning",
        "The drift check has not run for more than a day",
        "Nobody knows whether the host is as it should be.",
        "drift-check",
    )


PUSHED_METRICS_OLD = AlertRule(
    "PushedMetricsOld",
    # The gateway shows the last push for ever: only its time tells that a job has stopped.
    f"time() - push_time_seconds > {DRIFT_SILENT_SECONDS}",
    600,
    "warning",
    "The job {{ $labels.job }} has pushed nothing for more than a day",
    "What it told last stands there as if it were new.",
    "pushed-metrics",
)
