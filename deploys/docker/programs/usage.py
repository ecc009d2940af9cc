"""Print what the Docker of this host holds and runs, as one JSON object (read-only).

Where the engine runs, it is asked; where it does not, its configuration and its folders are read.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import sys
from typing import Any

SOCKET = "/run/docker.sock"
PID_FILE = "/run/docker.pid"
CONFIGURATION = "/etc/docker/daemon.json"
DEFAULT_ROOT = "/var/lib/docker"
TIMEOUT_SECONDS = 20
INSPECTED = 200
PLACES = ("data-root", "storage-driver", "userns-remap", "containerd", "containerd-namespace")


class Engine(http.client.HTTPConnection):
    """The engine on its socket."""

    def __init__(self) -> None:
        super().__init__("docker", timeout=TIMEOUT_SECONDS)

    def connect(self) -> None:
        """Connect to the socket."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(TIMEOUT_SECONDS)
        self.sock.connect(SOCKET)

    def get(self, path: str) -> Any:
        """What the engine returns for a path."""
        self.request("GET", path)
        response = self.getresponse()
        text = response.read()
        if response.status != http.client.OK:
            sys.exit(f"the engine refuses {path}: {text[:200].decode('utf-8', 'replace')}")
        return json.loads(text)


def arguments() -> list[str] | None:
    """The command line of the running engine, None where it does not run."""
    try:
        with open(PID_FILE) as file:
            pid = int(file.read())
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            found = file.read().decode("utf-8", "replace").split("\0")
    except (OSError, ValueError):
        return None
    return found if os.path.basename(found[0]) == "dockerd" else None


def configured() -> dict[str, Any]:
    """The options of the configuration file that decide where data is."""
    try:
        with open(CONFIGURATION) as file:
            options = json.load(file)
    except (OSError, ValueError):
        options = {}
    options = options if isinstance(options, dict) else {}
    found = {name: options[name] for name in PLACES if options.get(name)}
    if options.get("graph"):
        found.setdefault("data-root", options["graph"])
    features = options.get("features")
    if isinstance(features, dict) and "containerd-snapshotter" in features:
        found["containerd-snapshotter"] = bool(features["containerd-snapshotter"])
    return found


def count(folder: str) -> int:
    """How many folders it has."""
    try:
        return sum(entry.is_dir() for entry in os.scandir(folder))
    except OSError:
        return 0


def container(one: dict[str, Any], engine: Engine, *, inspect: bool) -> dict[str, Any]:
    """One container, with what the engine does with it when it starts again."""
    host: dict[str, Any] = engine.get(f"/containers/{one['Id']}/json")["HostConfig"] if inspect else {}
    ports = [port for port in one.get("Ports") or () if port.get("PublicPort")]
    return {
        "name": (one["Names"] or [one["Id"][:12]])[0].lstrip("/"),
        "image": one["Image"],
        "running": one["State"] in ("running", "paused", "restarting"),
        "project": (one.get("Labels") or {}).get("com.docker.compose.project"),
        "restart": (host.get("RestartPolicy") or {}).get("Name") or "no",
        "ports": sorted({f"{port.get('IP', '')}:{port['PublicPort']}/{port['Type']}" for port in ports}),
        "networks": sorted((one.get("NetworkSettings") or {}).get("Networks") or ()),
    }


def running(found: dict[str, Any]) -> dict[str, Any]:
    """What the engine itself reports."""
    engine = Engine()
    info = engine.get("/info")
    every = engine.get("/containers/json?all=1")
    used = {one["ImageID"] for one in every}
    images = engine.get("/images/json")
    return {
        **found,
        "runs": True,
        "root": info["DockerRootDir"],
        "remapped": any("name=userns" in one for one in info.get("SecurityOptions") or ()),
        "driver": info["Driver"],
        "live_restore": info["LiveRestoreEnabled"],
        "swarm": (info.get("Swarm") or {}).get("LocalNodeState", "inactive") == "active",
        "containers": [container(one, engine, inspect=at < INSPECTED) for at, one in enumerate(every)],
        "volumes": len(engine.get("/volumes").get("Volumes") or ()),
        "images": len(images),
        "unused_images": sum(one["Id"] not in used for one in images),
    }


def main() -> int:
    """Print all that is there."""
    argv = arguments()
    options = configured()
    flags = [word.partition("=")[0].lstrip("-") for word in argv or () if word.startswith("-")]
    found: dict[str, Any] = {"options": options, "flags": flags}
    if argv is not None and os.path.exists(SOCKET):
        found = running(found)
    else:
        root = str(options.get("data-root") or DEFAULT_ROOT)
        kept = count(f"{root}/containers"), count(f"{root}/volumes"), count(f"{root}/image")
        found |= {"runs": False, "root": root, "stopped": kept[0], "volumes": kept[1], "images": kept[2]}
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
