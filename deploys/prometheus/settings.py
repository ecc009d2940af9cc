"""What can be chosen about monitoring."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator
from typing_extensions import Self

from deploys.prometheus.receivers import Mail, PagerDuty, Slack, Webhook
from rigwright.desired import Receiver
from rigwright.secrets.value import Secret
from rigwright.settings.base import Many, Port, Settings, Size

__all__ = ["Mail", "PagerDuty", "PrometheusSettings", "Slack", "Webhook"]

NOT_DISKS = ("autofs", "iso9660", "nsfs", "overlay", "ramfs", "squashfs", "tmpfs", "udf")
WatchedUrl = Annotated[
    str, Field(pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/@:+,=&?%-]*)?$")
]


class PrometheusSettings(Settings):
    """Monitoring of one host: with no settings at all it watches, and notifies no one."""

    host_label: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$")] | None = None
    """How alerts name this host, as label ``host``. None leaves it out: mails then name no host."""

    scrape_interval_seconds: Annotated[int, Field(ge=1, le=300)] = 30
    """How often everything is measured."""

    evaluation_interval_seconds: Annotated[int, Field(ge=1, le=300)] = 30
    """How often the rules are evaluated."""

    retention_days: Annotated[int, Field(ge=1, le=3650)] = 7
    """How long measurements are kept."""

    retention_size: Size = 4 * 2**30
    """How much they may take on disk: whichever of both comes first removes the oldest. 2,000 series, as one
    host has, take about 0.1 GB in 7 days, at 2 bytes a sample (Prometheus's own figure)."""

    longest_wait_seconds: Annotated[int, Field(ge=0, le=86_400)] | None = None
    """No condition must hold longer than this before it is an alert; None leaves each rule its own time.
    For drills, in which minutes are too long."""

    ignored_file_systems: Annotated[
        Many[Annotated[str, Field(pattern=r"^[a-z0-9]+$")]], Field(min_length=1)
    ] = NOT_DISKS
    """Types that no rule about disks covers: those in memory, and those that are full by nature."""

    watched_urls: Many[WatchedUrl] = ()
    """Addresses that are probed from this host, of other services too: all but a 2xx response in 10 seconds,
    or an untrusted certificate, is an alert."""

    drift_check: bool = True
    """The nightly drift check writes its metrics on this host: findings, failures and silence are alerts."""

    mail: Mail | None = None
    """Alerts by mail."""

    slack: Slack | None = None
    """Alerts into a Slack channel."""

    pagerduty: PagerDuty | None = None
    """Critical alerts to PagerDuty."""

    webhooks: Many[Webhook] = ()
    """Alerts to programs of one's own."""

    heartbeat_url: Secret | None = None
    """What is posted to every minute for as long as measuring, judging and sending all work. A service
    elsewhere that raises an alarm when it stops is the only way to learn that this host is dead."""

    group_wait_seconds: Annotated[int, Field(ge=0, le=3600)] = 30
    """How long a first alert waits for others of the same kind, to be sent in one message."""

    group_interval_seconds: Annotated[int, Field(ge=1, le=86_400)] = 300
    """How long news about a group that was already sent wait."""

    repeat_hours: Annotated[int, Field(ge=1, le=720)] = 4
    """After how long what still fires is sent again."""

    runbooks: Annotated[str, Field(pattern=r"^[A-Za-z0-9._~:/-]+[^/]$")] = "docs/runbooks"
    """Where the runbook pages stand: a folder of the repository, or the address where people read it."""

    prometheus_port: Port = 9090
    """TCP port of Prometheus on 127.0.0.1."""

    alertmanager_port: Port = 9093
    """TCP port of the Alertmanager on 127.0.0.1."""

    node_exporter_port: Port = 9100
    """TCP port of the host's own exporter on 127.0.0.1."""

    blackbox_port: Port = 9115
    """TCP port on 127.0.0.1 of the exporter that probes addresses; open only where there are any."""

    pushgateway_port: Port | None = None
    """TCP port on 127.0.0.1 where batch jobs leave their metrics, 9091 by custom. None: there is no such
    service; a job of this host had better write to the node exporter's textfile directory."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [webhook.name for webhook in self.webhooks]
        if len(set(names)) < len(names):
            raise ValueError("webhooks: two have the same name: give each a name of its own")
        if len(set(self.watched_urls)) < len(self.watched_urls):
            raise ValueError("watched_urls: an address is listed twice: leave one out")
        return self

    @property
    def notifies(self) -> bool:
        """Whether an alert reaches a receiver."""
        return bool(self.mail or self.slack or self.pagerduty or self.webhooks)

    @property
    def receivers(self) -> tuple[Receiver, ...]:
        """Who is notified, without secrets."""
        found = [Receiver("mail", address) for address in (self.mail.recipients if self.mail else ())]
        found += [Receiver("Slack", self.slack.channel)] if self.slack else []
        found += [Receiver("PagerDuty", "the person on call", ("critical",))] if self.pagerduty else []
        return (*found, *(Receiver("webhook", webhook.name) for webhook in self.webhooks))
