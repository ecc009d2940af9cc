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
class RateSet:
    """A set in which the kernel counts new connections of each source."""

    name: str
    type: str


@dataclass(frozen=True)
class Rules:
    """What the template needs, all of it text of nftables."""

    settings: FirewallSettings
    openings: Sequence[Opening]

    @property
    def blocked(self) -> tuple[str, ...]:
        """Networks that reach nothing."""
        return tuple(
            f"{FAMILY[version]} saddr {_set(found)} drop"
            for version in (4, 6)
            if (found := networks(self.settings.blocked_networks, version))
        )

    @property
    def rate_sets(self) -> tuple[RateSet, ...]:
        """A set for each limited port and IP version."""
        names = dict.fromkeys(
            RateSet(_rate_set(one, version), SET_TYPE[version])
            for one in self.openings
            if one.per_minute
            for version in one.families
        )
        return tuple(names)

    @property
    def input(self) -> tuple[str, ...]:
        """For what runs on the host itself."""
        return tuple(_rules(self.openings, _to_the_host))

    @property
    def ways_in(self) -> tuple[str, ...]:
        """For logging in alone. Where no subsystem manages sshd, any TCP port of the settings may be its."""
        by_ssh = [one for one in self.openings if one.owner == "ssh"]
        found = by_ssh or [one for one in self.openings if (one.owner, one.protocol) == ("settings", "tcp")]
        return tuple(_rules((replace(one, per_minute=None) for one in found), _to_the_host))

    @property
    def forward(self) -> tuple[str, ...]:
        """For ports that containers publish: they are known by the port that the client connected to."""
        return tuple(_rules(self.openings, _to_a_container))


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
