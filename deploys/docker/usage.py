"""What the first apply would cut or hide of a Docker that a host has already."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deploys.docker.settings import DockerSettings
from rigwright.desired import Usage
from rigwright.desired.program import python
from rigwright.desired.usage import Sockets, Use

SNAPSHOTTER = "containerd-snapshotter"
PLACES = ("storage-driver", "userns-remap", "containerd", "containerd-namespace")
REMAPPED = re.compile(r"/\d+\.\d+$")
"""What the engine adds to its folder where it maps users."""
RESTARTS = ("always", "unless-stopped", "on-failure")
SWARM_PORTS = (2377, 7946)
DEFAULT_NETWORK = "bridge"
ROOT_FLAGS = ("data-root", "graph", "g")


def usage(docker: DockerSettings) -> Usage:
    """The survey of the engine, judged by these settings."""
    options = docker.daemon_options
    places = [(name, str(options[name])) for name in PLACES if options.get(name)]
    if SNAPSHOTTER in options.get("features", {}):
        places.append((SNAPSHOTTER, str(bool(options["features"][SNAPSHOTTER]))))
    return Usage(
        "Docker",
        python("docker/programs/usage.py"),
        DockerJudge(
            data_root=docker.data_root,
            places=tuple(places),
            live_restore=docker.live_restore,
            inter_container=docker.inter_container,
            metrics_port=docker.metrics_port,
            prune_after_days=docker.prune_after_days,
            stacks=tuple(stack.name for stack in docker.stacks),
        ),
    )


@dataclass(frozen=True)
class DockerJudge:
    """The settings as far as an engine in use is affected by them."""

    data_root: str
    places: tuple[tuple[str, str], ...]
    live_restore: bool
    inter_container: bool
    metrics_port: int | None
    prune_after_days: int | None
    stacks: tuple[str, ...]

    def __call__(self, found: Mapping[str, Any], sockets: Sockets) -> Iterator[Use]:
        """Of its data and its containers; an engine that holds nothing is not in use."""
        if not found["runs"]:
            if found["stopped"] or found["volumes"]:
                yield from self._places(found)
                held = f"{found['stopped']} containers and {found['volumes']} volumes"
                yield Use(
                    "kept", "docker", f"Docker is stopped and holds {held}: they stay, and it is started"
                )
            return
        if not (found["containers"] or found["volumes"] or found["images"]):
            return
        yield from self._places(found)
        yield from self._containers(found["containers"])
        yield from self._engine(found, sockets)

    def _places(self, found: Mapping[str, Any]) -> Iterator[Use]:
        """Another folder, driver or mapping of users shows none of the containers, volumes and images."""
        root = REMAPPED.sub("", found["root"]).rstrip("/")
        if root != self.data_root:
            flag = next((one for one in found["flags"] if one in ROOT_FLAGS), None)
            first = f"take --{flag} out of its unit, and " if flag else ""
            yield Use(
                "hidden",
                "data root",
                f"Docker's containers, volumes and images are in {root}, which {self.data_root} would hide: "
                f'{first}set docker.data_root="{root}"',
            )
        wanted = dict(self.places)
        now = {name: str(value) for name, value in found["options"].items() if name != "data-root"}
        now.update(
            {name: found["driver"] for name in ("storage-driver",) if name in wanted and "driver" in found}
        )
        for name in sorted({*now, *wanted}):
            if now.get(name) != wanted.get(name):
                yield Use(
                    "hidden",
                    name,
                    f"Docker runs with {name} {now.get(name, 'unset')}, and with {wanted.get(name, 'none')} "
                    "its containers and images would be out of sight: "
                    f"{_setting(name, found['options'].get(name))}",
                )

    def _containers(self, containers: list[Mapping[str, Any]]) -> Iterator[Use]:
        for one in containers:
            if not one["running"]:
                continue
            ports = f", {', '.join(one['ports'])}" if one["ports"] else ""
            which = f"container {one['name']} ({one['image']}{ports})"
            if one["project"] in self.stacks:
                yield Use("cut", which, f"{which} is made anew by the stack {one['project']}")
            elif self.live_restore:
                short = ": its ports respond again when the engine has restarted" if one["ports"] else ""
                yield Use("kept", which, f"{which} is of no stack of the inventory, and runs on{short}")
            elif one["restart"] in RESTARTS:
                yield Use("cut", which, f"{which} is stopped and starts anew: docker.live_restore keeps it")
            else:
                text = f"{which} is stopped, and stays so (restart policy {one['restart']})"
                yield Use("cut", which, f"{text}: docker.live_restore keeps it")
        if stopped := sorted(one["name"] for one in containers if not one["running"]):
            yield Use("kept", "stopped containers", f"stopped containers stay: {', '.join(stopped)}")
        near = sorted(one["name"] for one in containers if DEFAULT_NETWORK in one["networks"])
        if len(near) > 1 and not self.inter_container:
            yield Use(
                "cut",
                "default network",
                f"{', '.join(near)} reach each other on the default network no more: "
                "docker.inter_container allows it",
            )

    def _engine(self, found: Mapping[str, Any], sockets: Sockets) -> Iterator[Use]:
        if found["swarm"] and self.live_restore:
            yield Use("hidden", "swarm", "the host is in a swarm, which needs docker.live_restore=False")
        if self.prune_after_days and found["unused_images"]:
            yield Use(
                "cut",
                "images",
                f"{found['unused_images']} images that no container uses are removed when they were not used "
                f"for {self.prune_after_days} days: docker.prune_after_days",
            )
        for one in sockets.listening:
            if "dockerd" in one.programs and one.port not in (self.metrics_port, *SWARM_PORTS):
                if any(f":{one.port}/" in port for held in found["containers"] for port in held["ports"]):
                    continue
                yield Use(
                    "cut",
                    f"dockerd {one.address}:{one.port}",
                    f"the engine listens on {one.address}:{one.port}, and then on its socket alone",
                )


def _setting(name: str, value: object) -> str:
    if name == SNAPSHOTTER:
        return f'set docker.daemon_options={{"features": {{"{SNAPSHOTTER}": {value}}}}}'
    if value is None:
        return f"leave {name} out of docker.daemon_options"
    return f'set docker.daemon_options={{"{name}": "{value}"}}'
