#!/usr/bin/python3
"""Compose stacks of this host: bring them to their files, and report what differs.

stack up NAME      bring its containers to its compose file, and record what they are then
stack wait NAME    where no image could be had for its first containers: wait for the host's own registry
stack status NAME  print each service as JSON: running, or what is wrong with it
stack list         print each stack that was brought up as JSON
stack keep NAME... take down every other stack; volumes stay
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable, Mapping
from typing import Any

FOLDER = "/etc/rigwright/stacks"
RECORDS = "/var/lib/rigwright/stacks"
PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
HASH = "com.docker.compose.config-hash"
OWN_REGISTRY = ("127.0.0.1:", "localhost:")
RETRY_SECONDS = 2


class Engine(http.client.HTTPConnection):
    """The engine's API."""

    def connect(self) -> None:
        """Open its socket. A request to it would start the engine, and a query must change nothing."""
        if subprocess.run(["systemctl", "is-active", "-q", "docker.service"], check=False).returncode:
            sys.exit("docker.service does not run")
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect("/run/docker.sock")

    def get(self, path: str, **query: str) -> Any:
        """What it returns; None where it has no such thing."""
        self.request("GET", path + "?" + urllib.parse.urlencode(query))
        response = self.getresponse()
        body = json.load(response)
        return body if response.status == http.client.OK else None


def containers(engine: Engine, name: str) -> list[dict[str, Any]]:
    """Every container of the project, running or not."""
    only = json.dumps({"label": [f"{PROJECT}={name}"]})
    found = engine.get("/containers/json", all="1", filters=only) or []
    inspected = (engine.get(f"/containers/{one['Id']}/json") for one in found)
    return [one for one in inspected if one]


def digest(name: str) -> str:
    """Of the files that the containers are made from."""
    total = hashlib.sha256()
    for file in ("compose.yaml", "secrets.env"):
        with open(f"{FOLDER}/{name}/{file}", "rb") as opened:
            total.update(opened.read() + b"\0")
    return total.hexdigest()


def recorded(name: str) -> dict[str, Any]:
    """What its containers were made from."""
    try:
        with open(f"{RECORDS}/{name}.json") as file:
            record: dict[str, Any] = json.load(file)
            return record
    except (OSError, ValueError):
        return {"files": None, "services": {}}


def write_record(name: str, record: dict[str, Any]) -> None:
    """Keep it, whole or not at all."""
    os.makedirs(RECORDS, mode=0o700, exist_ok=True)
    with open(f"{RECORDS}/{name}.json.new", "w") as file:
        json.dump(record, file)
    os.rename(f"{RECORDS}/{name}.json.new", f"{RECORDS}/{name}.json")


def service_of(container: dict[str, Any]) -> str:
    """The name of its service, or its own where it has none."""
    labels = container["Config"].get("Labels") or {}
    name: str = labels.get(SERVICE) or container["Name"].lstrip("/")
    return name


def state(engine: Engine, container: dict[str, Any], services: dict[str, str], changed: bool) -> str:
    """One word about a container, the gravest first."""
    config, now = container["Config"], container["State"]
    image = engine.get(f"/images/{urllib.parse.quote(config['Image'], safe='')}/json")
    if not now["Running"]:
        return "stopped"
    if now.get("Paused"):
        return "paused"
    if changed or config["Labels"].get(HASH) != services.get(service_of(container)):
        return "of another configuration"
    if image is None or image["Id"] != container["Image"]:
        return "of another image"
    return "unhealthy" if now.get("Health", {}).get("Status") == "unhealthy" else "running"


def status(name: str) -> None:
    """Print the state of each service; of several containers the first that is not as it should be."""
    engine, record = Engine("docker"), recorded(name)
    changed = record["files"] != digest(name)
    found = {service: f"without its image {image}" for service, image in lacking(record).items()}
    for container in containers(engine, name):
        word = state(engine, container, record["services"], changed)
        if found.get(service_of(container), "running") == "running":
            found[service_of(container)] = word
    print(json.dumps(found))


def compose(name: str, *words: str) -> None:
    """Run compose for a project."""
    subprocess.run(["docker", "compose", "-p", name, *words], check=True, stdin=subprocess.DEVNULL)


def lacking(record: Mapping[str, Any]) -> dict[str, str]:
    """The images that could not be had for its first containers, by service."""
    found: dict[str, str] = record.get("lacks") or {}
    return found


def wanted(model: Mapping[str, Any]) -> dict[str, str]:
    """The image of each service that has containers, out of what ``compose config`` prints."""
    found = {}
    for name, service in model["services"].items():
        deploy = service.get("deploy") or {}
        if deploy.get("replicas", service.get("scale", 1)) != 0 and "image" in service:
            found[name] = service["image"]
    return found


def up(name: str) -> None:
    """Bring its containers to its files.

    A stack that never had containers, and whose images cannot be had, ends nothing but itself: without the
    engine and the registry no image could ever get here.
    """
    folder = f"{FOLDER}/{name}"
    with open(f"{folder}/options.json") as file:
        options = json.load(file)
    files = ("--project-directory", folder, "-f", f"{folder}/compose.yaml")
    first = recorded(name)["files"] is None
    write_record(name, recorded(name))  # so that containers of a change that is taken back are known too
    done = digest(name)
    listed = ["docker", "compose", "-p", name, *files, "config", "--format", "json"]
    model = json.loads(subprocess.run(listed, check=True, capture_output=True, text=True).stdout)
    engine = Engine("docker")
    for container in containers(engine, name):
        if service_of(container) not in model["services"]:
            subprocess.run(["docker", "rm", "-f", container["Id"]], check=True)
        elif container["State"].get("Paused"):  # which compose would start, and the engine refuses
            subprocess.run(["docker", "unpause", container["Id"]], check=True)
    waiting = ("--wait", "--wait-timeout", str(options["wait_seconds"]))
    pulling = ("--quiet-pull", "--pull", options["pull"])
    try:
        compose(name, *files, "up", "--detach", "--remove-orphans", *pulling, *waiting)
    except subprocess.CalledProcessError:
        lacks = {service: image for service, image in wanted(model).items() if not there(engine, image)}
        if not first or not lacks:
            raise
        take_down(name)
        write_record(name, {"files": None, "services": {}, "lacks": lacks})
        return
    hashes = {service_of(one): one["Config"]["Labels"].get(HASH) for one in containers(engine, name)}
    write_record(name, {"files": done, "services": hashes})


def there(engine: Engine, image: str) -> bool:
    """Whether the engine has an image."""
    return engine.get(f"/images/{urllib.parse.quote(image, safe='')}/json") is not None


def wait(name: str) -> None:
    """Until its first containers run, as long as what they lack may yet be pushed to this host's registry."""
    with open(f"{FOLDER}/{name}/options.json") as file:
        end = time.monotonic() + json.load(file)["wait_seconds"]
    while recorded(name)["files"] is None:
        images = sorted({*lacking(recorded(name)).values()})
        own = [image for image in images if image.startswith(OWN_REGISTRY)]
        if own != images or time.monotonic() > end:
            sys.exit(f"{name} lacks {', '.join(images)}; {next_step(own, images)}, then apply again")
        time.sleep(RETRY_SECONDS)
        subprocess.run(["systemctl", "reload-or-restart", f"rigwright-stack@{name}.service"], check=True)


def next_step(own: list[str], images: list[str]) -> str:
    """How images get here."""
    if own == images:
        return f"next: push to this host's registry, such as by docker push {own[0]}"
    return "next: log in to their registry on this host with sudo docker login, or load them with docker load"


def names() -> list[str]:
    """Every stack that was brought up."""
    found = os.listdir(RECORDS) if os.path.isdir(RECORDS) else []
    return sorted(name[:-5] for name in found if name.endswith(".json"))


def list_stacks() -> None:
    """Print every stack that was brought up."""
    print(json.dumps(dict.fromkeys(names(), "brought up")))


def take_down(name: str) -> None:
    """Remove its containers and networks by the engine alone: compose may be gone with the last stack."""
    for kind, remove in (("container", ["rm", "--force"]), ("network", ["rm"])):
        every = ["--all"] if kind == "container" else []
        query = ["docker", kind, "ls", "--quiet", *every, "--filter", f"label={PROJECT}={name}"]
        found = subprocess.run(query, check=True, capture_output=True, text=True).stdout.split()
        if found:
            subprocess.run(["docker", kind, *remove, *found], check=True, stdout=subprocess.DEVNULL)


def keep(*kept: str) -> None:
    """Take down every other stack."""
    for name in set(names()) - set(kept):
        take_down(name)
        subprocess.run(
            ["systemctl", "disable", "-q", "--now", f"rigwright-stack@{name}.service"], check=False
        )
        os.remove(f"{RECORDS}/{name}.json")


VERBS: dict[str, Callable[..., None]] = {
    "up": up,
    "wait": wait,
    "status": status,
    "list": list_stacks,
    "keep": keep,
}

if __name__ == "__main__":
    if len(sys.argv) == 1 or sys.argv[1] not in VERBS:
        sys.exit(__doc__)
    try:
        VERBS[sys.argv[1]](*sys.argv[2:])
    except (OSError, http.client.HTTPException, subprocess.CalledProcessError, ValueError) as error:
        sys.exit(f"stack: {error}")
