"""What can be chosen about Docker."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator
from typing_extensions import Self

from deploys.docker.stacks import Stack
from rigwright.settings.base import Many, Port, Settings, Size

__all__ = ["AddressPool", "DockerSettings", "Registry", "Stack"]

OWN_OPTIONS = {
    "builder": "build_cache",
    "data-root": "data_root",
    "default-address-pools": "address_pools",
    "default-ulimits": "open_files",
    "icc": "inter_container",
    "live-restore": "live_restore",
    "log-driver": "log_driver",
    "log-opts": "log_max_size",
    "metrics-addr": "metrics_port",
    "no-new-privileges": "no_new_privileges",
    "registry-mirrors": "registry_mirrors",
    "userland-proxy": "userland_proxy",
}
CDI = "cdi"
DEFAULT_DATA_ROOT = "/var/lib/docker"
REFUSED_OPTIONS = {
    "hosts": "the unit names the socket, and dockerd takes it from one place only",
    "iptables": "without its own rules containers have no network, and published ports no owner",
}


def _private(value: str) -> str:
    try:
        network = ipaddress.ip_network(value)
    except ValueError:
        raise ValueError("must be a network without host bits, such as 172.30.0.0/16") from None
    if network.is_global:
        raise ValueError("is a public network: containers would hide a part of the internet")
    return str(network)


class AddressPool(Settings):
    """Addresses for the networks of containers."""

    base: Annotated[str, AfterValidator(_private)]
    """The whole range, such as ``172.30.0.0/16``. It must not be a network that the host has to reach."""

    prefix_length: Annotated[int, Field(ge=8, le=96)]
    """How large each network is: 24 gives 254 addresses."""

    @model_validator(mode="after")
    def _holds_a_network(self) -> Self:
        if self.prefix_length < ipaddress.ip_network(self.base).prefixlen:
            raise ValueError(f"prefix_length: a network of /{self.prefix_length} does not fit in {self.base}")
        return self


class Registry(Settings):
    """A registry for images on loopback, from the distribution's package."""

    port: Port = 5000
    """TCP port on 127.0.0.1."""


class DockerSettings(Settings):
    """Docker of one host. With no settings at all: the distribution's engine, hardened and empty."""

    packages_from: Literal["distribution", "docker"] = "distribution"
    """``distribution``: its ``docker.io``, with its security updates. ``docker``: Docker's own repository."""

    repository_key: Annotated[str, Field(pattern=r"-----BEGIN PGP PUBLIC KEY BLOCK-----")] | None = None
    """Public key of Docker's repository, ASCII-armoured; only with ``packages_from="docker"``."""

    data_root: Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_][A-Za-z0-9._-]*)+$")] = DEFAULT_DATA_ROOT
    """Where containers, volumes and images are. An engine that has some is never moved: then this is where
    they are."""

    log_driver: Literal["json-file", "local"] = "json-file"
    """How the output of containers is kept: ``local`` is smaller, ``json-file`` is read by log collectors."""

    log_max_size: Size = 10 * 2**20
    """When a container's log is rotated."""

    log_max_files: Annotated[int, Field(ge=1, le=100)] = 3
    """How many rotated logs of a container are kept."""

    live_restore: bool = True
    """Containers run on while the engine restarts, such as for a security update."""

    userland_proxy: bool = False
    """A process for each published port. Without it the kernel forwards, and clients keep their address."""

    no_new_privileges: bool = True
    """No process in a container gains privileges by a set-uid program."""

    cdi: bool = False
    """Containers are given devices by the names that their makers describe them under, such as
    ``nvidia.com/gpu=all``. Docker 25 and newer can; from 28.3 on it does so by default."""

    inter_container: bool = False
    """Containers on the default network reach each other; those of a stack have a network of their own."""

    address_pools: Annotated[Many[AddressPool], Field(min_length=1)] = (
        AddressPool(base="172.30.0.0/16", prefix_length=24),
    )
    """Where networks of containers take their addresses: 256 networks of 254 addresses."""

    registry_mirrors: Many[Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9._:\[\]/-]+$")]] = ()
    """Tried before Docker Hub."""

    metrics_port: Port | None = 9323
    """TCP port on 127.0.0.1 for Prometheus; None: no metrics."""

    open_files: Annotated[int, Field(ge=1024, le=1_048_576)] | None = None
    """Files that a process in a container may hold open; None: as many as the engine's release lets it."""

    build_cache: Size = 10 * 10**9
    """What the cache of image builds may take on disk."""

    daemon_options: Mapping[str, Any] = {}
    """More keys of ``daemon.json``, such as ``runtimes``, as Docker names them; what has a setting here is
    refused, and the engine itself checks the whole."""

    prune_after_days: Annotated[int, Field(ge=1, le=3650)] | None = 14
    """Images that were neither used, nor tagged, nor new in so many days are removed each night;
    what was, a rollback may need. None: nothing is removed."""

    registry: Registry | None = None
    """A registry of one's own on loopback."""

    stacks: Many[Stack] = ()
    """Compose stacks. Debian 12 packages no compose 2: there they need ``packages_from="docker"``."""

    @model_validator(mode="after")
    def _stacks_once(self) -> Self:
        counted = Counter(stack.name for stack in self.stacks)
        if twice := sorted(name for name, count in counted.items() if count > 1):
            raise ValueError(f"stacks: two are named {', '.join(twice)}: give each a name of its own")
        return self

    @model_validator(mode="after")
    def _options_have_one_owner(self) -> Self:
        for key in self.daemon_options:
            if key in OWN_OPTIONS:
                raise ValueError(f"daemon_options: {key} has a setting: {OWN_OPTIONS[key]}")
            if key in REFUSED_OPTIONS:
                raise ValueError(f"daemon_options: leave {key} out: {REFUSED_OPTIONS[key]}")
        features = self.daemon_options.get("features", {})
        if not isinstance(features, dict) or CDI in features:
            raise ValueError(
                "daemon_options: features must be a mapping, and features.cdi has a setting: cdi"
            )
        return self

    @model_validator(mode="after")
    def _repository_has_a_key(self) -> Self:
        if (self.packages_from == "docker") != (self.repository_key is not None):
            raise ValueError(
                'repository_key: belongs to packages_from="docker", and only there: '
                "Docker publishes it as https://download.docker.com/linux/debian/gpg"
            )
        return self
