"""nginx's exporter: connections and whether it answers; it knows no statuses, and no times."""

from __future__ import annotations

from dataclasses import replace

from deploys.nginx.settings import NginxSettings
from rigwright.desired import AlertRule, Desired
from rigwright.desired import exporter as exporters
from rigwright.desired.exporter import Exporter

ALERTS = (
    AlertRule(
        "NginxDown",
        "nginx_up == 0",
        60,
        "critical",
        "nginx does not answer",
        "Its exporter gets no answer from it on loopback.",
        "nginx-down",
    ),
    AlertRule(
        "NginxConnectionsDropped",
        "rate(nginx_connections_accepted[5m]) - rate(nginx_connections_handled[5m]) > 0",
        300,
        "critical",
        "nginx closes connections that it cannot take",
        "{{ $value | humanize }} a second, for lack of worker_connections or of open files.",
        "nginx-connections",
    ),
)


def with_exporter(wanted: Desired, settings: NginxSettings) -> Desired:
    """Nginx with its exporter and rules, where there is to be one."""
    if settings.exporter_port is None:
        return wanted
    exporter = Exporter(
        "prometheus-nginx-exporter",
        settings.exporter_port,
        arguments=(f"--nginx.scrape-uri=http://127.0.0.1:{settings.status_port}/stub_status",),
        job="nginx",
        up="nginx_up",
    )
    return replace(exporters.with_exporter(wanted, exporter), alerts=ALERTS)
