"""Groups of application instances that routes pass requests to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, model_validator
from typing_extensions import Self

from deploys.nginx.values import Host, bracketed
from rigwright.desired import Desired, File
from rigwright.desired.render import render
from rigwright.settings.base import Many, Name, Port, Settings

BALANCE = {"round_robin": None, "least_conn": "least_conn", "ip_hash": "ip_hash"}


class Server(Settings):
    """One instance of an application."""

    address: Host = "127.0.0.1"
    """Where it listens. A name is resolved once, when nginx loads, and must resolve then."""

    port: Port
    """TCP port that it listens on."""

    weight: Annotated[int, Field(ge=1, le=1000)] = 1
    """Its share of the requests, relative to the other instances."""

    max_fails: Annotated[int, Field(ge=0, le=1000)] = 3
    """Failed attempts within ``fail_timeout_seconds`` after which it is left out for as long.
    A failure is a refused connection or a time-out, never a response. 0 never leaves it out.
    nginx never leaves out the only instance of a group."""

    fail_timeout_seconds: Annotated[int, Field(ge=1, le=3600)] = 10
    """Seconds in which failures are counted, and for which the instance is then left out."""

    backup: bool = False
    """It gets requests only when every other instance is left out."""

    down: bool = False
    """It gets no requests at all, as before its removal."""

    @property
    def arguments(self) -> str:
        """The arguments of ``server``."""
        words = [f"{bracketed(self.address)}:{self.port}", f"weight={self.weight}"]
        words += [f"max_fails={self.max_fails}", f"fail_timeout={self.fail_timeout_seconds}s"]
        words += ["backup"] if self.backup else []
        words += ["down"] if self.down else []
        return " ".join(words)


class Upstream(Settings):
    """Instances that share the requests. It stands in a file of its own, so that a release can switch it."""

    name: Name
    """How routes refer to it."""

    servers: Annotated[Many[Server], Field(min_length=1)]
    """Its instances; one of them at least must be neither ``down`` nor ``backup``."""

    balance: Literal["round_robin", "least_conn", "ip_hash"] = "round_robin"
    """How an instance is chosen: in turn, the one with fewest requests in flight, or by the client's address,
    which keeps a client's websockets and requests on one instance."""

    keepalive: Annotated[int, Field(ge=1, le=10_000)] = 32
    """Idle connections that each nginx worker keeps open to the group."""

    @model_validator(mode="after")
    def _an_instance_takes_requests(self) -> Self:
        if all(server.down or server.backup for server in self.servers):
            raise ValueError("no server takes requests: nginx would return 502 for every request")
        if self.balance == "ip_hash" and any(server.backup for server in self.servers):
            raise ValueError("ip_hash knows no backup servers: choose another balance")
        endpoints = [(server.address, server.port) for server in self.servers]
        if len(set(endpoints)) < len(endpoints):
            raise ValueError("a server is listed twice: give it a larger weight instead")
        return self

    @property
    def method(self) -> str | None:
        """The directive that chooses the instance; none is needed for taking turns."""
        return BALANCE[self.balance]


def upstreams(chosen: Iterable[Upstream]) -> Desired:
    """A file for each group of instances."""
    template = "nginx/etc/nginx/upstreams/_upstream.conf.j2"
    return Desired(
        "nginx",
        files=tuple(
            File(f"/etc/nginx/upstreams/{one.name}.conf", render(template, upstream=one)) for one in chosen
        ),
    )
