"""What monitoring scrapes, watches and alerts on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ScrapeTarget:
    """An address that Prometheus scrapes.

    Attributes:
        job: The ``job`` label of these metrics; the rules of its subsystem name it.
        address: A host's name or address. With a path in it Prometheus would refuse every target.
        path: Where the metrics are.
    """

    job: str
    address: str
    port: int
    path: str = "/metrics"

    def __post_init__(self) -> None:
        if set(self.address) & set("/ ") or not self.path.startswith("/"):
            raise ValueError(f"{self.address!r} with {self.path!r}: the path belongs in path, not in address")


@dataclass(frozen=True)
class TlsName:
    """A name that is served over TLS, whose certificate monitoring watches.

    Attributes:
        name: How its subsystem calls it, such as the site's name.
        domain: The name that a client requests.
        address: Where it is served on the host.
        port: TCP port there.
    """

    name: str
    domain: str
    address: str
    port: int

    @property
    def authority(self) -> str:
        """Address and port as in a URL."""
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


@dataclass(frozen=True)
class AlertRule:
    """A condition that notifies the operators, as Prometheus evaluates it.

    Attributes:
        name: What alerts are called, in capitals: ``NginxDown``.
        expr: PromQL: each series that it yields is an alert.
        for_seconds: How long it must hold before anyone is notified.
        severity: ``critical`` where users notice or will soon, ``warning`` where working hours are enough,
            ``none`` for what must always fire and reaches only the heartbeat.
        summary: One line; Prometheus's templates such as ``{{ $labels.instance }}`` are filled in.
        description: What it means, with ``{{ $value }}``.
        runbook: Name of the page in ``docs/runbooks``, which says what to do.
        inhibits: Names of warnings that add nothing while this one fires about the same thing.
    """

    name: str
    expr: str
    for_seconds: int
    severity: Literal["critical", "warning", "none"]
    summary: str
    description: str
    runbook: str
    inhibits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Receiver:
    """Who is notified of alerts. It holds no secret.

    Attributes:
        kind: By what: ``mail``.
        to: Whom, as people know it: an address, a channel.
        severities: Of which alerts.
    """

    kind: str
    to: str
    severities: tuple[str, ...] = ("critical", "warning")
