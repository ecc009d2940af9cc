"""A lab host with an application in containers of a stand-in, HAProxy before them, and nginx before that."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from deploys.apps.settings import App, AppsSettings, Checks, Gate, Process
from deploys.docker.settings import DockerSettings, Registry
from deploys.nginx.settings import NginxSettings, Proxy, SelfSigned, Site, Upstream
from deploys.rig import Machine, Rig
from rigwright import lab
from rigwright.desired import Desired
from rigwright.lab import stand_in
from rigwright.settings.platform import Os
from tests.support.lab_inventory import one_host
from tests.support.target import Target

NAME = "shop.rig.test"
REPOSITORY = "127.0.0.1:5000/shop"
LISTEN, SLOTS_FROM = 17_000, 17_100
RECORDS = "/var/lib/rigwright/apps"
SOCKET = "/run/haproxy/admin.sock"
ASK = """
import socket, sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(sys.argv[2].encode() + b"\\n")
while part := s.recv(65536): sys.stdout.write(part.decode())
"""

_RIG = """        Rig(machine=Machine(os=one.os), docker=docker, apps=apps, nginx=nginx),"""


def site() -> NginxSettings:
    """The web server that leads to the application."""
    routes = [
        Proxy(path="/", upstream="shop"),
        Proxy(path="/ws", match="exact", upstream="shop", websocket=True),
    ]
    shop = Site(name="shop", domains=[NAME], certificate=SelfSigned(), routes=routes)
    return NginxSettings(sites=[shop], upstreams=[Upstream(name="shop", app="shop/web")])


def settings(greeting: str = "one", **process: Any) -> AppsSettings:
    """An application of one process with two instances."""
    values: dict[str, Any] = {
        "name": "web",
        "port": 8080,
        "listen": LISTEN,
        "slots_from": SLOTS_FROM,
        "instances": 2,
        "memory": 64 * 2**20,
        "gate": Gate(interval_seconds=0.2, timeout_seconds=15),
        "drain_seconds": 5,
        "websocket_drain_seconds": 5,
        "stop_seconds": 3,
        **process,
    }
    shop = App(
        name="shop",
        image=REPOSITORY,
        processes=[Process(**values)],
        variables={"GREETING": greeting},
        checks=Checks(free_disk=100_000_000, without=["clock"]),  # a lab host has no time daemon
    )
    return AppsSettings(apps=[shop])


def engine() -> DockerSettings:
    """An engine with a registry of its own."""
    return DockerSettings(registry=Registry())


def inventory_of(name: str) -> str:
    """The same host in an inventory."""
    return f'''
"""The lab host of an application."""

from deploys.rig import Machine, Rig
from rigwright.inventory.load import ssh_host
from rigwright.lab import hosts as _hosts
from tests.support.apps_target import engine, settings, site

docker, apps, nginx = engine(), settings(), site()
{one_host(name, _RIG)}'''


class AppsTarget(Target):
    """A lab host of an application."""

    def rig(self, greeting: str = "one", **process: Any) -> Rig:
        """What it should be."""
        return Rig(
            machine=Machine(os=self.host.os),
            docker=engine(),
            apps=settings(greeting, **process),
            nginx=site(),
        )

    def part(self, subsystem: str = "apps", greeting: str = "one", **process: Any) -> Desired:
        """The desired state of one subsystem."""
        one = self.rig(greeting, **process).of(subsystem)
        assert one is not None
        return one

    def change(self, greeting: str = "one", **process: Any) -> None:
        """Apply the applications."""
        done = self.apply(self.part(greeting=greeting, **process))
        assert done.code == 0, done

    def found(self, greeting: str = "one") -> set[tuple[str, str]]:
        """What differs of the applications."""
        return {(one.kind, one.where) for one in self.drift(self.part(greeting=greeting))}

    def image(self, tag: str, **variables: str) -> str:
        """Build an image of the stand-in with these variables, push it, and return its name by digest."""
        command = shlex.join(stand_in.build(f"{REPOSITORY}:{tag}", {"TAG": tag, **variables}))
        return self.host.run(command, stand_in.PROGRAM.encode()).stdout.splitlines()[-1]

    def haproxy(self, command: str) -> str:
        """What HAProxy prints at its socket."""
        return self.sh(f"python3 -c '{ASK}' {SOCKET} '{command}'")

    def ready(self) -> set[str]:
        """The slots that take requests, by HAProxy's own statistics."""
        rows = [
            row.split(",") for row in self.haproxy("show stat").splitlines() if row.startswith("shop-web,")
        ]
        return {row[1] for row in rows if row[1] not in ("FRONTEND", "BACKEND") and row[17].startswith("UP")}

    def states(self) -> dict[str, str]:
        """The administrative state of each slot."""
        rows = [line.split() for line in self.haproxy("show servers state").splitlines()[2:]]
        return {row[3]: row[6] for row in rows if row}

    def ports(self) -> dict[str, str]:
        """The port at which HAProxy has each slot."""
        rows = [line.split() for line in self.haproxy("show servers state").splitlines()[2:]]
        return {row[3]: row[18] for row in rows if row}

    def request(self, path: str = "/") -> tuple[int, Mapping[str, Any]]:
        """What nginx returns for the site: the status, and the stand-in's response."""
        url = f"https://{NAME}{path}"
        printed = self.sh(
            f"curl -sk --max-time 10 --resolve {NAME}:443:127.0.0.1 -w '\\n%{{http_code}}' {url}", check=False
        )
        body, _, status = printed.rpartition("\n")
        return int(status), json.loads(body) if body.startswith("{") else {}

    def containers(self) -> dict[str, str]:
        """Identity and start of each container of the application, by name."""
        form = "{{.Name}} {{.Id}}@{{.State.StartedAt}}@{{.State.Running}}"
        listed = "docker ps -aq --filter name=^rig-shop-"
        lines = self.sh(f"ids=$({listed}); [ -z \"$ids\" ] || docker inspect -f '{form}' $ids").splitlines()
        return {name.lstrip("/"): rest for name, rest in (line.split(" ", 1) for line in lines)}


@contextmanager
def apps_target(name: str, system: Os) -> Iterator[AppsTarget]:
    """A fresh host with the application declared and nothing of it released, taken away at the end."""
    lab.down(name)
    host = AppsTarget(lab.up(name, system))
    host.sh("apt-get -qq update")
    for subsystem in ("docker", "apps", "nginx"):
        one = host.part(subsystem)
        host.install(one)
        done = host.apply(one)
        assert done.code == 0, done
    yield host
    lab.down(name)
