"""What can be chosen about nginx."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal

from pydantic import Field, model_validator
from typing_extensions import Self

from deploys.nginx import references
from deploys.nginx.auth import BasicAuth, BasicUser
from deploys.nginx.caches import Cache
from deploys.nginx.certificates import Acme, DnsUpdate, FromFiles, Lineage, SelfSigned
from deploys.nginx.headers import ContentPolicy, Cors
from deploys.nginx.limits import ConnectionLimit, ConnectionZone, RateLimit, RateZone
from deploys.nginx.routes import FixedResponse, Proxy, Redirect, RouteCache, Static
from deploys.nginx.sites import ErrorPage, Maintenance, Site
from deploys.nginx.upstreams import Server, Upstream, UpstreamTls
from rigwright.desired import Socket
from rigwright.settings.addresses import Address, Network
from rigwright.settings.base import Many, Port, Settings

__all__ = [
    "Acme",
    "BasicAuth",
    "BasicUser",
    "Cache",
    "ConnectionLimit",
    "ConnectionZone",
    "ContentPolicy",
    "Cors",
    "DnsUpdate",
    "ErrorPage",
    "FixedResponse",
    "FromFiles",
    "Lineage",
    "Maintenance",
    "NginxSettings",
    "Proxy",
    "RateLimit",
    "RateZone",
    "Redirect",
    "RouteCache",
    "SelfSigned",
    "Server",
    "Site",
    "Static",
    "Upstream",
    "UpstreamTls",
]
Answer = FixedResponse  # as inventories of earlier revisions import it


class NginxSettings(Settings):
    """nginx of one host. With no settings at all it serves a welcome page over HTTP."""

    sites: Many[Site] = ()
    """The sites that it serves. Requests for any other name are closed without a response."""

    upstreams: Many[Upstream] = ()
    """Groups of application instances."""

    rate_zones: Many[RateZone] = ()
    """Counts for rate limits."""

    connection_zones: Many[ConnectionZone] = ()
    """Counts for connection limits."""

    caches: Many[Cache] = ()
    """Caches for responses of routes."""

    trusted_proxies: Many[Network] = ()
    """Networks of the proxies before this host, such as a CDN's: only they are believed
    about X-Forwarded-For."""

    listen_addresses: Annotated[Many[Address], Field(min_length=1)] = ("0.0.0.0", "::")  # noqa: S104
    """Addresses that serve the public, all of the host's by default:
    to be reached is what a web server is for. Loopback only: ``["127.0.0.1"]``."""

    http_port: Port = 80
    """TCP port for HTTP."""

    https_port: Port = 443
    """TCP port for HTTPS, and UDP port for HTTP/3. Open only when there is a site."""

    status_port: Port = 8090
    """TCP port on 127.0.0.1 for connection counts (``/stub_status``) and the running configuration's
    digest (``/configuration``)."""

    exporter_port: Port | None = None
    """TCP port on 127.0.0.1 of an exporter of connections for Prometheus, 9113 by custom.
    None: there is none, and no rule about nginx."""

    tls_profile: Literal["intermediate", "modern"] = "intermediate"
    """Mozilla's guideline 6.0: ``intermediate`` offers TLS 1.2 and 1.3, ``modern`` 1.3 only."""

    http3: bool = False
    """Offer HTTP/3 too. Needs nginx 1.25, which Debian 13 packages, and UDP through the firewall.
    A reload breaks HTTP/3 connections that are open; browsers then open a new one."""

    worker_connections: Annotated[int, Field(ge=64, le=1_000_000)] = 16_384
    """Connections of one worker process, to clients and upstreams together; there is one for each CPU.
    The firewall's ``connections_per_source`` keeps one client from taking them all."""

    worker_shutdown_timeout_seconds: Annotated[int, Field(ge=1, le=86_400)] = 60
    """How long old workers may finish their requests after a reload; websockets are then cut."""

    keepalive_timeout_seconds: Annotated[int, Field(ge=0, le=3600)] = 65
    """How long an idle connection of a client stays open."""

    client_header_timeout_seconds: Annotated[int, Field(ge=1, le=3600)] = 15
    """How long a client may take for the head of a request, so that slow ones cannot hold connections."""

    client_body_timeout_seconds: Annotated[int, Field(ge=1, le=3600)] = 30
    """The longest silence of a client within a body."""

    send_timeout_seconds: Annotated[int, Field(ge=1, le=3600)] = 30
    """The longest pause of a client within a response."""

    log_max_mib: Annotated[int, Field(ge=1, le=65_536)] = 256
    """Size in MiB from which a log is rotated, besides each night; it is checked every five minutes.
    Ten of them are kept, all but the last compressed."""

    gzip: bool = True
    """Compress text for clients that take it. A file compressed beforehand (``.gz``) is always used."""

    brotli: bool = False
    """Brotli too, and files compressed with it beforehand (``.br``), where nginx's module is packaged."""

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        for field in ("sites", "upstreams", "rate_zones", "connection_zones", "caches"):
            if twice := references.repeated(item.name for item in getattr(self, field)):
                raise ValueError(f"{field}: two are named {', '.join(twice)}: give each a name of its own")
        if twice := references.repeated(site.variable for site in self.sites):
            raise ValueError(f"sites: two names differ from {', '.join(twice)} by - or capitals alone")
        if twice := references.repeated(name for site in self.sites for name in site.server_names):
            raise ValueError(f"two sites have the name {', '.join(twice)}: leave it to one of them")
        return self

    @model_validator(mode="after")
    def _ports_once(self) -> Self:
        ports = {"http_port": self.http_port, "https_port": self.https_port, "status_port": self.status_port}
        if self.exporter_port is not None:
            ports["exporter_port"] = self.exporter_port
        if twice := references.repeated(ports.values()):
            names = " and ".join(name for name, port in ports.items() if str(port) in twice)
            raise ValueError(f"{names} are the same: give each a port of its own")
        if twice := references.repeated(self.listen_addresses):
            raise ValueError(f"listen_addresses: {', '.join(twice)} is listed twice: leave one out")
        return self

    @model_validator(mode="after")
    def _not_every_client_is_a_proxy(self) -> Self:
        for network in map(ipaddress.ip_network, self.trusted_proxies):
            if network.prefixlen == 0:
                raise ValueError(
                    f"trusted_proxies: {network} would let every client choose its own address; "
                    "list the proxies' networks"
                )
        return self

    @model_validator(mode="after")
    def _references_meet(self) -> Self:
        references.check(
            self.sites,
            upstreams=self.upstreams,
            rate_zones=self.rate_zones,
            connection_zones=self.connection_zones,
            caches=self.caches,
        )
        return self

    @model_validator(mode="after")
    def _one_authority(self) -> Self:
        if any(one != self.acme[0] for one in self.acme):
            raise ValueError("the sites' Acme settings differ: a host uses one authority with one account")
        return self

    @property
    def acme(self) -> tuple[Acme, ...]:
        """The settings of every site whose certificate comes by ACME."""
        return tuple(site.certificate for site in self.sites if isinstance(site.certificate, Acme))

    @property
    def public_ports(self) -> tuple[tuple[int, Literal["tcp", "udp"]], ...]:
        """What clients reach: HTTP always, HTTPS and HTTP/3 where there is a site."""
        if not self.sites:
            return ((self.http_port, "tcp"),)
        quic: tuple[tuple[int, Literal["udp"]], ...] = ((self.https_port, "udp"),) if self.http3 else ()
        return ((self.http_port, "tcp"), (self.https_port, "tcp"), *quic)

    @property
    def listens(self) -> tuple[Socket, ...]:
        """Every socket that nginx opens."""
        return (
            *(
                Socket(address, port, protocol)
                for port, protocol in self.public_ports
                for address in self.listen_addresses
            ),
            Socket("127.0.0.1", self.status_port),
        )

    @property
    def health_paths(self) -> tuple[str, ...]:
        """Every path that a site declares as a health check."""
        return tuple(dict.fromkeys(path for site in self.sites for path in site.health_paths))

    @property
    def port_suffix(self) -> str:
        """The HTTPS port as it stands behind a name; empty where browsers leave it out."""
        return "" if self.https_port == 443 else f":{self.https_port}"  # noqa: PLR2004  HTTPS

    @property
    def open_files(self) -> int:
        """Files that a worker may hold open: for each connection one to an upstream or on disk too."""
        return self.worker_connections * 2 + 512
