"""The services that monitoring consists of."""

from __future__ import annotations

from collections.abc import Iterator

from deploys.prometheus.settings import PrometheusSettings
from rigwright.desired import ScrapeTarget
from rigwright.desired.exporter import Daemon

CONFIGURATION = "/etc/prometheus/prometheus.yml"
ALERTMANAGER = "/etc/prometheus/alertmanager.yml"
BLACKBOX = "/etc/prometheus/blackbox.yml"
RULES = "/etc/prometheus/rules.d"
LOADED = "{}_config_last_reload_success_timestamp_seconds"
DATA = "/var/lib/prometheus"
TEXTFILES = f"{DATA}/node-exporter"
PUSHED = f"{DATA}/pushgateway"


def daemons(settings: PrometheusSettings, *, probing: bool) -> Iterator[tuple[Daemon, ScrapeTarget]]:
    """Each service and the target of its own metrics; ``probing`` is whether there is anything to probe."""
    yield from (
        (daemon, daemon.target(job))
        for job, daemon in (
            ("prometheus", _prometheus(settings)),
            ("alertmanager", _alertmanager(settings)),
            ("node", _node(settings)),
            ("blackbox", _blackbox(settings) if probing else None),
            ("pushgateway", _pushgateway(settings.pushgateway_port)),
        )
        if daemon
    )


def _prometheus(settings: PrometheusSettings) -> Daemon:
    return Daemon(
        "prometheus",
        settings.prometheus_port,
        arguments=(
            f"--storage.tsdb.retention.time={settings.retention_days}d",
            f"--storage.tsdb.retention.size={settings.retention_size}B",
        ),
        writable=(DATA,),
        reload_on=(CONFIGURATION, f"{RULES}/"),
        reads=(f"{RULES}/",),
        loaded_metric=LOADED.format("prometheus"),
    )


def _alertmanager(settings: PrometheusSettings) -> Daemon:
    """The empty cluster address keeps it from listening for others of its kind on every address."""
    return Daemon(
        "prometheus-alertmanager",
        settings.alertmanager_port,
        arguments=("--cluster.listen-address=",),
        writable=(DATA,),
        reload_on=(ALERTMANAGER,),
        loaded_metric=LOADED.format("alertmanager"),
    )


def _node(settings: PrometheusSettings) -> Daemon:
    return Daemon(
        "prometheus-node-exporter",
        settings.node_exporter_port,
        arguments=("--collector.systemd", f"--collector.textfile.directory={TEXTFILES}"),
        sees_the_host=True,
    )


def _blackbox(settings: PrometheusSettings) -> Daemon:
    return Daemon(
        "prometheus-blackbox-exporter",
        settings.blackbox_port,
        arguments=(f"--config.file={BLACKBOX}",),
        reload_on=(BLACKBOX,),
        loaded_metric=LOADED.format("blackbox_exporter"),
    )


def _pushgateway(port: int | None) -> Daemon | None:
    """It keeps what was pushed over a restart."""
    if port is None:
        return None
    return Daemon(
        "prometheus-pushgateway",
        port,
        arguments=(f"--persistence.file={PUSHED}/metrics",),
        writable=(PUSHED,),
    )
