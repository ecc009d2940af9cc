"""What a compose file must say before it is let near a host."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from deploys.docker.lint import Service, passwords, unbounded_redis

RESTARTS = re.compile(r"always|unless-stopped|on-failure(:\d+)?")
UNITS = {"": 1, "b": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
EVERY_ADDRESS = ("", "0.0.0.0", "::")  # noqa: S104  compared with, never bound
ELSEWHERE = ("build", "extends", "profiles")
SECRETS_FILE = "secrets.env"


def services_of(compose: str) -> dict[str, Service]:
    """The services by name.

    Raises:
        ValueError: It is no compose file that stands alone.
    """
    try:
        model = yaml.safe_load(compose)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ValueError(f"is no YAML, line {mark.line + 1 if mark else '?'}") from None
    services = model.get("services") if isinstance(model, dict) else None
    if not isinstance(services, dict) or not services:
        raise ValueError("has no services")
    if found := [key for key in ("include", "name") if isinstance(model, dict) and key in model]:
        raise ValueError(f"holds {found[0]}: one file is one stack, and the stack's setting is its name")
    if wrong := [name for name, service in services.items() if not isinstance(service, dict)]:
        raise ValueError(f"service {wrong[0]}: is no mapping")
    return services


def faults(service: Service, *, published_to_all: bool, cpu_limits: bool) -> Iterator[str]:
    """What is missing or wrong in one service, each with what to write."""
    yield from (f"takes {key} out: only images that exist are run" for key in ELSEWHERE if key in service)
    yield from _image(service.get("image"))
    if not RESTARTS.fullmatch(str(service.get("restart", ""))):
        yield "needs restart: unless-stopped (or always, or on-failure)"
    health = service.get("healthcheck") or {}
    if not health.get("test") or health.get("disable") or health["test"] in ("NONE", ["NONE"]):
        yield "needs a healthcheck with a test"
    if memory(service) is None:
        yield "needs a limit: deploy.resources.limits.memory, or mem_limit"
    if cpu_limits and not (_limits(service).get("cpus") or service.get("cpus")):
        yield "needs a limit: deploy.resources.limits.cpus, or cpus"
    yield from _dependencies(service.get("depends_on") or {})
    yield from passwords(service)
    yield from unbounded_redis(service, memory(service))
    for port in service.get("ports") or ():
        place = published(port)
        if (place is None or place[0] in EVERY_ADDRESS) and not published_to_all:
            yield (
                f"publishes {_shown(port)} on every address: write an address, such as 127.0.0.1:8080:80, "
                "or set published_to_all=True"
            )


def _shown(port: object) -> str:
    return str(port.get("published")) if isinstance(port, dict) else str(port)


def _image(image: object) -> Iterator[str]:
    name = str(image or "").rpartition("/")[2]
    if not name:
        yield "needs an image"
    elif "@sha256:" not in name and (":" not in name or name.endswith(":latest")):
        yield f"uses the image {image}, which may be another one tomorrow: write a tag, or a digest"


def _dependencies(depends_on: object) -> Iterator[str]:
    good = ("service_healthy", "service_completed_successfully")
    named = depends_on if isinstance(depends_on, dict) else {str(one): None for one in _list(depends_on)}
    for name, how in named.items():
        if (how or {}).get("condition") not in good:
            yield f"depends on {name} being started: write condition: service_healthy"


def _limits(service: Service) -> Mapping[str, Any]:
    limits: Mapping[str, Any] = ((service.get("deploy") or {}).get("resources") or {}).get("limits") or {}
    return limits


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def memory(service: Service) -> int | None:
    """The limit of one container in bytes; None where there is none that can be read."""
    limit = _limits(service).get("memory", service.get("mem_limit"))
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", str(limit).lower())
    return int(float(found[1]) * UNITS[found[2]]) or None if found else None


def replicas(service: Service) -> int:
    """How many containers of it there are."""
    deploy = service.get("deploy") or {}
    return int(deploy["replicas"] if "replicas" in deploy else service.get("scale", 1))


def published(port: object) -> tuple[str, int, str] | None:
    """Address, port and protocol of the host; no address where every one is meant.

    None where the kernel chooses, and for a range.
    """
    if isinstance(port, dict):
        address, number = str(port.get("host_ip", "")), str(port.get("published", ""))
        protocol = str(port.get("protocol", "tcp"))
    else:
        rest, _, protocol = str(port).partition("/")
        found = re.fullmatch(r"(?:(?:\[([0-9A-Fa-f:]+)\]|([0-9.]+)):)?(\d+):\d+", rest)
        address, number = (found[1] or found[2] or "", found[3]) if found else ("", "")
    return (address, int(number), protocol or "tcp") if number.isdigit() else None


def subnets_of(compose: str) -> Iterator[str]:
    """Networks of bridges that are given by their addresses; others are taken from the engine's pools."""
    networks = yaml.safe_load(compose).get("networks")
    for network in networks.values() if isinstance(networks, dict) else ():
        if network and network.get("driver", "bridge") == "bridge":
            given = (network.get("ipam") or {}).get("config") or ()
            yield from (one["subnet"] for one in given if _is_network(one.get("subnet")))


def _is_network(value: object) -> bool:
    try:
        return bool(ipaddress.ip_network(str(value)))
    except ValueError:  # such as a variable; compose itself reads it before a change
        return False


def volumes_of(compose: str, project: str) -> Iterator[str]:
    """The engine's names of the volumes that its services mount by name, each once.

    One that stands in no service is never made. A name with a variable in it is left out: compose alone
    knows it.
    """
    declared = yaml.safe_load(compose).get("volumes")
    declared = declared if isinstance(declared, dict) else {}
    services = [one for one in services_of(compose).values() if replicas(one)]
    mounted = {_volume(one) for service in services for one in _list(service.get("volumes"))}
    for name, volume in declared.items():
        given = volume if isinstance(volume, dict) else {}
        external = given.get("external")
        if name in mounted:
            own = given.get("name") or (name if external else f"{project}_{name}")
            yield from (str(one) for one in (own,) if "$" not in str(one))


def _volume(mount: object) -> str:
    """What a service mounts: the first part of the short form, the source of the long one."""
    if isinstance(mount, dict):
        return str(mount.get("source", "")) if mount.get("type") == "volume" else ""
    return str(mount).partition(":")[0]


def uses_secrets(service: Service) -> bool:
    """Whether it reads the file that the stack's secrets are written to."""
    given = service.get("env_file") or ()
    files = [given] if isinstance(given, str | dict) else given
    return any(
        (one.get("path") if isinstance(one, dict) else one) in (SECRETS_FILE, f"./{SECRETS_FILE}")
        for one in files
    )
