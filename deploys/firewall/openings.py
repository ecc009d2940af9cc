"""What is open: the sockets that subsystems declare, narrowed and widened by the settings. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from deploys.firewall.settings import Access, FirewallSettings, Protocol
from rigwright.desired import Desired, Socket

ANY4, ANY6 = "0.0.0.0", "::"  # noqa: S104  compared with, never bound
Net = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Opening:
    """One port, or a range of them, that may be reached from outside.

    Attributes:
        owner: Who listens there, as a comment in the rule.
        address: On which address of the host; None for all.
        families: IP versions that it is open in.
        networks: From where; empty for everywhere.
        per_minute: New connections of one source; None for no limit.
        interfaces: By which of the host's interfaces; None for all.
        last_port: The last port of a range; None for ``port`` alone.
    """

    owner: str
    protocol: Protocol
    port: int
    address: str | None = None
    families: tuple[int, ...] = (4, 6)
    networks: tuple[str, ...] = ()
    per_minute: int | None = None
    interfaces: tuple[str, ...] | None = None
    last_port: int | None = None

    def port_text(self, separator: str = "-") -> str:
        """The port, or the first and the last."""
        return str(self.port) if self.last_port is None else f"{self.port}{separator}{self.last_port}"


def openings(settings: FirewallSettings, others: Iterable[Desired]) -> tuple[Opening, ...]:
    """Every opening, by protocol and port. Sockets on loopback need none."""
    access = {(one.protocol, port): one for one in settings.access for port in one.ports}
    others = tuple(others)
    inner = [ipaddress.ip_network(name, strict=False) for one in others for name in one.inner_networks]
    declared = [
        replace(one, interfaces=tuple(settings.container_interfaces)) if _within(one, inner) else one
        for desired in others
        for one in _merged(desired.subsystem, [one for one in desired.sockets if _opened(one, access)])
        if not _loopback(one)
    ]
    taken = {(one.protocol, one.port) for one in declared}
    further = [opening for one in settings.access for opening in _free(one, taken)]
    found = [_narrowed(one, access.get((one.protocol, one.port))) for one in [*declared, *further]]
    return tuple(sorted(found, key=lambda one: (one.protocol, one.port, one.address or "")))


def _free(access: Access, taken: Container[tuple[Protocol, int]]) -> Iterator[Opening]:
    """The ports of an entry that no subsystem declares: those have openings of their own."""
    first = None
    for port in (*access.ports, access.ports.stop):
        free = port in access.ports and (access.protocol, port) not in taken
        if free and first is None:
            first = port
        elif not free and first is not None:
            last = None if first == port - 1 else port - 1
            yield Opening("settings", access.protocol, first, last_port=last)
            first = None


def _opened(socket: Socket, access: Mapping[tuple[Protocol, int], Access]) -> bool:
    return not socket.needs_access or (socket.protocol, socket.port) in access


def _merged(owner: str, sockets: Sequence[Socket]) -> Iterator[Opening]:
    """A socket on every IPv4 address and one on every IPv6 address are one opening."""
    for socket in sockets:
        twin = {ANY4: ANY6, ANY6: ANY4}.get(socket.address)
        if twin is None:
            version = ipaddress.ip_address(socket.address).version
            yield Opening(owner, socket.protocol, socket.port, socket.address, (version,))
        elif replace(socket, address=twin) not in sockets:
            yield Opening(owner, socket.protocol, socket.port, None, (4,) if twin == ANY6 else (6,))
        elif socket.address == ANY4:
            yield Opening(owner, socket.protocol, socket.port)


def _loopback(one: Opening) -> bool:
    return one.address is not None and ipaddress.ip_address(one.address).is_loopback


def _within(one: Opening, inner: Sequence[Net]) -> bool:
    return one.address is not None and any(ipaddress.ip_address(one.address) in net for net in inner)


def _narrowed(one: Opening, access: Access | None) -> Opening:
    if access is None:
        return one
    return replace(one, networks=tuple(access.networks), per_minute=access.new_connections_per_minute)


def networks(names: Iterable[str], version: int) -> list[str]:
    """Networks of one IP version, without those that lie in another: a set of nftables' refuses them."""
    found = [net for net in map(ipaddress.ip_network, names) if net.version == version]
    return [str(net) for net in ipaddress.collapse_addresses(found)]  # type: ignore[type-var]


def reachable(one: Opening, blocked: Sequence[str]) -> bool:
    """Whether any address outside can use the opening."""
    if one.interfaces is not None:
        return False
    everywhere = {4: "0.0.0.0/0", 6: "::/0"}
    sources = one.networks or tuple(everywhere[version] for version in one.families)
    walls = [ipaddress.ip_network(name) for name in blocked]
    return any(
        net.version in one.families and not any(_inside(net, wall) for wall in walls)
        for net in map(ipaddress.ip_network, sources)
    )


def _inside(net: Net, wall: Net) -> bool:
    return net.version == wall.version and net.subnet_of(wall)  # type: ignore[arg-type]
