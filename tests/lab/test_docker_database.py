"""Containers reach PostgreSQL and its pooler, and no other network does, also after Docker came late."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rigwright import lab
from tests.support.command import rig
from tests.support.docker_target import IMAGE
from tests.support.target import Target
from tests.support.waiting import wait_until

BRIDGE = "172.30.0.1"
PASSWORD = "shop-of-the-lab-4h8qz"  # noqa: S105  of no account
INVENTORY = """
from deploys.docker.settings import DockerSettings, Stack
from deploys.firewall.settings import FirewallSettings
from deploys.postgres.settings import Database, Pooler, PostgresSettings, Role
from deploys.rig import Machine, Rig
from deploys.ssh.settings import SshSettings
from rigwright.inventory.load import ssh_host
from rigwright.secrets.value import Secret

COMPOSE = {compose!r}
postgres = PostgresSettings(
    listen_addresses=["127.0.0.1", "{bridge}"],
    pooler=Pooler(listen_addresses=["127.0.0.1", "{bridge}"]),
    roles=[Role(name="shop", password=Secret("shop", "{password}"), networks=["172.30.0.0/16"])],
    databases=[Database(name="shop", owner="shop")],
)
rig = Rig(
    machine=Machine(os="{host.os}"),
    ssh=SshSettings(),
    firewall=FirewallSettings(),
    docker=DockerSettings(stacks=[{stacks}]),
    postgres=postgres,
)
hosts = [
    ssh_host(
        "{host.name}", rig, address="{host.address}", user="{host.user}", key="{host.key}",
        known_hosts="{host.known_hosts}",
    )
]
"""
COMPOSE = """\
services:
  web:
    image: local/app:1
    command: [/bin/sleep, infinity]
    restart: unless-stopped
    healthcheck: {test: [CMD, /bin/true], interval: 1s}
    mem_limit: 64m
    stop_grace_period: 0s
    extra_hosts: ["db:172.30.0.1"]
"""
STACK = 'Stack(name="web-shop", compose=COMPOSE, pull="never", cpu_limits=False)'
INSTALL = """
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends busybox-static >/dev/null
"""


class Shop(Target):
    """A host with a database, and a stack that uses it."""

    inventory: Path

    def rig(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command for its inventory."""
        return rig(command, self.inventory)

    def connects(self, port: int, way: str) -> subprocess.CompletedProcess[str]:
        """A login by psql from the network of the stack's container."""
        enter = "nsenter -n -t $(docker inspect -f '{{.State.Pid}}' web-shop-web-1)"
        where = f"host={BRIDGE} port={port} user=shop dbname=shop connect_timeout=3 {way}"
        query = f"env PGPASSWORD={PASSWORD} psql -XAtw -c 'SELECT 42' '{where}'"
        return self.host.run(f"{enter} {query}", check=False)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    lab.down("d-db13")
    host = lab.up("d-db13", "debian13")
    found = Shop(host)
    found.sh(INSTALL)
    found.inventory = tmp_path_factory.mktemp("shop") / "shop.py"
    values = {"host": host, "compose": COMPOSE, "bridge": BRIDGE, "password": PASSWORD}
    for stacks in ("", STACK):
        found.inventory.write_text(INVENTORY.format(stacks=stacks, **values))
        done = found.rig("apply")
        assert done.returncode == 0, done.stdout
        if not stacks:
            found.sh(IMAGE)
    yield found
    lab.down("d-db13")


def test_a_container_reaches_the_server_by_tls_and_the_pooler(shop: Shop) -> None:
    for port, way in ((5432, "sslmode=require"), (6432, "sslmode=disable")):
        done = shop.connects(port, way)
        assert (done.returncode, done.stdout.strip()) == (0, "42"), done
    assert "rejects connection" in shop.connects(5432, "sslmode=disable").stderr
    done = shop.rig("drift")
    assert done.returncode == 0, done.stdout


def test_by_the_uplink_neither_is_reached(shop: Shop) -> None:
    """The host would respond to the bridge's address there too."""
    rules = shop.sh("nft list chain inet rigwright input").splitlines()
    for port in (5432, 6432):
        lines = [line for line in rules if f"dport {port} " in line]
        assert lines
        assert all("iifname" in line and BRIDGE in line for line in lines), lines


def test_an_address_that_came_too_late_is_drift_and_apply_listens_on_it(shop: Shop) -> None:
    shop.sh("systemctl stop docker.socket docker.service && ip link delete docker0")
    shop.sh("systemctl restart --job-mode=ignore-dependencies postgresql@17-main.service")
    shop.sh("systemctl start docker.socket docker.service")
    wait_until(lambda: BRIDGE in shop.sh("ip -4 address show dev docker0 2>/dev/null || :"))
    done = shop.rig("drift")
    assert done.returncode == 2, done.stdout
    assert f"{BRIDGE}:5432" in done.stdout
    assert shop.rig("apply").returncode == 0
    assert shop.rig("drift").returncode == 0
    assert shop.connects(5432, "sslmode=require").stdout.strip() == "42"


def test_at_a_start_of_the_host_they_wait_for_docker(shop: Shop) -> None:
    for unit in ("postgresql@17-main.service", "pgbouncer.service"):
        assert "docker.service" in shop.sh(f"systemctl show -P After {unit}").split()
