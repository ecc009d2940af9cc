"""NVIDIA's driver: which one a card gets on which system, and what is refused before any host is asked."""

from __future__ import annotations

import fnmatch
from typing import Any, get_args

import pytest

from deploys.nvidia.cards import CARDS
from deploys.nvidia.settings import DriverRepository, NvidiaSettings
from deploys.nvidia.state import desired
from rigwright.desired import Desired
from rigwright.errors import RigError
from rigwright.settings.platform import Os, Platform

RTX_5090, RTX_4090, GTX_1080_TI, H100 = "10de:2b85", "10de:2684", "10de:1b06", "10de:2330"
UNKNOWN = "10de:ffff"
KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nexample\n-----END PGP PUBLIC KEY BLOCK-----\n"
FROM_NVIDIA: dict[str, Any] = {"packages_from": "nvidia", "repository": DriverRepository(key=KEY)}
UBUNTU: tuple[Os, ...] = ("ubuntu2204", "ubuntu2404")
DEBIAN: tuple[Os, ...] = ("debian12", "debian13")


def desired_state(os: Os, *gpus: str, **settings: Any) -> Desired:
    return desired(NvidiaSettings(**settings), Platform(os, gpus))


def refusal(os: Os, *gpus: str, **settings: Any) -> RigError:
    with pytest.raises(RigError) as caught:
        desired_state(os, *gpus, **settings)
    return caught.value


@pytest.mark.parametrize("os", UBUNTU)
def test_an_rtx_5090_on_ubuntu_gets_signed_open_modules_of_the_branch_that_lasts_longest(os: Os) -> None:
    assert desired_state(os, RTX_5090).packages == (
        "linux-modules-nvidia-580-server-open-generic",
        "nvidia-headless-no-dkms-580-server-open",
        "nvidia-utils-580-server",
        "libnvidia-decode-580-server",
        "libnvidia-encode-580-server",
    )


@pytest.mark.parametrize("os", DEBIAN)
def test_debians_own_driver_is_too_old_for_an_rtx_5090_and_the_refusal_names_what_to_set(os: Os) -> None:
    error = refusal(os, RTX_5090)
    branch = {"debian12": "535 (proprietary)", "debian13": "550 (proprietary)"}[os]
    assert f"has the drivers {branch}" in error.what
    assert "GeForce RTX 5090 needs 570 or newer with open modules" in error.what
    assert error.next_step
    assert 'packages_from="nvidia"' in error.next_step


@pytest.mark.parametrize("os", DEBIAN)
def test_an_rtx_5090_on_debian_gets_one_branch_of_nvidias_repository(os: Os) -> None:
    found = desired_state(os, RTX_5090, **FROM_NVIDIA)
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
    found = desired_state(os, RTX_4090)
    assert found.packages[0] == module
    assert found.versions == (version,)
    assert found.sources == ()


@pytest.mark.parametrize("card", ["10de:2335", "10de:2702"])
def test_a_card_that_is_newer_than_its_generation_needs_a_newer_branch(card: str) -> None:
    assert "needs 550 or newer" in refusal("debian12", card).what
    assert desired_state("debian13", card).packages


def test_a_card_before_turing_gets_proprietary_modules_of_its_last_branch() -> None:
    assert desired_state("ubuntu2404", GTX_1080_TI).packages[0] == "linux-modules-nvidia-580-server-generic"
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
    assert desired_state("ubuntu2404", RTX_5090, H100).packages[0].endswith("580-server-open-generic")


def test_an_unknown_card_needs_a_decision_and_gets_what_was_decided() -> None:
    error = refusal("ubuntu2204", UNKNOWN)
    assert UNKNOWN in error.what
    assert error.file == "deploys/nvidia/cards.py"
    assert error.next_step
    assert "nvidia.branch and nvidia.flavour" in error.next_step
    assert "595-server-open" in desired_state("ubuntu2204", UNKNOWN, branch=595, flavour="open").packages[0]


def test_a_rig_without_a_card_names_where_it_is_set() -> None:
    error = refusal("debian13")
    assert (error.setting, "lspci" in str(error.next_step)) == ("machine.gpus", True)


def test_prebuilt_modules_and_nvidias_repository_are_refused_where_they_are_not() -> None:
    assert "no prebuilt modules" in refusal("debian13", RTX_4090, modules="prebuilt").what
    assert "on Debian only" in refusal("ubuntu2404", RTX_5090, **FROM_NVIDIA).what


@pytest.mark.parametrize("os", get_args(Os))
@pytest.mark.parametrize("card", CARDS)
def test_every_card_that_is_known_has_a_driver_on_every_system(os: Os, card: str) -> None:
    assert desired_state(os, card, **(FROM_NVIDIA if os in DEBIAN else {})).packages


def test_the_drivers_packages_are_held() -> None:
    held = [
        dict(one.expected)
        for one in desired_state("ubuntu2204", RTX_5090).runtime_states
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
        one for one in desired_state("ubuntu2204", RTX_5090, hold=False).runtime_states if "holds" in one.name
    ]


def test_a_kernel_whose_modules_are_compiled_here_comes_by_itself() -> None:
    for found in (
        desired_state("debian13", RTX_4090),
        desired_state("ubuntu2404", RTX_5090, modules="dkms"),
        desired_state("ubuntu2404", RTX_5090, hold=False),
    ):
        assert not [one for one in found.runtime_states if one.name == "NVIDIA kernel holds"]


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
    found = desired_state("ubuntu2404", RTX_5090, branch=595)
    assert [name for name in OF_580 if not may_go(found, name)] == []
    for other in (*found.packages, "nvidia-driver-580", "nvidia-container-toolkit", "linux-image-generic"):
        assert not may_go(found, other), other


def test_a_branch_that_follows_from_a_table_replaces_nothing() -> None:
    """Which a newer revision of Rigwright may order otherwise: the GPU is lost until the reboot."""
    assert desired_state("ubuntu2404", RTX_5090).replaces == ()


def host_requirements(found: Desired) -> dict[str, dict[str, str]]:
    return {one.name: dict(one.expected) for one in found.runtime_states if one.host_requirement}


def test_the_machine_must_have_the_cards_and_a_kernel_that_the_modules_are_for() -> None:
    assert host_requirements(desired_state("ubuntu2204", RTX_5090, RTX_4090, modules="prebuilt-hwe")) == {
        "NVIDIA cards": {"on the PCI bus": "10de:2684 10de:2b85"},
        "NVIDIA kernel": {"modules that fit the kernel": "prebuilt-hwe"},
    }


def test_modules_that_are_compiled_on_the_host_must_be_taken_by_secure_boot() -> None:
    for found in (desired_state("debian13", RTX_4090), desired_state("ubuntu2404", RTX_5090, modules="dkms")):
        assert host_requirements(found)["Secure Boot"] == {"modules that are compiled here": "taken"}


def test_what_needs_a_reboot_has_no_remediation() -> None:
    (driver,) = [
        one for one in desired_state("ubuntu2204", RTX_5090).runtime_states if one.name == "NVIDIA driver"
    ]
    assert driver.remediation == ""
    assert dict(driver.expected)["versions"] == "one"
