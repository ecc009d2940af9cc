"""NVIDIA's driver: which one a card gets on which system, and what is refused before any host is asked."""

from __future__ import annotations

import fnmatch
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from deploys.base.settings import BaseSettings, Updates
from deploys.docker.settings import DockerSettings
from deploys.nvidia.cards import CARDS
from deploys.nvidia.settings import ContainerToolkit, DriverRepository, GraphicsClocks, NvidiaSettings
from deploys.nvidia.state import desired
from deploys.rig import Machine, Rig
from rigwright.desired import Desired
from rigwright.errors import RigError
from rigwright.settings.platform import Os, Platform

RTX_5090, RTX_4090, GTX_1080_TI, H100 = "10de:2b85", "10de:2684", "10de:1b06", "10de:2330"
UNKNOWN = "10de:ffff"
KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nexample\n-----END PGP PUBLIC KEY BLOCK-----\n"
FROM_NVIDIA: dict[str, Any] = {"packages_from": "nvidia", "repository": DriverRepository(key=KEY)}
UBUNTU: tuple[Os, ...] = ("ubuntu2204", "ubuntu2404")
DEBIAN: tuple[Os, ...] = ("debian12", "debian13")


def wanted(os: Os, *gpus: str, **settings: Any) -> Desired:
    return desired(NvidiaSettings(**settings), Platform(os, gpus))


def refusal(os: Os, *gpus: str, **settings: Any) -> RigError:
    with pytest.raises(RigError) as caught:
        wanted(os, *gpus, **settings)
    return caught.value


@pytest.mark.parametrize("os", UBUNTU)
def test_an_rtx_5090_on_ubuntu_gets_signed_open_modules_of_the_branch_that_lasts_longest(os: Os) -> None:
    assert wanted(os, RTX_5090).packages == (
        "linux-modules-nvidia-580-server-open-generic",
        "nvidia-headless-no-dkms-580-server-open",
        "nvidia-utils-580-server",
        "libnvidia-decode-580-server",
        "libnvidia-encode-580-server",
    )


@pytest.mark.parametrize("os", DEBIAN)
def test_debians_own_driver_is_too_old_for_an_rtx_5090_and_the_refusal_says_what_to_set(os: Os) -> None:
    error = refusal(os, RTX_5090)
    branch = {"debian12": "535 (proprietary)", "debian13": "550 (proprietary)"}[os]
    assert f"has the drivers {branch}" in error.what
    assert "GeForce RTX 5090 needs 570 or newer with open modules" in error.what
    assert error.next_step
    assert 'packages_from="nvidia"' in error.next_step


@pytest.mark.parametrize("os", DEBIAN)
def test_an_rtx_5090_on_debian_gets_one_branch_of_nvidias_repository(os: Os) -> None:
    found = wanted(os, RTX_5090, **FROM_NVIDIA)
    assert "nvidia-kernel-open-dkms" in found.packages
    (source,) = found.sources
    assert source.uri == f"https://developer.download.nvidia.com/compute/cuda/repos/{os}/x86_64"
    assert (source.suite, source.version, source.key) == ("/", "580.*", KEY)
    assert found.versions == (("nvidia-driver-cuda", "580"),)


@pytest.mark.parametrize(
    ("os", "module", "version"),
    [
        ("debian12", "nvidia-kernel-dkms", ("nvidia-smi", "535")),
        ("debian13", "nvidia-kernel-dkms", ("nvidia-smi", "550")),
        ("ubuntu2404", "linux-modules-nvidia-580-server-open-generic", ("nvidia-utils-580-server", "580")),
    ],
)
def test_an_older_card_gets_what_its_distribution_packages(
    os: Os, module: str, version: tuple[str, str]
) -> None:
    found = wanted(os, RTX_4090)
    assert found.packages[0] == module
    assert found.versions == (version,)
    assert found.sources == ()


@pytest.mark.parametrize("card", ["10de:2335", "10de:2702"])
def test_a_card_that_is_newer_than_its_generation_needs_a_newer_branch(card: str) -> None:
    assert "needs 550 or newer" in refusal("debian12", card).what
    assert wanted("debian13", card).packages


def test_a_card_before_turing_gets_proprietary_modules_of_its_last_branch() -> None:
    assert wanted("ubuntu2404", GTX_1080_TI).packages[0] == "linux-modules-nvidia-580-server-generic"
    assert "GTX 1080 Ti needs 375 to 580" in refusal("ubuntu2404", GTX_1080_TI, branch=595).what
    assert "proprietary modules" in refusal("ubuntu2404", GTX_1080_TI, flavour="open").what


def test_a_blackwell_card_is_refused_proprietary_modules_and_an_older_branch() -> None:
    assert "with open modules" in refusal("ubuntu2404", RTX_5090, flavour="proprietary").what
    error = refusal("ubuntu2404", RTX_5090, branch=550)
    assert "580 (open or proprietary), 595 (open or proprietary), 615 (open)" in error.what


def test_cards_that_no_driver_drives_together_are_refused() -> None:
    both = refusal("ubuntu2404", RTX_5090, GTX_1080_TI).what
    assert "RTX 5090 needs" in both
    assert "GTX 1080 Ti needs" in both
    assert wanted("ubuntu2404", RTX_5090, H100).packages[0].endswith("580-server-open-generic")


def test_an_unknown_card_needs_a_decision_and_gets_what_was_decided() -> None:
    error = refusal("ubuntu2204", UNKNOWN)
    assert UNKNOWN in error.what
    assert error.file == "deploys/nvidia/cards.py"
    assert error.next_step
    assert "nvidia.branch and nvidia.flavour" in error.next_step
    assert "595-server-open" in wanted("ubuntu2204", UNKNOWN, branch=595, flavour="open").packages[0]


def test_a_rig_without_a_card_names_where_it_is_set() -> None:
    error = refusal("debian13")
    assert (error.setting, "lspci" in str(error.next_step)) == ("machine.gpus", True)


def test_prebuilt_modules_and_nvidias_repository_are_refused_where_they_are_not() -> None:
    assert "no prebuilt modules" in refusal("debian13", RTX_4090, modules="prebuilt").what
    assert "on Debian only" in refusal("ubuntu2404", RTX_5090, **FROM_NVIDIA).what


@pytest.mark.parametrize("os", get_args(Os))
@pytest.mark.parametrize("card", CARDS)
def test_every_card_that_is_known_has_a_driver_on_every_system(os: Os, card: str) -> None:
    assert wanted(os, card, **(FROM_NVIDIA if os in DEBIAN else {})).packages


def test_the_drivers_packages_are_held() -> None:
    held = [
        dict(one.expected)
        for one in wanted("ubuntu2204", RTX_5090).runtime_states
        if one.name == "NVIDIA holds"
    ]
    assert held == [
        dict.fromkeys(
            (
                "libnvidia-decode-580-server",
                "libnvidia-encode-580-server",
                "nvidia-headless-no-dkms-580-server-open",
                "nvidia-utils-580-server",
            ),
            "held",
        )
    ]
    assert not [
        one for one in wanted("ubuntu2204", RTX_5090, hold=False).runtime_states if "holds" in one.name
    ]


@pytest.mark.parametrize("os", UBUNTU)
def test_what_brings_new_kernels_is_held_with_the_modules_that_are_made_for_one_driver(os: Os) -> None:
    (held,) = [one for one in wanted(os, RTX_5090).runtime_states if one.name == "NVIDIA kernel holds"]
    assert held.expected == (("what brings new kernels", "held"),)
    for command in (held.command, held.remediation):
        assert "'linux-image-generic*'" in command
        assert "linux-modules-nvidia-580-server-open-generic" in command
    assert "apt-mark hold" in held.remediation
    assert "apt-mark" not in held.command


def test_a_kernel_whose_modules_are_compiled_here_comes_by_itself() -> None:
    for found in (
        wanted("debian13", RTX_4090),
        wanted("ubuntu2404", RTX_5090, modules="dkms"),
        wanted("ubuntu2404", RTX_5090, hold=False),
    ):
        assert not [one for one in found.runtime_states if one.name == "NVIDIA kernel holds"]


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


def may_go(found: Desired, package: str) -> bool:
    return any(fnmatch.fnmatchcase(package, one) for one in found.replaces)


# What apt removed of Ubuntu 24.04's own packages for the branch 595, in November 2026.
OF_580 = (
    "libnvidia-cfg1-580-server",
    "libnvidia-compute-580-server",
    "libnvidia-decode-580-server",
    "libnvidia-encode-580-server",
    "linux-modules-nvidia-580-server-open-6.8.0-151-generic",
    "linux-modules-nvidia-580-server-open-generic",
    "nvidia-compute-utils-580-server",
    "nvidia-headless-no-dkms-580-server-open",
    "nvidia-kernel-common-580-server",
    "nvidia-kernel-source-580-server-open",
    "nvidia-utils-580-server",
)


def test_a_branch_that_is_named_replaces_all_of_another_and_nothing_else() -> None:
    found = wanted("ubuntu2404", RTX_5090, branch=595)
    assert [name for name in OF_580 if not may_go(found, name)] == []
    for other in (*found.packages, "nvidia-driver-580", "nvidia-container-toolkit", "linux-image-generic"):
        assert not may_go(found, other), other


def test_a_branch_that_follows_from_a_table_replaces_nothing() -> None:
    """Which a newer revision of Rigwright may order otherwise: the GPU is lost until the reboot."""
    assert wanted("ubuntu2404", RTX_5090).replaces == ()


def host_requirements(found: Desired) -> dict[str, dict[str, str]]:
    return {one.name: dict(one.expected) for one in found.runtime_states if one.host_requirement}


def test_the_machine_must_have_the_cards_and_a_kernel_that_the_modules_are_for() -> None:
    assert host_requirements(wanted("ubuntu2204", RTX_5090, RTX_4090, modules="prebuilt-hwe")) == {
        "NVIDIA cards": {"on the PCI bus": "10de:2684 10de:2b85"},
        "NVIDIA kernel": {"modules that fit the kernel": "prebuilt-hwe"},
    }


def test_modules_that_are_compiled_on_the_host_must_be_taken_by_secure_boot() -> None:
    for found in (wanted("debian13", RTX_4090), wanted("ubuntu2404", RTX_5090, modules="dkms")):
        assert host_requirements(found)["Secure Boot"] == {"modules that are compiled here": "taken"}


def test_nothing_mends_what_needs_a_reboot() -> None:
    (driver,) = [one for one in wanted("ubuntu2204", RTX_5090).runtime_states if one.name == "NVIDIA driver"]
    assert driver.remediation == ""
    assert dict(driver.expected)["versions"] == "one"


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


def test_the_toolkit_needs_an_engine_that_asks_it() -> None:
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
