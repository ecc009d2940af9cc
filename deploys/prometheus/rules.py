"""Which rules about the host itself there are. Numbers without a source are those that users requested."""

from __future__ import annotations

from deploys.prometheus import disk_alerts, host_alerts, self_alerts, web_alerts
from deploys.prometheus.settings import PrometheusSettings
from rigwright.desired import AlertRule


def rules(settings: PrometheusSettings, *, probing: bool) -> dict[str, tuple[AlertRule, ...]]:
    """The rules by the name of their file; none names a metric that nothing here exports."""
    found = {
        "host": host_alerts.RULES,
        "disks": (*disk_alerts.rules("|".join(settings.ignored_file_systems)), disk_alerts.POOL_NOT_ONLINE),
        "monitoring": self_alerts.MONITORING,
    }
    if probing:
        found["web"] = tuple(web_alerts.rules())
    if settings.drift_check:
        found["drift"] = self_alerts.DRIFT
    if settings.pushgateway_port is not None:
        found["jobs"] = (self_alerts.PUSHED_METRICS_OLD,)
    return found
