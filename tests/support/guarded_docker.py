"""A guarded host with Docker and Redis whose containers publish ports, and a second host beside it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product

from deploys.docker import state as docker
from deploys.docker.settings import DockerSettings, Stack
from deploys.firewall.settings import Access, FirewallSettings
from deploys.redis import state as redis
from deploys.redis.settings import RedisSettings, RedisUser
from deploys.ssh.settings import SshSettings
from rigwright.desired import Desired
from rigwright.lab import LabHost
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Platform
from tests.support.guarded import Guarded, reached
from tests.support.waiting import wait_until

BRIDGE = "172.30.0.1"  # docker0 takes the first network of the default pool
APP = Secret("redis_app", "Lk4jH7gF9dSa1mNb")
ADMINISTRATOR = Secret("redis_administrator", "Zq8vN3rT5yUw2xKp")
SHOP = """\
services:
  web:
    image: local/app:{tag}
    command: [/bin/sh, -c, "mkdir -p /www && echo {text} >/www/index.html && exec httpd -f -p 80 -h /www"]
    restart: unless-stopped
    healthcheck: {{test: [CMD, /bin/true], interval: 1s}}
    ports: ["8080:80", "8081:80", "{address}:8082:80", "127.0.0.1:8083:80"]
    mem_limit: 64m
    stop_grace_period: 0s
  worker:
    image: local/app:1
    command: [/bin/sleep, infinity]
    restart: unless-stopped
    healthcheck: {{test: [CMD, /bin/true], interval: 1s}}
    mem_limit: 64m
    stop_grace_period: 0s
{networks}
"""
ASIDE = """\
services:
  aside:
    image: local/app:1
    command: [/bin/sleep, infinity]
    restart: unless-stopped
    healthcheck: {test: [CMD, /bin/true], interval: 1s}
    mem_limit: 64m
    stop_grace_period: 0s
"""
NETWORKS6 = "networks: {default: {enable_ipv6: true, ipam: {config: [{subnet: 'fd00:30::/64'}]}}}"
IMAGE = """
rm -rf /tmp/image && mkdir -p /tmp/image/bin && cp /bin/busybox /tmp/image/bin/
for name in sh cat sleep httpd mkdir true nc wget printf; do ln -s busybox /tmp/image/bin/$name; done
for tag in 1 2; do echo $tag >/tmp/image/tag; tar -C /tmp/image -c . | docker import - local/app:$tag; done
"""


@dataclass(frozen=True)
class Place:
    """A guarded host with Docker and Redis, and another host on the same network.

    Attributes:
        proxy: Whether a process of Docker's takes connections to published ports; else the kernel alone
            does, and IPv6 needs a network of containers that has it.
    """

    host: Guarded
    peer: LabHost
    proxy: bool

    def docker(self, *, text: str = "one", tag: str = "1", stacks: bool = True) -> Desired:
        """What Docker should be."""
        # IPv6 by the kernel is an experiment up to Docker 26; 27 and later have it without a word.
        options = {} if self.proxy else {"experimental": True, "ip6tables": True}
        networks = "" if self.proxy else NETWORKS6
        shop = SHOP.format(text=text, tag=tag, address=self.host.host.address, networks=networks)
        about = {"pull": "never", "wait_seconds": 120, "cpu_limits": False, "published_to_all": True}
        both = (Stack(name="shop", compose=shop, **about), Stack(name="aside", compose=ASIDE, **about))  # type: ignore[arg-type]
        settings = DockerSettings(
            userland_proxy=self.proxy, daemon_options=options, stacks=both if stacks else ()
        )
        return docker.desired(settings, Platform(self.host.host.os))

    def redis(self) -> Desired:
        """Redis on loopback, and on the address that the host has on Docker's first bridge."""
        settings = RedisSettings(
            administrator_password=ADMINISTRATOR,
            users=[RedisUser(name="app", password=APP, keys=["app:*"])],
            listen_addresses=["127.0.0.1", BRIDGE],
        )
        return redis.desired(settings, Platform(self.host.host.os))

    def firewall(self, *access: Access) -> None:
        """Let the firewall be so."""
        beside = (self.host.ssh(SshSettings()), self.docker(), self.redis())
        self.host.keep(self.host.firewall(FirewallSettings(access=access), *beside))

    @property
    def peers(self) -> list[str]:
        """The second host, as a list of networks."""
        return [f"{self.peer.address}/32", f"{self.peer.address6}/128"]

    @property
    def addresses(self) -> tuple[str, str]:
        """The host's own, of both IP versions."""
        return self.host.host.address, f"[{self.host.host.address6}]"

    def responding(self, *ports: int, addresses: tuple[str, ...] = ()) -> set[tuple[str, int]]:
        """Where the second host gets the page, of all of these at once."""
        ends = product(addresses or self.addresses, ports)
        fetch = "(curl -gfsS --max-time 4 http://{0}:{1}/ | grep -qx one && echo {0} {1}) 2>/dev/null &"
        script = "\n".join([*(fetch.format(*end) for end in ends), "wait"])
        lines = (line.split() for line in self.peer.run(script).stdout.splitlines())
        return {(address, int(port)) for address, port in lines}

    def reached(self, *ports: int) -> set[tuple[str, int]]:
        """Where a connection from this machine is taken."""
        ends = list(product(self.addresses, ports))
        with ThreadPoolExecutor(len(ends)) as pool:
            taken = pool.map(lambda end: reached(end[0].strip("[]"), end[1]), ends)
            return {end for end, one in zip(ends, taken, strict=True) if one}

    def served(self) -> None:
        """Wait until the containers are there."""
        wait_until(lambda: self.host.sh("curl -s --max-time 2 127.0.0.1:8083", check=False) == "one", 30)

    def ids(self) -> dict[str, str]:
        """The container of each service."""
        form = '{{.Label "com.docker.compose.service"}} {{.ID}}'
        return dict(line.split() for line in self.host.sh(f"docker ps -a --format '{form}'").splitlines())

    @contextmanager
    def neighbour_routes_to(self, address: str) -> Iterator[None]:
        """The second host believes that this address is behind the host."""
        loopback = "sysctl -qw net.ipv4.conf.all.route_localnet={0}; ip address {1} 127.0.0.1/8 dev lo"
        self.peer.run(loopback.format(1, "del"))
        self.peer.run(f"ip route add {address}/32 via {self.host.host.address}")
        yield
        self.peer.run(f"ip route del {address}/32")
        self.peer.run(loopback.format(0, "add"))
