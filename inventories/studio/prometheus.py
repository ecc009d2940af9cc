"""Monitoring of the reference host."""

from deploys.prometheus.settings import Mail, PrometheusSettings

prometheus = PrometheusSettings(
    host_label="studio",  # how alerts name this host
    scrape_interval_seconds=30,  # how often everything is measured
    evaluation_interval_seconds=30,  # how often the rules are evaluated
    retention_days=7,  # how long measurements are kept
    retention_size=4 * 2**30,  # and how much they may take on disk
    longest_wait_seconds=None,  # for drills: no rule waits longer than this
    ignored_file_systems=["autofs", "iso9660", "nsfs", "overlay", "ramfs", "squashfs", "tmpfs", "udf"],
    watched_urls=["https://studio.example.org/health"],  # probed from this host; certificates are judged too
    drift_check=True,  # alerts about what the nightly drift check finds, and about its silence
    mail=Mail(
        recipients=["team@example.org"],
        sender="alerts@example.org",
        relay="mail.example.org",  # 127.0.0.1: the host's own
        relay_port=587,
        require_tls=True,  # False only for a relay on this host
        user=None,  # Mail(user="alerts", password=secrets["mail_password"])
    ),
    # These need secrets: docs/how-to/get-alerts.md
    slack=None,  # Slack(url=secrets["slack_url"], channel="#alerts")
    # Critical alerts only. The address is another one for an account in the EU.
    pagerduty=None,  # PagerDuty(routing_key=secrets["pagerduty_key"], url="https://...")
    webhooks=[],  # Webhook(name="own", url=secrets["own_hook"])
    heartbeat_url=None,  # secrets["heartbeat_url"]: a service that raises an alarm when this host is dead
    group_wait_seconds=30,  # how long a first alert waits for others of its kind
    group_interval_seconds=300,  # how long news about them wait
    repeat_hours=4,  # what still fires is sent again
    runbooks="docs/runbooks",  # or the address where people read them
    prometheus_port=9090,  # all of these on loopback
    alertmanager_port=9093,
    node_exporter_port=9100,
    blackbox_port=9115,
    pushgateway_port=9091,  # None: no Pushgateway
)
