"""What NVIDIA's settings refuse, alone and beside other subsystems."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from deploys.base.settings import BaseSettings, Updates
from deploys.docker.settings import DockerSettings
from deploys.nvidia.settings import ContainerToolkit, DriverRepository, GraphicsClocks, NvidiaSettings
from deploys.rig import Machine, Rig
from rigwright.errors import RigError
from rigwright.settings.platform import Os

RTX_5090 = "10de:2b85"
KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nexample\n-----END PGP PUBLIC KEY BLOCK-----\n"
FROM_NVIDIA: dict[str, Any] = {"packages_from": "nvidia", "repository": DriverRepository(key=KEY)}


def updated(hold: bool, **updates: Any) -> Rig:
    return Rig(
        machine=Machine(os="ubuntu2404", gpus=[RTX_5090]),
        base=BaseSettings(updates=Updates(**updates)),
        nvidia=NvidiaSettings(hold=hold),
    )


def test_updates_that_would_bring_a_kernel_without_its_modules_are_refused() -> None:
    with pytest.raises(
        ValidationError, match=r"nvidia\.hold: updates would bring new kernels without linux-"
    ):
        updated(hold=False)
    with pytest.raises(ValidationError, match="keeps back by libnvidia-;"):
        updated(hold=False, held_patterns=["libnvidia-", "docker"])
    assert updated(hold=True)
    assert updated(hold=False, held_patterns=["docker"])
    assert updated(hold=False, automatic=False)


def test_clocks_are_a_range() -> None:
    with pytest.raises(ValidationError, match="must not be above"):
        GraphicsClocks(lowest_mhz=2000, highest_mhz=1000)


@pytest.mark.parametrize("settings", [{"packages_from": "nvidia"}, {"repository": FROM_NVIDIA["repository"]}])
def test_nvidias_repository_has_a_key_and_is_used(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="belongs to packages_from"):
        NvidiaSettings(**settings)


def rig(os: Os, docker: DockerSettings | None, **settings: Any) -> Rig:
    toolkit = ContainerToolkit(key=KEY)
    nvidia = NvidiaSettings(container_toolkit=toolkit, **settings)
    return Rig(machine=Machine(os=os, gpus=[RTX_5090]), nvidia=nvidia, docker=docker)


def test_the_toolkit_needs_an_engine_that_uses_it() -> None:
    with pytest.raises(ValidationError, match=r"set docker\.cdi=True"):
        rig("ubuntu2404", DockerSettings())
    found = rig("ubuntu2404", DockerSettings(cdi=True)).of("docker")
    assert found
    (daemon,) = [file.content for file in found.files if file.path == "/etc/docker/daemon.json"]
    assert b'"features": {\n    "cdi": true\n  }' in daemon
    assert rig("ubuntu2404", None).of("nvidia"), "other engines than Docker may ask it"


def test_debian_12_packages_an_engine_without_cdi() -> None:
    with pytest.raises(RigError, match=r"20\.10, which knows no CDI"):
        rig("debian12", DockerSettings(cdi=True), **FROM_NVIDIA)


def test_a_host_without_the_subsystem_may_have_cards() -> None:
    assert Rig(machine=Machine(os="debian13", gpus=[RTX_5090])).of("nvidia") is None


@pytest.mark.parametrize("wrong", ["2b85", "10DE:2B85", "1002:744c", "10de:2b85 "])
def test_a_card_is_named_as_lspci_shows_it(wrong: str) -> None:
    with pytest.raises(ValidationError):
        Machine(os="debian13", gpus=[wrong])
