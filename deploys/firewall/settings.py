"""What can be chosen about which networks reach the host."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator
from typing_extensions import Self

from rigwright.settings.addresses import Network
from rigwright.settings.base import Many, Port, Settings

Interface = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,15}\*?$")]
Account = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,31}$")]
Protocol = Literal["tcp", "udp"]


class Access(Settings):
    """Who may reach a port: of a subsystem, of another program, or of a container that publishes it."""

    port: Port
    """The port as it is reached from outside; with ``last_port`` the first of them."""

    last_port: Port | None = None
    """The last port of a range, such as 60000 to 61000 of mosh; None: ``port`` alone."""

    protocol: Protocol = "tcp"
    """Which of the two kinds of port."""

    networks: Many[Network] = ()
    """From where; empty: from everywhere that is not blocked."""

    new_connections_per_minute: Annotated[int, Field(ge=10)] | None = None
    """Of one IPv4 address or one IPv6 /64; more are dropped. An apply of the toolkit makes about five."""

    @model_validator(mode="after")
    def _a_range_goes_up(self) -> Self:
        if self.last_port is not None and self.last_port <= self.port:
            raise ValueError(f"last_port: {self.last_port} must be above port, {self.port}")
        return self

    @property
    def ports(self) -> range:
        """Every port of it."""
        return range(self.port, (self.last_port or self.port) + 1)


class LocalAccess(Settings):
    """Which accounts of the host reach a port of the host itself, on loopback and on its own addresses.

    Without an entry every local process reaches it. Containers are no accounts of the host: what reaches them
    is another network.
    """

    port: Port
    """TCP port of a service on this host, such as 9093 of Alertmanager."""

    accounts: Annotated[Many[Account], Field(min_length=1)]
    """Who reaches it, such as ``root`` and ``prometheus``; others are refused at once. They must exist on the
    host. A tunnel through SSH counts as the account that logged in."""


class Fail2ban(Settings):
    """Addresses that keep failing to log in over SSH are shut out for a while."""

    max_failures: Annotated[int, Field(ge=2, le=1000)] = 5
    """Failed logins after which an address is shut out."""

    find_seconds: Annotated[int, Field(ge=10)] = 600
    """Counted within so long."""

    ban_seconds: Annotated[int, Field(ge=10)] = 3600
    """Shut out for so long the first time."""

    longer_each_time: bool = True
    """Whether an address that comes back is shut out for twice as long each time."""

    ignored_networks: Many[Network] = ()
    """Never shut out: where the operators are, if they have fixed addresses."""


class FirewallSettings(Settings):
    """Everything that no subsystem listens on, and no ``access`` opens, is closed."""

    access: Many[Access] = ()
    """Ports that are limited to some networks or to a rate, and ports of other programs."""

    blocked_networks: Many[Network] = ()
    """They reach nothing at all, not even over connections that are open."""

    connections_per_source: Annotated[int, Field(ge=64, le=1_000_000)] | None = 2048
    """TCP connections that one IPv4 address or one IPv6 /64 may hold open to all ports together; a further
    one is dropped. An office of a thousand people behind one address stays below it. None: no limit."""

    unlimited_networks: Many[Network] = ()
    """Networks that ``connections_per_source`` does not hold for. Those of an ``access`` on its port and
    nginx's ``trusted_proxies`` need no entry."""

    local_access: Many[LocalAccess] = ()
    """Ports of services on the host that only some of its accounts reach."""

    ping: bool = True
    """Whether the host replies to echo requests."""

    container_interfaces: Many[Interface] = ("docker0", "docker_gwbridge", "br-*")
    """From these, connections through the host may be opened; a ``*`` at the end stands for any letters."""

    logged_denials_per_minute: Annotated[int, Field(ge=0, le=1000)] = 10
    """Packets that were denied and are written to the kernel's log, at most."""

    fail2ban: Fail2ban | None = None
    """None: no address is shut out for failed logins."""

    @model_validator(mode="after")
    def _accounts_once(self) -> Self:
        ports = [one.port for one in self.local_access]
        if twice := sorted({str(port) for port in ports if ports.count(port) > 1}):
            raise ValueError(f"local_access names {', '.join(twice)} twice; give one entry all its accounts")
        return self

    @model_validator(mode="after")
    def _one_entry_for_each_port(self) -> Self:
        ordered = sorted(self.access, key=lambda one: (one.protocol, one.port))
        for before, after in pairwise(ordered):
            if before.protocol == after.protocol and after.port in before.ports:
                raise ValueError(
                    f"access names {after.protocol} port {after.port} twice; give one entry all its networks"
                )
        return self
