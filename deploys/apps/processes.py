"""What can be chosen about one process of an application, and about when its instances take requests."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator
from typing_extensions import Self

from deploys.apps.values import AppName, Seconds, UrlPath, Word
from rigwright.settings.base import Many, Port, Settings, Size

SIDES = ("a", "b")
"""The release that serves has one of them, and the next one gets the other."""


class Gate(Settings):
    """When a new instance takes requests: after so many good responses in a row that name its release."""

    field: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$")] = "release"
    """The key of the ready response's JSON that holds the value of the variable ``RELEASE``, with which each
    instance is started: the first 12 digits of its image's digest. Another value is another version."""

    responses: Annotated[int, Field(ge=1, le=100)] = 3
    """So many in a row,"""

    interval_seconds: Annotated[float, Field(ge=0.1, le=60)] = 0.5
    """so long apart."""

    timeout_seconds: Seconds = 120
    """How long an instance may take until then; else the release ends, and the old one goes on serving."""


class Process(Settings):
    """A process of an application that serves HTTP: as many containers as it has instances.

    A worker without a port stays in a stack of ``docker``.
    """

    name: AppName
    """Its name, such as ``web``."""

    command: Many[Word] | None = None
    """What the container runs, word by word; None: what the image says."""

    port: Port
    """TCP port that it listens on inside its container."""

    listen: Port
    """TCP port on 127.0.0.1 where HAProxy takes its requests: nginx sends them there."""

    slots_from: Port
    """First of the TCP ports on 127.0.0.1 of its instances: twice ``max_instances`` in a row, so that a new
    release starts beside the old one."""

    instances: Annotated[int, Field(ge=1, le=32)] = 1
    """How many share the requests."""

    max_instances: Annotated[int, Field(ge=1, le=32)] | None = None
    """How many there may be; None: as many as ``instances``."""

    ready_path: UrlPath = "/ready"
    """Path that returns 200 where it can take requests, with its release in JSON: HAProxy asks it too."""

    gate: Gate = Gate()
    """When a new instance takes requests."""

    memory: Size
    """The limit of one instance, such as ``"2GiB"``. Two releases run side by side, so it counts twice for
    each of ``max_instances``."""

    memory_reservation: Size | None = None
    """What one instance is left with when the host runs short; None: nothing."""

    cpus: Annotated[float, Field(ge=0.01, le=1024)] | None = None
    """How many processors one instance may take; None: all."""

    response_seconds: Seconds = 60
    """The longest that a request may wait for its response."""

    websocket_idle_seconds: Seconds = 3600
    """How long an upgraded connection may be silent."""

    drain_seconds: Seconds = 30
    """How long requests under way in an old instance may take before it is stopped."""

    websocket_drain_seconds: Seconds = 300
    """The same of its upgraded connections, which end by themselves only when their clients leave."""

    stop_seconds: Annotated[int, Field(ge=1, le=3600)] = 10
    """How long it may take to end after SIGTERM; then it is killed."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.instances > self.most:
            raise ValueError(f"max_instances: {self.most} are fewer than instances, {self.instances}")
        if self.slots_from + 2 * self.most - 1 > 65_535:  # noqa: PLR2004  the last TCP port
            raise ValueError(
                "slots_from: twice max_instances ports from there end after 65535: take a lower one"
            )
        if self.memory_reservation and self.memory_reservation > self.memory:
            raise ValueError("memory_reservation: it is more than memory")
        return self

    @property
    def most(self) -> int:
        """How many instances of one release there may be."""
        return self.max_instances or self.instances

    @property
    def slots(self) -> tuple[tuple[str, int], ...]:
        """Name and port of each place that an instance can have: ``a1`` and on, then ``b1`` and on."""
        names = [f"{side}{number}" for side in SIDES for number in range(1, self.most + 1)]
        return tuple((name, self.slots_from + at) for at, name in enumerate(names))

    @property
    def memory_bytes(self) -> int:
        """What its instances of two releases may take."""
        return 2 * self.most * self.memory
