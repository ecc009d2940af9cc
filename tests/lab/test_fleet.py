"""A port of one host is open for the members of its fleet that reach it, and for nothing else."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from rigwright import lab
from rigwright.lab import LabHost
from tests.support.command import rig

INVENTORY = """
from deploys.firewall.settings import FirewallSettings
from deploys.fleet import Fleet, Member, Reach
from deploys.nginx.settings import FixedResponse, NginxSettings, Site
from deploys.rig import Machine, Rig
from deploys.ssh.settings import SshSettings
from rigwright.inventory.load import ssh_host

_site = Site(name="app", domains=["app.test"], routes=[FixedResponse(body="whole")])
_base = {{"machine": Machine(os="debian13"), "ssh": SshSettings(), "firewall": FirewallSettings()}}
_fleet = Fleet(
    members=[
        Member(
            host=ssh_host(
                "server",
                Rig(**_base, nginx=NginxSettings(sites=[_site])),
                address={server.address!r},
                user={server.user!r},
                key={server.key!r},
                known_hosts={server.known_hosts!r},
            ),
            inner={server.address!r},
        ),
        Member(
            host=ssh_host("peer", Rig(**_base), address={peer.address!r}, user="operator"),
            inner={peer.address!r},
            groups=["web"],
        ),
    ],
    reaches=[Reach(clients=["web"], servers=["server"], port=80)],
)
servers = _fleet.hosts()
web = _fleet.hosts("web")
"""


@pytest.fixture(scope="module")
def hosts() -> Iterator[tuple[LabHost, LabHost]]:
    names = ("fleet-server", "fleet-peer")
    for name in names:
        lab.down(name)
    server, peer = (lab.up(name, "debian13") for name in names)
    yield server, peer
    for name in names:
        lab.down(name)


def reached_from_here(address: str) -> bool:
    """From the operator's machine, which is no member."""
    try:
        socket.create_connection((address, 80), timeout=3).close()
    except OSError:
        return False
    return True


def test_a_peer_reaches_the_port_and_the_operators_machine_does_not(
    hosts: tuple[LabHost, LabHost], tmp_path: Path, *, exhaustive: bool
) -> None:
    if not exhaustive:
        pytest.skip("the rules are in tests/unit/test_fleet.py; --exhaustive tries them")
    server, peer = hosts
    path = tmp_path / "fleet.py"
    path.write_text(INVENTORY.format(server=server, peer=peer))
    done = rig("apply", path, "--limit", "server", "--adopt")
    assert done.returncode == 0, done.stdout
    ask = f"python3 -c \"import socket; socket.create_connection(('{server.address}', 80), 5)\""
    assert peer.run(ask).returncode == 0
    assert not reached_from_here(server.address)
    server.run("nft flush ruleset")
    assert reached_from_here(server.address)
    assert rig("drift", path, "--limit", "server").returncode == 2
