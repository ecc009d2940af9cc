"""Compose stacks: what can be chosen about one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator
from typing_extensions import Self

from deploys.docker.compose import (
    EVERY_ADDRESS,
    faults,
    memory,
    published,
    replicas,
    services_of,
    subnets_of,
    uses_secrets,
    volumes_of,
)
from rigwright.desired import Socket
from rigwright.secrets.value import Secret
from rigwright.settings.base import Settings
from rigwright.settings.text_or_file import text_or_file

Compose = Annotated[str, BeforeValidator(text_or_file("\n", "YAML")), Field(min_length=1)]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class Stack(Settings):
    """Containers of one application, described by one compose file."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
    """The project's name: the first part of the names of its containers. Compose takes no capitals."""

    compose: Compose
    """The compose file: its text, or its path as seen from the repository's root. Every service needs a fixed
    image, limits, a restart policy and a health check."""

    secrets: Mapping[Variable, Secret] = {}
    """Variables that stand in ``secrets.env`` beside the compose file, for services with
    ``env_file: [secrets.env]``."""

    pull: Literal["missing", "always", "never"] = "missing"
    """When images are fetched: when they are not there, with each change, or never."""

    wait_seconds: Annotated[int, Field(ge=1, le=3600)] = 120
    """How long a change may take until every service is healthy; else it is taken back."""

    published_to_all: bool = False
    """Let ``ports:`` without an address publish on all of the host's addresses. The firewall keeps them shut
    until its ``access`` names them."""

    cpu_limits: bool = True
    """Require a limit of CPUs of every service. False only where the kernel has none to give, such as in the
    lab's containers."""

    @model_validator(mode="after")
    def _compose_is_fit(self) -> Self:
        services = services_of(self.compose)
        wrong = [
            f"service {name} {fault}"
            for name, service in services.items()
            for fault in faults(service, published_to_all=self.published_to_all, cpu_limits=self.cpu_limits)
        ]
        if wrong:
            raise ValueError(f"compose of {self.name}: {'; '.join(wrong)}")
        return self

    @model_validator(mode="after")
    def _secrets_are_read(self) -> Self:
        if self.secrets and not any(map(uses_secrets, services_of(self.compose).values())):
            raise ValueError("secrets: no service has env_file: [secrets.env], so nothing would read them")
        for name, secret in self.secrets.items():
            if {"'", "\n", "\r", "\0"} & set(secret.reveal()):
                raise ValueError(f"secrets: {name} holds a quote or a line end, which env_file cannot carry")
        return self

    @property
    def services(self) -> tuple[str, ...]:
        """The names of its services that have containers."""
        services = services_of(self.compose)
        return tuple(sorted(name for name, service in services.items() if replicas(service)))

    @property
    def sockets(self) -> tuple[Socket, ...]:
        """Every port of the host that its containers publish."""
        services = filter(replicas, services_of(self.compose).values())
        places = (published(port) for service in services for port in service.get("ports") or ())
        return tuple(
            Socket(address, place[1], "udp" if place[2] == "udp" else "tcp", needs_access=True)
            for place in filter(None, places)
            for address in ((place[0],) if place[0] else EVERY_ADDRESS[1:])
        )

    @property
    def subnets(self) -> tuple[str, ...]:
        """Its networks that it names by their addresses."""
        return tuple(subnets_of(self.compose))

    @property
    def volumes(self) -> tuple[str, ...]:
        """The engine's names of its named volumes."""
        return tuple(volumes_of(self.compose, self.name))

    @property
    def memory_bytes(self) -> int:
        """The sum of its limits."""
        services = services_of(self.compose).values()
        return sum((memory(service) or 0) * replicas(service) for service in services)
