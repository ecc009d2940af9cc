"""What the first apply would close of a host that serves clients already."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deploys.firewall.openings import Opening
from rigwright.desired import Usage
from rigwright.desired.usage import OpenSocket, Sockets, Use

SSH = frozenset({"sshd", "systemd"})
"""Its ports are the subsystem's own, which a change confirms over a new connection."""
LOCAL_SERVICES = (111, 631, 5353, 5355)
"""Ports that distributions open by themselves: portmapper, printing, names of the local network."""
PROXY = "docker-proxy"


def usage(opened: Sequence[Opening]) -> Usage:
    """The sockets of the host, judged by what stays open."""
    ports = tuple((one.protocol, one.port, one.networks) for one in opened)
    return Usage("open ports", "echo '{}'", FirewallJudge(ports))


@dataclass(frozen=True)
class FirewallJudge:
    """What stays open: protocol, port, and the networks that it is open to, none for all."""

    opened: tuple[tuple[str, int, tuple[str, ...]], ...]

    def __call__(self, found: Mapping[str, Any], sockets: Sockets) -> Iterator[Use]:
        """Each port that serves other hosts and is closed, and each client whose network is left out."""
        del found
        ports: dict[tuple[str, int], tuple[str, ...]] = {}
        for one in sockets.listening:
            if _serves_others(one):
                ports.setdefault((one.protocol, one.port), one.programs)
        for (protocol, port), programs in sorted(ports.items()):
            networks = [net for name, number, net in self.opened if (name, number) == (protocol, port)]
            who = ", ".join(programs) or "the kernel"
            clients = sockets.peers_of(port) if protocol == "tcp" else ()
            if not networks:
                at_work = f" (clients: {', '.join(clients)})" if clients else ""
                yield Use(
                    "cut",
                    f"{protocol} {port}",
                    f"{who} listens on {protocol} {port}{at_work}, which is closed to other hosts: "
                    f"firewall.access=[Access(port={port})] opens it",
                )
            elif all(networks):
                for client in clients:
                    if not any(_within(client, name) for some in networks for name in some):
                        yield Use(
                            "cut",
                            f"{protocol} {port} from {client}",
                            f"{client} is a client of {who} on {protocol} {port}, and firewall.access leaves "
                            "its network out",
                        )


def _serves_others(one: OpenSocket) -> bool:
    if one.protocol != "tcp" and PROXY not in one.programs:
        return False
    address = one.address.partition("%")[0]
    loopback = ipaddress.ip_address(address).is_loopback
    return not (loopback or SSH & {*one.programs} or one.port in LOCAL_SERVICES)


def _within(client: str, name: str) -> bool:
    address, network = ipaddress.ip_address(client.partition("%")[0]), ipaddress.ip_network(name)
    return address.is_loopback or address in network
