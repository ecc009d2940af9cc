"""Monitoring with every setting changed: measured and sent quickly, so that tests can wait."""

from __future__ import annotations

from deploys.prometheus.settings import Mail, PagerDuty, PrometheusSettings, Slack, Webhook
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os

# Nothing here is secret: the receivers are stand-ins on the host's loopback, where mostly nothing listens.
HOOKS = "http://127.0.0.1:9098"


def everything(_: Os) -> PrometheusSettings:
    """Ports of its own, all receivers, short times."""
    return PrometheusSettings(
        host_label="everything",
        scrape_interval_seconds=5,
        evaluation_interval_seconds=5,
        retention_days=3,
        retention_size=512 * 2**20,
        longest_wait_seconds=30,
        ignored_file_systems=["tmpfs", "overlay", "squashfs"],
        watched_urls=["http://127.0.0.1:9190/-/healthy"],
        drift_check=False,
        mail=Mail(
            recipients=["team@rig.test", "boss@rig.test"],
            sender="alerts@rig.test",
            relay="mail.rig.test",
            relay_port=587,
            require_tls=False,
            user="alerts",
            password=Secret("mail_password", "not-a-secret"),
        ),
        slack=Slack(url=Secret("slack_url", f"{HOOKS}/slack"), channel="#alerts"),
        pagerduty=PagerDuty(routing_key=Secret("pagerduty_key", "0" * 32), url=f"{HOOKS}/v2/enqueue"),
        webhooks=[Webhook(name="own", url=Secret("own_hook", f"{HOOKS}/own"))],
        heartbeat_url=Secret("heartbeat_url", f"{HOOKS}/heartbeat"),
        group_wait_seconds=1,
        group_interval_seconds=5,
        repeat_hours=1,
        runbooks="https://runbooks.rig.test",
        prometheus_port=9190,
        alertmanager_port=9193,
        node_exporter_port=9200,
        blackbox_port=9215,
        pushgateway_port=9191,
    )
