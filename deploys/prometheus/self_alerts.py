"""The rules about monitoring itself, and about jobs that report to it: whether they go on reporting."""

from __future__ import annotations

from rigwright.desired import AlertRule

DRIFT_SILENT_SECONDS = 26 * 3600
"""A night and two hours: one missed run."""

MONITORING = (
    AlertRule(
        "Watchdog",
        "vector(1)",
        0,
        "none",
        "Alerting works",
        "It always fires; the service that receives it raises an alarm when it stops.",
        "watchdog",
    ),
    AlertRule(
        "TargetDown",
        "up == 0",
        120,
        "critical",
        "{{ $labels.job }} cannot be measured",
        "{{ $labels.instance }} gives no metrics: no rule about it can fire.",
        "target-down",
    ),
    AlertRule(
        "TextfileUnreadable",
        "node_textfile_scrape_error == 1",
        300,
        "warning",
        "A file of metrics cannot be read",
        "One in the textfile directory is broken, and its metrics are missing.",
        "textfile",
    ),
    AlertRule(
        "MonitoringConfigurationRefused",
        "prometheus_config_last_reload_successful == 0 or alertmanager_config_last_reload_successful == 0",
        300,
        "warning",
        "{{ $labels.job }} runs with an old configuration",
        "It refused the files that are there.",
        "monitoring-configuration",
    ),
    AlertRule(
        "RuleFails",
        "increase(prometheus_rule_evaluation_failures_total[10m]) > 0",
        300,
        "warning",
        "An alert rule cannot be evaluated",
        "It is in {{ $labels.rule_group }}.",
        "rule-fails",
    ),
    AlertRule(
        "AlertsNotDelivered",
        "increase(alertmanager_notifications_failed_total[15m]) > 0",
        300,
        "critical",
        "Alerts are not delivered by {{ $labels.integration }}",
        "About {{ $value | humanize }} messages failed in 15 minutes.",
        "alerts-not-delivered",
    ),
)
"""Whether measuring, judging and notifying work."""

DRIFT = (
    AlertRule(
        "DriftFound",
        "rigwright_drift_findings > 0",
        0,
        "warning",
        "The host differs from its description",
        "{{ $value | humanize }} differences.",
        "drift",
    ),
    AlertRule(
        "DriftCheckFailed",
        "rigwright_drift_failed == 1",
        0,
        "warning",
        "The drift check has no result",
        "It failed before it had seen everything.",
        "drift-check",
    ),
    AlertRule(
        "DriftCheckSilent",
        f"time() - rigwright_drift_last_success_timestamp_seconds > {DRIFT_SILENT_SECONDS}"
        " or absent(rigwright_drift_last_success_timestamp_seconds)",
        7200,  # a new host's first check comes within so long
        "warning",
        "The drift check has not run for more than a day",
        "Whether the host is as it should be is unknown.",
        "drift-check",
    ),
)
"""What the nightly drift check wrote."""

PUSHED_METRICS_OLD = AlertRule(
    "PushedMetricsOld",
    # The gateway shows the last push for ever: only its time shows that a job has stopped.
    f"time() - push_time_seconds > {DRIFT_SILENT_SECONDS}",
    600,
    "warning",
    "The job {{ $labels.job }} has pushed nothing for more than a day",
    "What it pushed last stands there as if it were new.",
    "pushed-metrics",
)
