"""Cases of the rules about monitoring itself, addresses, the drift check and pushed metrics."""

from __future__ import annotations

from tests.alerts.case import NODE, Case, Fires, pair, series

ALERTMANAGER = '{instance="a", integration="email", job="alertmanager"}'


PROMETHEUS = {"instance": "p", "job": "prometheus", "rule_group": "web"}


ALARM = "It always fires; the service that receives it raises an alarm when it stops."


MONITORING = (
    Case(
        "Watchdog",
        {},
        Fires("Alerting works", ALARM),
    ),
    Case(
        "TargetDown",
        {'up{instance="n", job="nginx"}': "0+0x120"},
        Fires(
            "nginx cannot be measured",
            "n gives no metrics: no rule about it can fire.",
            {"instance": "n", "job": "nginx"},
        ),
    ),
    Case("TargetDown", {'up{instance="n", job="nginx"}': "1+0x120"}),
    *pair(
        "TextfileUnreadable",
        {},
        {"node_textfile_scrape_error": 1},
        {"node_textfile_scrape_error": 0},
        (
            "A file of metrics cannot be read",
            "One in the textfile directory is broken, and its metrics are missing.",
        ),
    ),
    Case(
        "MonitoringConfigurationRefused",
        {
            'prometheus_config_last_reload_successful{instance="p", job="prometheus"}': "0+0x120",
            'alertmanager_config_last_reload_successful{instance="a", job="alertmanager"}': "1+0x120",
        },
        Fires(
            "prometheus runs with an old configuration",
            "It refused the files that are there.",
            {"instance": "p", "job": "prometheus"},
        ),
    ),
    Case(
        "MonitoringConfigurationRefused",
        {
            'prometheus_config_last_reload_successful{instance="p", job="prometheus"}': "1+0x120",
            'alertmanager_config_last_reload_successful{instance="a", job="alertmanager"}': "1+0x120",
        },
    ),
    Case(
        "RuleFails",
        {
            'prometheus_rule_evaluation_failures_total{instance="p", job="prometheus", rule_group="web"}': (
                "0+1x120"
            )
        },
        Fires("An alert rule cannot be evaluated", "It is in web.", PROMETHEUS),
    ),
    Case(
        "RuleFails",
        {
            'prometheus_rule_evaluation_failures_total{instance="p", job="prometheus", rule_group="web"}': (
                "7+0x120"
            )
        },
    ),
    Case(
        "AlertsNotDelivered",
        {f"alertmanager_notifications_failed_total{ALERTMANAGER}": "0+1x120"},
        Fires(
            "Alerts are not delivered by email",
            "About 30 messages failed in 15 minutes.",
            {"instance": "a", "integration": "email", "job": "alertmanager"},
        ),
    ),
    Case("AlertsNotDelivered", {f"alertmanager_notifications_failed_total{ALERTMANAGER}": "9+0x120"}),
)


SITE = {"instance": "https://a.test/", "job": "web"}


AT_SITE = '{instance="https://a.test/", job="web"}'


DAYS = 86_400


HALF_HOUR = 1800


TWO_HOURS = 7200


WEB = (
    Case(
        "SiteDown",
        {f"probe_success{AT_SITE}": "0+0x120"},
        Fires(
            "https://a.test/ does not respond",
            "No expected response in 10 seconds, as probed from this host.",
            SITE,
        ),
    ),
    Case("SiteDown", {f"probe_success{AT_SITE}": "1+0x120"}),
    Case(
        "CertificateEnds",
        {f"probe_ssl_earliest_cert_expiry{AT_SITE}": f"{6 * DAYS + HALF_HOUR}+0x120"},
        Fires(
            "The certificate of https://a.test/ ends within a week",
            "It has 6 days left: its renewal fails.",
            SITE,
        ),
    ),
    Case("CertificateEnds", {f"probe_ssl_earliest_cert_expiry{AT_SITE}": f"{8 * DAYS}+0x120"}),
    Case(
        "CertificateEndsSoon",
        {f"probe_ssl_earliest_cert_expiry{AT_SITE}": f"{10 * DAYS + TWO_HOURS}+0x480"},
        Fires(
            "The certificate of https://a.test/ was not renewed in time",
            "It has 10 days left.",
            SITE,
        ),
        at="2h",
    ),
    Case("CertificateEndsSoon", {f"probe_ssl_earliest_cert_expiry{AT_SITE}": f"{16 * DAYS}+0x480"}, at="2h"),
)


SUCCESS = "rigwright_drift_last_success_timestamp_seconds"


SILENT = (
    "The drift check has not run for more than a day",
    "Whether the host is as it should be is unknown.",
)


DRIFT = (
    *pair(
        "DriftFound",
        {},
        {"rigwright_drift_findings": 3},
        {"rigwright_drift_findings": 0},
        ("The host differs from its description", "3 differences."),
    ),
    *pair(
        "DriftCheckFailed",
        {},
        {"rigwright_drift_failed": 1},
        {"rigwright_drift_failed": 0},
        ("The drift check has no result", "It failed before it had seen everything."),
    ),
    Case("DriftCheckSilent", series(SUCCESS, f"{-27 * 3600}+0x360"), Fires(*SILENT, NODE), at="3h"),
    Case("DriftCheckSilent", {}, Fires(*SILENT), at="3h"),
    Case("DriftCheckSilent", {}, at="1h50m"),  # a new host's first check comes within two hours
    Case("DriftCheckSilent", series(SUCCESS, f"{-22 * 3600}+0x360"), at="3h"),
)


PUSHED = '{instance="", job="backup"}'


JOBS = (
    Case(
        "PushedMetricsOld",
        {f"push_time_seconds{PUSHED}": f"{-27 * 3600}+0x240"},
        Fires(
            "The job backup has pushed nothing for more than a day",
            "What it pushed last stands there as if it were new.",
            {"job": "backup"},
        ),
        at="2h",
    ),
    Case("PushedMetricsOld", {f"push_time_seconds{PUSHED}": f"{-23 * 3600}+0x240"}, at="2h"),
)

CASES = (*MONITORING, *WEB, *DRIFT, *JOBS)
