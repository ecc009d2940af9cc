"""What Docker of a host should be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deploys.docker import exporter
from deploys.docker.running import (
    CHECK,
    PROBE,
    TOOLS,
    UNITS,
    engine_state,
    json_file,
    registry_probe,
)
from deploys.docker.settings import CDI, DEFAULT_DATA_ROOT, DockerSettings, Registry
from deploys.docker.stack_state import stacks_part
from deploys.docker.usage import usage
from deploys.docker.versions import PACKAGED, UPSTREAM, UPSTREAM_COMPOSE, Packaged
from rigwright.desired import (
    Activation,
    Desired,
    Directory,
    File,
    PackageSource,
    Protected,
    Socket,
    Unit,
)
from rigwright.desired.program import program
from rigwright.desired.render import render, render_tree
from rigwright.errors import RigError
from rigwright.settings.platform import NAMES, Platform

DAEMON = "/etc/docker/daemon.json"
REGISTRY = "/etc/docker/registry/config.yml"
REGISTRY_DATA = "/var/lib/docker-registry"
REGISTRY_UNIT = "docker-registry.service"
_SERVED = (("units", REGISTRY_UNIT),)
DAY_SECONDS = 86_400


def desired(settings: DockerSettings, platform: Platform) -> Desired:
    """Everything that a host of this platform needs for Docker.

    Raises:
        RigError: The platform's Docker cannot do what the settings require.
    """
    packaged = platform.choose(PACKAGED)
    _refuse_missing(settings, packaged, platform)
    parts = [_engine(settings, packaged)]
    if settings.registry:
        parts.append(_registry(settings.registry))
    if settings.prune_after_days:
        parts.append(_prune(settings.prune_after_days))
    if settings.metrics_port:
        parts.append(exporter.part(settings.metrics_port))
    return Desired.merge(*parts, stacks_part(settings.stacks, settings.data_root))


def _engine(settings: DockerSettings, packaged: Packaged) -> Desired:
    """The engine itself. A new ``daemon.json`` restarts it, and containers run on by live restore."""
    upstream = settings.packages_from == "docker"
    return Desired(
        "docker",
        packages=tuple(_packages(settings, packaged)),
        versions=() if upstream else (("docker.io", packaged.version),),
        sources=(_source(settings, packaged),) if upstream else (),
        files=(File(DAEMON, json_file(daemon(settings))), *_fixed_files()),
        directories=(
            *(Directory(path) for path in ("/etc/docker", f"{UNITS}/docker.service.d", "/etc/rigwright")),
            *(Directory(path) for path in ("/usr/local/lib/rigwright", TOOLS)),
        ),
        units=(Unit("containerd.service"), Unit("docker.service"), Unit("docker.socket")),
        inner_networks=tuple(_networks(settings)),
        activations=(Activation("docker.service", reload_on=(), restart_on=(DAEMON,)),),
        checks=(CHECK,),
        runtime_states=(engine_state(settings, reports_privileges=upstream or packaged.reports_privileges),),
        probes=(PROBE,),
        usages=(usage(settings),),
        data_folders=(f"{settings.data_root}/volumes/*/_data",),
    )


PROGRAMS = (("stack", "stack.py"), ("engine", "engine.py"), ("prune", "prune.py"), ("settle", "settle.sh"))


def _fixed_files() -> Iterator[File]:
    """Files that no setting changes."""
    for path, content in render_tree("docker", {}).items():
        yield File(path, content)
    for name, source in PROGRAMS:
        yield File(f"{TOOLS}/{name}", program(f"docker/programs/{source}").encode(), mode=0o755)


def _registry(registry: Registry) -> Desired:
    """A registry on loopback."""
    return Desired(
        "docker",
        packages=("docker-registry",),
        files=(File(REGISTRY, render("docker/_registry.yml.j2", registry=registry)),),
        directories=(Directory("/etc/docker/registry"),),
        units=(Unit(REGISTRY_UNIT),),
        sockets=(Socket("127.0.0.1", registry.port),),
        activations=(Activation(REGISTRY_UNIT, reload_on=(), restart_on=(REGISTRY,)),),
        probes=(registry_probe(registry),),
        # It makes its folder with the first image.
        protects=(Protected("registry", "files", (REGISTRY_DATA,), DAY_SECONDS, details=_SERVED),),
    )


def _prune(days: int) -> Desired:
    """Unused images go each night."""
    return Desired(
        "docker",
        files=tuple(
            File(f"{UNITS}/rigwright-docker-prune.{kind}", render(f"docker/_prune.{kind}.j2", days=days))
            for kind in ("service", "timer")
        ),
        units=(Unit("rigwright-docker-prune.timer"),),
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
    if settings.data_root != DEFAULT_DATA_ROOT:
        options["data-root"] = settings.data_root
    if settings.open_files:
        limit = {"Name": "nofile", "Soft": settings.open_files, "Hard": settings.open_files}
        options["default-ulimits"] = {"nofile": limit}
    if settings.metrics_port:
        options["metrics-addr"] = f"127.0.0.1:{settings.metrics_port}"
    more = dict(settings.daemon_options)
    if settings.cdi:
        more["features"] = {**more.get("features", {}), CDI: True}
    return {**options, **more}


def _networks(settings: DockerSettings) -> Iterator[str]:
    """Where containers have their addresses, and the host one of its own in each."""
    yield from (pool.base for pool in settings.address_pools)
    if bridge := settings.daemon_options.get("bip"):
        yield str(bridge)
