"""Openings as rules of nftables. Pure: text that the template writes down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from deploys.firewall.openings import Opening, networks
from deploys.firewall.settings import FirewallSettings

SAME_SOURCE = {4: "ip saddr", 6: "ip6 saddr and ffff:ffff:ffff:ffff::"}
"""A client with one IPv6 address has a /64 of them."""
FAMILY = {4: "ip", 6: "ip6"}
SET_TYPE = {4: "ipv4_addr", 6: "ipv6_addr"}


@dataclass(frozen=True)
class CountSet:
    """A set in which the kernel counts connections of each source."""

    name: str
    type: str


@dataclass(frozen=True)
class Rules:
    """What the template needs, all of it text of nftables."""

    settings: FirewallSettings
    openings: Sequence[Opening]
    proxy_networks: Sequence[str] = ()

    @property
    def blocked(self) -> tuple[str, ...]:
        """Networks that reach nothing."""
        return tuple(
            f"{FAMILY[version]} saddr {_set(found)} drop"
            for version in (4, 6)
            if (found := networks(self.settings.blocked_networks, version))
        )

    @property
    def rate_sets(self) -> tuple[CountSet, ...]:
        """A set for each limited port and IP version."""
        names = dict.fromkeys(
            CountSet(_rate_set(one, version), SET_TYPE[version])
            for one in self.openings
            if one.per_minute
            for version in one.families
        )
        return tuple(names)

    @property
    def connection_sets(self) -> tuple[CountSet, ...]:
        """A set for each IP version in which the kernel counts open connections; none without a limit."""
        counted = (4, 6) if self.settings.connections_per_source else ()
        return tuple(CountSet(f"open_{version}", SET_TYPE[version]) for version in counted)

    @property
    def connection_limits(self) -> tuple[str, ...]:
        """What a source holds open, before ports that everybody may reach."""
        if not self.settings.connections_per_source:
            return ()
        free = (*self.settings.unlimited_networks, *self.proxy_networks)
        exempt = (
            f"{FAMILY[version]} saddr {_set(found)} return"
            for version in (4, 6)
            if (found := networks(free, version))
        )
        over = f"ct count over {self.settings.connections_per_source}"
        counted = (
            f"ct state new add @open_{version} {{ {SAME_SOURCE[version]} {over} }} goto denied"
            for version in (4, 6)
        )
        return (*exempt, *counted)

    @property
    def listed_input(self) -> tuple[str, ...]:
        """For what runs on the host itself, and only some networks may reach."""
        return tuple(_rules(self._listed, _to_the_host))

    @property
    def input(self) -> tuple[str, ...]:
        """For what runs on the host itself, and every network may reach."""
        return tuple(_rules(self._public, _to_the_host))

    @property
    def local(self) -> tuple[str, ...]:
        """For connections within the host: by the account whose process opens them."""
        return tuple(
            f'oifname "lo" tcp dport {one.port} ct state new'
            f" meta skuid != {_set([*map(_quoted, one.accounts)])} reject with tcp reset"
            for one in self.settings.local_access
        )

    @property
    def ways_in(self) -> tuple[str, ...]:
        """For logging in alone. Where no subsystem manages sshd, any TCP port of the settings may be its."""
        by_ssh = [one for one in self.openings if one.owner == "ssh"]
        found = by_ssh or [one for one in self.openings if (one.owner, one.protocol) == ("settings", "tcp")]
        return tuple(_rules((replace(one, per_minute=None) for one in found), _to_the_host))

    @property
    def listed_forward(self) -> tuple[str, ...]:
        """For ports that containers publish, known by the port that the client connected to, in a list."""
        return tuple(_rules(self._listed, _to_a_container))

    @property
    def forward(self) -> tuple[str, ...]:
        """For ports that containers publish to every network."""
        return tuple(_rules(self._public, _to_a_container))

    @property
    def _listed(self) -> list[Opening]:
        return [one for one in self.openings if _named(one)]

    @property
    def _public(self) -> list[Opening]:
        return [one for one in self.openings if not _named(one)]


def _named(one: Opening) -> bool:
    """Whether the settings name who may use it: those are not counted."""
    return bool(one.networks) or one.interfaces is not None


def _quoted(name: str) -> str:
    return f'"{name}"'


def _set(members: Sequence[str]) -> str:
    return f"{{ {', '.join(members)} }}"


def _rate_set(one: Opening, version: int) -> str:
    return f"new_{one.protocol}_{one.port_text('_')}_{version}"


def _to_the_host(one: Opening) -> str:
    address = f"{FAMILY[one.families[0]]} daddr {one.address} " if one.address else ""
    return f"{address}{one.protocol} dport {one.port_text()}"


def _to_a_container(one: Opening) -> str:
    address = f"ct original {FAMILY[one.families[0]]} daddr {one.address} " if one.address else ""
    return f"ct status dnat {address}meta l4proto {one.protocol} ct original proto-dst {one.port_text()}"


def _rules(openings: Iterable[Opening], target: object) -> Iterator[str]:
    for one in openings:
        match = target(one)  # type: ignore[operator]
        yield from _limits(one, match)
        yield from (
            f'{way}{source}{match} accept comment "{one.owner}"'
            for way in _ways(one)
            for source in _sources(one)
        )


def _limits(one: Opening, match: str) -> Iterator[str]:
    for version in one.families if one.per_minute else ():
        rate = f"limit rate over {one.per_minute}/minute burst {one.per_minute} packets"
        counted = f"update @{_rate_set(one, version)} {{ {SAME_SOURCE[version]} {rate} }}"
        yield f'{match} ct state new {counted} drop comment "{one.owner}"'


def _ways(one: Opening) -> list[str]:
    return [""] if one.interfaces is None else [f'iifname "{name}" ' for name in one.interfaces]


def _sources(one: Opening) -> Iterator[str]:
    if not one.networks:
        alone = len(one.families) == 1 and not one.address
        yield f"meta nfproto ipv{one.families[0]} " if alone else ""
    for version in one.families if one.networks else ():
        if found := networks(one.networks, version):
            yield f"{FAMILY[version]} saddr {_set(found)} "
