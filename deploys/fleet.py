"""Fleet: hosts that know of each other, as one value that is checked before any is contacted. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from pydantic import Field, model_validator
from typing_extensions import Self

from deploys.cross_checks import ANY_ADDRESS
from deploys.firewall.settings import Access, FirewallSettings, Protocol
from deploys.rig import Rig
from rigwright.errors import RigError
from rigwright.settings.addresses import Address
from rigwright.settings.base import Many, Name, Port, Settings, Text

INNER = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
"""RFC 1918, RFC 6598 and RFC 4193: no packet to such an address leaves the site's own networks."""
Entry = tuple[str, dict[str, Any]]


class Member(Settings):
    """A host of the fleet."""

    host: Entry
    """The host, made with ``ssh_host``; its rig is a ``Rig``."""

    inner: Address
    """Its address in the network that the members share, by which they know each other."""

    groups: Many[Name] = ()
    """Groups that it is in, such as ``web``."""

    @property
    def name(self) -> str:
        """The host's name."""
        return self.host[0]

    @property
    def rig(self) -> Rig:
        """What the host should be by itself."""
        return self.host[1]["rig"]  # type: ignore[no-any-return]  # the validator holds it

    @model_validator(mode="after")
    def _is_a_host_inside(self) -> Self:
        if not isinstance(self.host[1].get("rig"), Rig):
            raise ValueError(  # noqa: TRY004  pydantic takes no other
                f"{self.name}: its rig is none: put the hosts into linked(…) first"
            )
        address = ipaddress.ip_address(self.inner)
        if not any(address in ipaddress.ip_network(one) for one in INNER):
            raise ValueError(
                f"{self.name}: inner {self.inner} is public: give its address of the inner network"
            )
        return self


class Reach(Settings):
    """A port of some members that other members reach, and nothing else."""

    clients: Annotated[Many[Text], Field(min_length=1)]
    """Names of members and groups that connect."""

    servers: Annotated[Many[Text], Field(min_length=1)]
    """Names of members and groups that are connected to."""

    port: Port
    """The port on which the servers listen, at their inner address or at every one."""

    protocol: Protocol = "tcp"
    """Which of the two kinds of port."""


class Fleet(Settings):
    """Members, and who of them reaches whom. ``hosts`` gives what an inventory lists."""

    members: Annotated[Many[Member], Field(min_length=1)]
    """Every host, once."""

    reaches: Many[Reach] = ()
    """Ports that are open between members alone, at the servers' firewalls."""

    def hosts(self, *groups: str) -> list[Entry]:
        """The hosts of these groups, or all, in order, each with what the fleet adds to its rig.

        Raises:
            RigError: A group has no member.
        """
        known = {group for one in self.members for group in one.groups}
        if missing := [group for group in groups if group not in known]:
            names = ", ".join(sorted(known)) or "none"
            raise RigError(
                f"the fleet has no group {missing[0]}",
                next_step=f"name it in groups of a member, or use one of: {names}",
            )
        chosen = [one for one in self.members if not groups or {*groups} & {*one.groups}]
        return [(one.name, {**one.host[1], "rig": self._rig(one)}) for one in chosen]

    @model_validator(mode="after")
    def _members_once(self) -> Self:
        for what, values in (
            ("are called", [one.name for one in self.members]),
            ("have the inner address", [one.inner for one in self.members]),
        ):
            if twice := sorted({one for one in values if values.count(one) > 1}):
                raise ValueError(f"members: two {what} {twice[0]}: give each its own")
        groups = {group for one in self.members for group in one.groups}
        if both := sorted(groups & {one.name for one in self.members}):
            raise ValueError(f"members: {both[0]} is a member and a group: rename the group")
        return self

    @model_validator(mode="after")
    def _can_reach(self) -> Self:
        for reach in self.reaches:
            for server in self._named(reach.servers):
                clients = self._clients(reach, server)
                if not clients:
                    raise ValueError(f"reaches: port {reach.port}: {server.name} alone would reach itself")
                for client in clients:
                    _same_family(reach, client, server)
                _listens(reach, server)
        for one in self.members:
            self._rig(one)
        return self

    def _named(self, names: Sequence[str]) -> list[Member]:
        for name in names:
            if not any(name == one.name or name in one.groups for one in self.members):
                raise ValueError(f"reaches: {name} is no member and no group of any: name one that there is")
        return [one for one in self.members if {*names} & {one.name, *one.groups}]

    def _clients(self, reach: Reach, server: Member) -> list[Member]:
        return [one for one in self._named(reach.clients) if one.name != server.name]

    def _rig(self, member: Member) -> Rig:
        """The member's rig, with its firewall open for its peers."""
        rig = member.rig
        for reach in self.reaches:
            if member in self._named(reach.servers):
                firewall = _opened(reach, member, rig.firewall, self._clients(reach, member))
                rig = rig.model_copy(update={"firewall": firewall})
        return rig


def _same_family(reach: Reach, client: Member, server: Member) -> None:
    if ipaddress.ip_address(client.inner).version != ipaddress.ip_address(server.inner).version:
        raise ValueError(
            f"reaches: port {reach.port}: {client.name} ({client.inner}) cannot reach {server.name} "
            f"({server.inner}): give both inner addresses of one IP version"
        )


def _listens(reach: Reach, server: Member) -> None:
    sockets = [
        socket
        for one in server.rig.desired()
        for socket in one.sockets
        if (socket.port, socket.protocol) == (reach.port, reach.protocol)
    ]
    if not any(socket.address in (server.inner, *ANY_ADDRESS) for socket in sockets):
        where = f"only on {', '.join(one.address for one in sockets)}" if sockets else "nowhere"
        raise ValueError(
            f"reaches: {server.name} listens on {reach.protocol} port {reach.port} {where}: "
            f"let the subsystem listen on {server.inner} too"
        )


def _opened(
    reach: Reach, server: Member, firewall: FirewallSettings | None, clients: Sequence[Member]
) -> FirewallSettings:
    """The server's firewall, with the clients among those that reach the port."""
    if firewall is None:
        raise ValueError(
            f"reaches: {server.name} has no firewall: set firewall=FirewallSettings() of its rig"
        )
    networks = [str(ipaddress.ip_network(one.inner)) for one in clients]
    return FirewallSettings.model_validate(
        {**dict(firewall), "access": (*_widened(reach, server, firewall, networks),)}
    )


def _widened(
    reach: Reach, server: Member, firewall: FirewallSettings, networks: Sequence[str]
) -> Iterator[Access]:
    found = False
    for one in firewall.access:
        if one.protocol != reach.protocol or reach.port not in one.ports:
            yield one
            continue
        if not one.networks or one.last_port is not None:
            raise ValueError(
                f"reaches: access of {server.name} opens port {reach.port} already, "
                + ("in a range" if one.last_port is not None else "to everyone")
                + ": leave that entry out, or the reach"
            )
        found = True
        yield one.model_copy(update={"networks": tuple(dict.fromkeys((*one.networks, *networks)))})
    if not found:
        yield Access(port=reach.port, protocol=reach.protocol, networks=networks)
