"""nginx's exporter: connections, and whether nginx responds; it has neither status codes nor durations."""

from __future__ import annotations

from dataclasses import replace

from deploys.nginx.settings import NginxSettings
from rigwright.desired import AlertRule, Desired
from rigwright.desired.exporter import Exporter

ALERTS = (
    AlertRule(
        "NginxDown",
        "nginx_up == 0",
        60,
        "critical",
        "nginx does not respond",
        "Its exporter gets no response from it on loopback.",
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


def exporter(settings: NginxSettings) -> Desired:
    """The exporter and the rules about what it measures; nothing without a port for it."""
    if settings.exporter_port is None:
        return Desired("nginx")
    daemon = Exporter(
        "prometheus-nginx-exporter",
        settings.exporter_port,
        arguments=(f"--nginx.scrape-uri=http://127.0.0.1:{settings.status_port}/stub_status",),
        job="nginx",
        up="nginx_up",
    )
    return replace(daemon.part("nginx"), alerts=ALERTS)
