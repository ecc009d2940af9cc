"""A host whose base and monitoring measure every second and alert at once."""

from __future__ import annotations

import json
import re
from typing import Any

from deploys.base.settings import BaseSettings, FailedLogins
from deploys.prometheus.settings import PrometheusSettings, Webhook
from deploys.rig import Machine, Rig
from rigwright.lab.recipe import OPERATOR
from rigwright.secrets.value import Secret
from tests.support.receiver import Receiver
from tests.support.target import Target

METRICS = "/var/lib/prometheus/node-exporter/rigwright_host.prom"
AT_MOST = 4
# What the machine that carries the lab may have by itself, and every host on it then shows.
OF_THE_MACHINE = re.compile("Host(Memory|Processors|Load|Clock).*|Disk.*")


class Watched(Target):
    """A host with base and monitoring that is measured every second, and alerts at once."""

    receiver: Receiver

    def rig(self) -> Rig:
        """The whole host."""
        return Rig(
            machine=Machine(os=self.host.os),
            base=BaseSettings(
                operator=OPERATOR,
                known_users=["mallory"],
                failed_logins=FailedLogins(at_most=AT_MOST, within_minutes=2),
            ),
            prometheus=PrometheusSettings(
                scrape_interval_seconds=3,
                evaluation_interval_seconds=1,
                longest_wait_seconds=0,
                drift_check=False,
                ignored_file_systems=["overlay", "ramfs"],
                webhooks=[Webhook(name="own", url=Secret("own", self.receiver.url("own")))],
                group_wait_seconds=1,
                group_interval_seconds=1,
            ),
        )

    def api(self, path: str) -> Any:
        """The response of Prometheus's API."""
        return json.loads(self.sh(f"curl -fsS '127.0.0.1:9090/api/v1/{path}'"))["data"]

    def firing(self) -> set[str]:
        """The alerts that fire now, but for those of the machine below."""
        found = {one["labels"]["alertname"] for one in self.api("alerts")["alerts"]}
        return {name for name in found if not OF_THE_MACHINE.fullmatch(name)}

    def alerts(self, status: str) -> set[str]:
        """The alerts that came to the receiver in this state."""
        found = {one.name for one in self.receiver.received("own", status)}
        return {name for name in found if not OF_THE_MACHINE.fullmatch(name)}

    def counted(self) -> dict[str, int]:
        """Failed logins by service, counted right now."""
        self.sh("systemctl start rigwright-metrics")
        found = re.findall(
            r'^rigwright_failed_logins_total{service="(\w+)"} (\d+)$', self.text(), re.MULTILINE
        )
        return {service: int(count) for service, count in found}

    def upgrades(self) -> dict[str, int]:
        """Pending upgrades, by kind, at this moment."""
        self.sh("systemctl start rigwright-metrics")
        found = re.findall(r'^rigwright_upgrades_pending{kind="(\w+)"} (\d+)$', self.text(), re.MULTILINE)
        return {kind: int(count) for kind, count in found}

    def text(self) -> str:
        """The file of metrics."""
        return self.sh(f"cat {METRICS}")

    def more(self, before: dict[str, int]) -> dict[str, int]:
        """What was counted since, where there is any."""
        return {
            service: count - before[service]
            for service, count in self.counted().items()
            if count != before[service]
        }
