"""Containers of this host that belong to nothing of the inventory, running or not.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
It reads the engine's own files: a request to its socket would start it.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from rigwright.host.packaged import content, text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from rigwright.host.places import Item

DAEMON = "/etc/docker/daemon.json"
DATA_ROOT = "/var/lib/docker"
PROJECT, FOLDER = "com.docker.compose.project", "com.docker.compose.project.working_dir"
DESCRIBED = "rigwright.described-by"
"""A label: the managed file by which a container was made. Its subsystem compares the container."""


def found(managed: Collection[str]) -> Iterator[Item]:
    """Every container but those that are made by files that Rigwright manages."""
    root = _loaded(text(DAEMON)).get("data-root")
    folder = f"{root if isinstance(root, str) else DATA_ROOT}/containers"
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    for name in names:
        about = _loaded(os.fsdecode(content(f"{folder}/{name}/config.v2.json") or b""))
        policy = _loaded(os.fsdecode(content(f"{folder}/{name}/hostconfig.json") or b"")).get("RestartPolicy")
        if about and not described(about, managed):
            yield item(about, policy if isinstance(policy, dict) else {}, f"{folder}/{name}")


def described(about: dict[str, Any], managed: Collection[str]) -> bool:
    """Whether its compose project has files that Rigwright manages, or it is made by one of them."""
    labels = _part(about, "Config").get("Labels")
    labels = labels if isinstance(labels, dict) else {}
    made_by = labels.get(DESCRIBED)
    if isinstance(made_by, str) and made_by in managed:
        return True
    home = labels.get(FOLDER)
    return bool(labels.get(PROJECT)) and isinstance(home, str) and f"{home}/compose.yaml" in managed


def item(about: dict[str, Any], policy: dict[str, Any], path: str) -> Item:
    """The container as a finding: by its name, which stays when it is made anew."""
    name = str(about.get("Name", "")).strip("/") or os.path.basename(path)
    image = str(_part(about, "Config").get("Image", "an unknown image"))
    state = "runs" if _part(about, "State").get("Running") is True else "is stopped"
    restart = str(policy.get("Name") or "no")
    return {
        "kind": "container.unmanaged",
        "where": f"container {name}",
        "what": f"the container {name} of {image} {state} (restart policy {restart}); nothing describes it",
        "actual": image,
        "changed": None,
    }


def _part(about: dict[str, Any], name: str) -> dict[str, Any]:
    found_there = about.get(name)
    return found_there if isinstance(found_there, dict) else {}


def _loaded(body: str) -> dict[str, Any]:
    try:
        read = json.loads(body or "null")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
