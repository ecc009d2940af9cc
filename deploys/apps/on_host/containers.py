"""Containers of a release: what the engine makes them of, by the release's own copy of its settings. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deploys.apps.on_host.declared import Declared, Slot, container
from deploys.apps.on_host.record import Release
from deploys.apps.paths import DECLARED

APP, NUMBER = "rigwright.app", "rigwright.release"
DESCRIBED = "rigwright.described-by"
"""Names the managed file that describes a container, by which the check for unmanaged ones knows it."""
TAGS = "rigwright-app"
"""Local names of kept images, which the removal of old images spares."""


@dataclass(frozen=True)
class Instance:
    """One instance of a release: its slot, and what the engine makes its container of."""

    slot: Slot
    process: str
    body: Mapping[str, Any]


def described_by(app: str) -> str:
    """The managed file that describes an application's containers."""
    return f"{DECLARED}/{app}.json"


def tag(app: str, release: Release) -> tuple[str, str]:
    """Repository and tag of its kept image."""
    return f"{TAGS}/{app}", str(release.number)


def instances(app: Declared, release: Release, image: str, files: Mapping[str, str]) -> Iterator[Instance]:
    """Every instance of a release.

    Args:
        app: Its own copy of its settings.
        release: The release.
        image: What the engine knows its image by.
        files: Path on the host of each of its configuration files, by path in the container.
    """
    for process, count in release.instances.items():
        one = app.processes[process]
        for number in range(1, count + 1):
            name = f"{release.side}{number}"
            slot = Slot(
                f"{app.name}-{process}", name, int(one["slots"][name]), container(app.name, process, name)
            )
            variables = {**app.raw["variables"], **app.secrets, "RELEASE": release.name}
            labels = {APP: app.name, NUMBER: str(release.number), DESCRIBED: described_by(app.name)}
            yield Instance(
                slot, process, {"Image": image, "Labels": labels, **_body(one, slot, variables, files)}
            )


def _body(
    process: Mapping[str, Any], slot: Slot, variables: Mapping[str, str], files: Mapping[str, str]
) -> Mapping[str, Any]:
    port = f"{process['port']}/tcp"
    body: dict[str, Any] = {
        "Env": [f"{name}={value}" for name, value in sorted(variables.items())],
        "ExposedPorts": {port: {}},
        "StopTimeout": process["stop_seconds"],
        "HostConfig": {
            "PortBindings": {port: [{"HostIp": "127.0.0.1", "HostPort": str(slot.port)}]},
            "RestartPolicy": {"Name": "unless-stopped"},
            "Memory": process["memory"],
            "MemoryReservation": process["memory_reservation"] or 0,
            "Binds": [f"{path}:{inside}:ro" for inside, path in sorted(files.items())],
        },
    }
    if process["cpus"] is not None:
        body["HostConfig"]["NanoCpus"] = int(process["cpus"] * 10**9)
    if process["command"] is not None:
        body["Cmd"] = process["command"]
    return body
