"""A lab host with nginx and monitoring, whose alerts come to a receiver."""

from __future__ import annotations

import json
import shlex
from typing import Any

from deploys.nginx.settings import FixedResponse, FromFiles, NginxSettings, Site
from deploys.prometheus.settings import PrometheusSettings, Webhook
from deploys.rig import Machine, Rig
from rigwright.desired import Desired
from rigwright.secrets.value import Secret
from tests.support.authority import Authority, Issued
from tests.support.receiver import Receiver
from tests.support.target import Target

NAME = "app.rig.test"


TEXTFILES = "/var/lib/prometheus/node-exporter"


# What the machine that carries the lab may have by itself, and every host on it then shows.
OF_THE_MACHINE = {
    "HostMemoryFull",
    "HostProcessorsBusy",
    "HostLoadHigh",
    "HostClockNotSynchronised",
    "HostClockWrong",
    "DiskFilling",
    "DiskFull",
    "DiskFullSoon",
}


NEEDS_HARDWARE = {"node_zfs_arc_size", "node_zfs_zpool_state"}


class Monitored:
    """A host that is measured every three seconds, and notifies at once."""

    def __init__(self, target: Target) -> None:
        self.target = target
        authority = Authority()
        self.issued = authority.issue(NAME)
        self.nearly_over = authority.issue(NAME, days=5)
        target.sh(f"echo 127.0.0.1 {NAME} >>/etc/hosts")
        ca = shlex.quote(authority.certificate)
        target.sh(
            f"echo {ca} >/usr/local/share/ca-certificates/rig.crt && update-ca-certificates 2>/dev/null"
        )
        self.receiver = Receiver(target)

    def rig(self, issued: Issued | None = None, **nginx: object) -> Rig:
        """The whole host."""
        issued = issued or self.issued
        certificate = FromFiles(certificate=issued.certificate, key=Secret("site_key", issued.key))
        site = Site(name="app", domains=[NAME], routes=[FixedResponse(body="here")], certificate=certificate)
        return Rig(
            machine=Machine(os=self.target.host.os),
            nginx=NginxSettings(**{"sites": [site], "exporter_port": 9113, **nginx}),  # type: ignore[arg-type]
            prometheus=PrometheusSettings(
                host_label="alerts",
                scrape_interval_seconds=3,
                evaluation_interval_seconds=1,
                longest_wait_seconds=0,
                ignored_file_systems=["overlay", "ramfs"],
                watched_urls=[f"https://{NAME}/"],
                drift_check=True,
                pushgateway_port=9091,
                webhooks=[Webhook(name="own", url=Secret("own", self.receiver.url("own")))],
                heartbeat_url=Secret("beat", self.receiver.url("beat")),
                group_wait_seconds=1,
                group_interval_seconds=1,
            ),
        ).reached_by("operator")

    def prometheus(self, rig: Rig) -> Desired:
        """What monitoring should be."""
        found = rig.of("prometheus")
        assert found
        return found

    def api(self, path: str) -> Any:
        """What Prometheus's API returns."""
        return json.loads(self.target.sh(f"curl -fsS '127.0.0.1:9090/api/v1/{path}'"))["data"]

    def firing(self) -> set[str]:
        """The alerts that fire now, but for those of the machine below."""
        found = {one["labels"]["alertname"] for one in self.api("alerts")["alerts"]}
        return found - OF_THE_MACHINE

    def received(self, status: str) -> set[tuple[str, str]]:
        """Name and object of each alert that was received, but for those of the machine below."""
        found = [one for one in self.receiver.received("own", status) if not _of_the_machine(one.labels)]
        return {(one.name, _about(one.labels)) for one in found}

    def night(self) -> None:
        """Run the nightly check, which writes metrics."""
        self.target.sh(f"mkdir -p {TEXTFILES} && systemctl start rigwright-drift")


def _about(labels: dict[str, str]) -> str:
    return labels.get("mountpoint") or labels.get("name") or labels["job"]


def _of_the_machine(labels: dict[str, str]) -> bool:
    return labels["alertname"] in OF_THE_MACHINE and labels.get("mountpoint") != "/srv/full"
