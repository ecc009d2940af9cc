"""What Docker of a host should be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from deploys.docker import exporter
from deploys.docker.compose import SECRETS_FILE
from deploys.docker.running import STACKS, TOOLS, checks, drains, probes, runtime_states, stack_unit
from deploys.docker.settings import CDI, DockerSettings
from deploys.docker.versions import PACKAGED, UPSTREAM, UPSTREAM_COMPOSE, Packaged
from rigwright.desired import (
    Activation,
    Desired,
    Directory,
    File,
    PackageSource,
    ScrapeTarget,
    Socket,
    Unit,
)
from rigwright.desired.program import program
from rigwright.desired.render import render, render_tree
from rigwright.errors import RigError
from rigwright.settings.platform import NAMES, Platform

DAEMON = "/etc/docker/daemon.json"
UNITS = "/etc/systemd/system"
REGISTRY = "/etc/docker/registry/config.yml"


def desired(settings: DockerSettings, platform: Platform) -> Desired:
    """Everything that a host of this platform needs for Docker.

    Raises:
        RigError: The platform's Docker cannot do what the settings require.
    """
    packaged = platform.choose(PACKAGED)
    _refuse_missing(settings, packaged, platform)
    upstream = settings.packages_from == "docker"
    return Desired(
        subsystem="docker",
        packages=tuple(_packages(settings, packaged)),
        versions=() if upstream else (("docker.io", packaged.version),),
        sources=(_source(settings, packaged),) if upstream else (),
        files=tuple(_files(settings)),
        directories=tuple(_directories(settings)),
        units=tuple(_units(settings)),
        sockets=tuple(_sockets(settings)),
        inner_networks=tuple(_networks(settings)),
        scrape_targets=(
            (ScrapeTarget("docker", "127.0.0.1", settings.metrics_port),) if settings.metrics_port else ()
        ),
        alerts=exporter.ALERTS if settings.metrics_port else (),
        activations=tuple(_activations(settings)),
        checks=tuple(checks(settings)),
        runtime_states=tuple(
            runtime_states(settings, reports_privileges=upstream or packaged.reports_privileges)
        ),
        probes=tuple(probes(settings)),
        drains=tuple(drains(settings)),
        memory_bytes=sum(stack.memory_bytes for stack in settings.stacks),
    )


def _refuse_missing(settings: DockerSettings, packaged: Packaged, platform: Platform) -> None:
    if settings.stacks and settings.packages_from == "distribution" and packaged.compose is None:
        raise RigError(
            f"{NAMES[platform.os]} packages Docker {packaged.version}, without compose 2",
            setting="docker.stacks",
            next_step='use packages_from="docker" with its repository_key, or Debian 13',
        )
    if settings.cdi and settings.packages_from == "distribution" and not packaged.has_cdi:
        raise RigError(
            f"{NAMES[platform.os]} packages Docker {packaged.version}, which knows no CDI",
            setting="docker.cdi",
            next_step='use packages_from="docker" with its repository_key, or Debian 13',
        )


def _packages(settings: DockerSettings, packaged: Packaged) -> Iterator[str]:
    yield from ("curl", "python3")
    if settings.packages_from == "docker":
        yield from UPSTREAM
        if settings.stacks:
            yield UPSTREAM_COMPOSE
    else:
        yield from packaged.packages
        if settings.stacks and packaged.compose:
            yield packaged.compose
    if settings.registry:
        yield "docker-registry"


def _source(settings: DockerSettings, packaged: Packaged) -> PackageSource:
    uri, suite = packaged.repository
    key = settings.repository_key or ""
    return PackageSource(
        "docker", uri, suite, ("stable",), key, (*UPSTREAM, UPSTREAM_COMPOSE, "docker-buildx-plugin")
    )


def daemon(settings: DockerSettings) -> dict[str, Any]:
    """The content of ``daemon.json``."""
    options: dict[str, Any] = {
        "builder": {"gc": {"enabled": True, "defaultKeepStorage": f"{settings.build_cache}B"}},
        "default-address-pools": [
            {"base": pool.base, "size": pool.prefix_length} for pool in settings.address_pools
        ],
        "icc": settings.inter_container,
        "live-restore": settings.live_restore,
        "log-driver": settings.log_driver,
        "log-opts": {"max-file": str(settings.log_max_files), "max-size": f"{settings.log_max_size}b"},
        "no-new-privileges": settings.no_new_privileges,
        "registry-mirrors": list(settings.registry_mirrors),
        "userland-proxy": settings.userland_proxy,
    }
    if settings.open_files:
        limit = {"Name": "nofile", "Soft": settings.open_files, "Hard": settings.open_files}
        options["default-ulimits"] = {"nofile": limit}
    if settings.metrics_port:
        options["metrics-addr"] = f"127.0.0.1:{settings.metrics_port}"
    more = dict(settings.daemon_options)
    if settings.cdi:
        more["features"] = {**more.get("features", {}), CDI: True}
    return {**options, **more}


def _files(settings: DockerSettings) -> Iterator[File]:
    yield File(DAEMON, _json(daemon(settings)))
    for path, content in render_tree("docker", {}).items():
        yield File(path, content)
    yield File(f"{TOOLS}/stack", program("docker/programs/stack.py").encode(), mode=0o755)
    yield File(f"{TOOLS}/prune", program("docker/programs/prune.py").encode(), mode=0o755)
    if settings.registry:
        yield File(REGISTRY, render("docker/_registry.yml.j2", registry=settings.registry))
    if settings.prune_after_days:
        for kind in ("service", "timer"):
            content = render(f"docker/_prune.{kind}.j2", days=settings.prune_after_days)
            yield File(f"{UNITS}/rigwright-docker-prune.{kind}", content)
    if settings.metrics_port:
        yield from exporter.files(TOOLS, UNITS)
    for stack in settings.stacks:
        folder = f"{STACKS}/{stack.name}"
        yield File(f"{folder}/compose.yaml", stack.compose.encode())
        yield File(f"{folder}/options.json", _json({"pull": stack.pull, "wait_seconds": stack.wait_seconds}))
        lines = (f"{name}='{secret.reveal()}'\n" for name, secret in sorted(stack.secrets.items()))
        yield File(f"{folder}/{SECRETS_FILE}", "".join(lines).encode(), mode=0o600, secret=True)


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2, sort_keys=True).encode() + b"\n"


def _directories(settings: DockerSettings) -> Iterator[Directory]:
    if settings.registry:
        yield Directory("/etc/docker/registry")
    for path in (
        "/etc/docker",
        f"{UNITS}/docker.service.d",
        "/etc/rigwright",
        "/usr/local/lib/rigwright",
        TOOLS,
    ):
        yield Directory(path)
    yield Directory(STACKS, mode=0o700)
    for stack in settings.stacks:
        yield Directory(f"{STACKS}/{stack.name}", mode=0o700, owned=True)


def _units(settings: DockerSettings) -> Iterator[Unit]:
    yield from (Unit("containerd.service"), Unit("docker.service"), Unit("docker.socket"))
    if settings.registry:
        yield Unit("docker-registry.service")
    if settings.prune_after_days:
        yield Unit("rigwright-docker-prune.timer")
    if settings.metrics_port:
        yield exporter.unit()
    for stack in settings.stacks:
        yield Unit(stack_unit(stack))


def _sockets(settings: DockerSettings) -> Iterator[Socket]:
    if settings.metrics_port:
        yield Socket("127.0.0.1", settings.metrics_port)
    if settings.registry:
        yield Socket("127.0.0.1", settings.registry.port)
    for stack in settings.stacks:
        yield from stack.sockets


def _networks(settings: DockerSettings) -> Iterator[str]:
    """Where containers have their addresses, and the host one of its own in each."""
    yield from (pool.base for pool in settings.address_pools)
    if bridge := settings.daemon_options.get("bip"):
        yield str(bridge)
    for stack in settings.stacks:
        yield from stack.subnets


def _activations(settings: DockerSettings) -> Iterator[Activation]:
    yield Activation("docker.service", reload_on=(), restart_on=(DAEMON,))
    if settings.registry:
        yield Activation("docker-registry.service", reload_on=(), restart_on=(REGISTRY,))
    for stack in settings.stacks:
        yield Activation(stack_unit(stack), reload_on=(f"{STACKS}/{stack.name}/",))
