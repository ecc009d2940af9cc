"""Groups of application instances that routes pass requests to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, model_validator
from typing_extensions import Self

from deploys.nginx.values import FilePath, Host, bracketed
from rigwright.desired import Desired, File
from rigwright.desired.render import render
from rigwright.settings.armoured import Certificates
from rigwright.settings.base import Many, Name, Port, Settings

FOLDER = "/etc/nginx/upstreams"
SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
HIDDEN = ("/home/", "/root/", "/run/user/", "/tmp/", "/var/tmp/")  # noqa: S108  refused, never used
BALANCE = {"round_robin": None, "least_conn": "least_conn", "ip_hash": "ip_hash"}


class Server(Settings):
    """One instance of an application."""

    address: Host = "127.0.0.1"
    """Where it listens. A name is resolved once, when nginx loads, and must resolve then."""

    port: Port | None = None
    """TCP port that it listens on. Give this or ``socket``."""

    socket: FilePath | None = None
    """Unix socket that it listens on, such as ``/run/app/http.sock``. nginx's workers, ``www-data``, must be
    able to enter its directory and to write to it."""

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

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.port is None) == (self.socket is None):
            raise ValueError("give either port or socket")
        if self.socket and self.socket.startswith(HIDDEN):
            raise ValueError(f"nginx cannot see {', '.join(HIDDEN)}: put the socket below /run")
        if self.socket and self.address != "127.0.0.1":
            raise ValueError("address is of a port: a socket has none")
        return self

    @property
    def place(self) -> str:
        """Where it listens, as nginx writes it."""
        return f"unix:{self.socket}" if self.socket else f"{bracketed(self.address)}:{self.port}"

    @property
    def arguments(self) -> str:
        """The arguments of ``server``."""
        words = [self.place, f"weight={self.weight}"]
        words += [f"max_fails={self.max_fails}", f"fail_timeout={self.fail_timeout_seconds}s"]
        words += ["backup"] if self.backup else []
        words += ["down"] if self.down else []
        return " ".join(words)


class UpstreamTls(Settings):
    """HTTPS to the instances. A request whose instance has a wrong certificate gets 502."""

    name: Host
    """The name that must stand in their certificate; the connection asks for it too (SNI)."""

    ca_bundle: Certificates | None = None
    """Certificates of the authority that signed it, as PEM text or a file of the repository. None trusts the
    system's authorities."""


class Upstream(Settings):
    """Instances that share the requests. It stands in a file of its own, so that a release can switch it."""

    name: Name
    """How routes refer to it."""

    servers: Many[Server] = ()
    """Its instances; one of them at least must be neither ``down`` nor ``backup``. Give these or ``app``."""

    app: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}(/[a-z][a-z0-9-]{0,31})?$")] | None = None
    """The application of ``apps`` whose instances they are, such as ``shop``, or ``shop/web`` where it has
    several processes. A release changes them without a reload of nginx."""

    balance: Literal["round_robin", "least_conn", "ip_hash"] = "round_robin"
    """How an instance is chosen: in turn, the one with fewest requests in flight, or by the client's address,
    which keeps a client's websockets and requests on one instance."""

    keepalive: Annotated[int, Field(ge=1, le=10_000)] = 32
    """Idle connections that each nginx worker keeps open to the group."""

    tls: UpstreamTls | None = None
    """HTTPS to the instances; None: HTTP."""

    @model_validator(mode="after")
    def _an_instance_takes_requests(self) -> Self:
        if bool(self.servers) == bool(self.app):
            raise ValueError("give either servers or app: the instances of an application are its releases'")
        if self.app and (self.tls or self.balance != "round_robin"):
            raise ValueError(
                "balance and tls are of servers: with app, HAProxy chooses the instance, by HTTP"
            )
        if self.servers and all(server.down or server.backup for server in self.servers):
            raise ValueError("no server takes requests: nginx would return 502 for every request")
        if self.balance == "ip_hash" and any(server.backup for server in self.servers):
            raise ValueError("ip_hash knows no backup servers: choose another balance")
        endpoints = [server.place for server in self.servers]
        if len(set(endpoints)) < len(endpoints):
            raise ValueError("a server is listed twice: give it a larger weight instead")
        return self

    @property
    def scheme(self) -> str:
        """What ``proxy_pass`` begins with."""
        return "https" if self.tls else "http"

    @property
    def trusted(self) -> str:
        """The file of the authorities that its certificate is verified with."""
        own = self.tls and self.tls.ca_bundle
        return f"{FOLDER}/{self.name}.ca.pem" if own else SYSTEM_AUTHORITIES

    @property
    def method(self) -> str | None:
        """The directive that chooses the instance; none is needed for taking turns."""
        return BALANCE[self.balance]


def upstreams(chosen: Iterable[Upstream]) -> Desired:
    """A file for each group of instances."""
    template = "nginx/etc/nginx/upstreams/_upstream.conf.j2"
    chosen = tuple(chosen)
    bundles = [(one, one.tls.ca_bundle) for one in chosen if one.tls and one.tls.ca_bundle]
    return Desired(
        "nginx",
        packages=("ca-certificates",) if any(one.tls for one in chosen) else (),
        files=(
            *(File(f"{FOLDER}/{one.name}.conf", render(template, upstream=one)) for one in chosen),
            *(File(one.trusted, bundle.encode()) for one, bundle in bundles),
        ),
    )
