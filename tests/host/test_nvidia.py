"""NVIDIA's cards of any host, asked by the driver's own tool and by the kernel."""

from __future__ import annotations

from typing import Any

import pytest

from deploys.nvidia.settings import NvidiaSettings
from rigwright.inventory.load import Host


@pytest.fixture(scope="module")
def nvidia(described: Host) -> NvidiaSettings:
    settings = getattr(described.rig, "nvidia", None)
    if settings is None:
        pytest.skip("the inventory has no driver of NVIDIA's for this host")
    found: NvidiaSettings = settings
    return found


def asked(host: Any, field: str) -> list[str]:
    """One answer of each card."""
    command = f"nvidia-smi --query-gpu={field} --format=csv,noheader,nounits"
    return [line.strip() for line in host.check_output(command).splitlines()]


@pytest.mark.usefixtures("nvidia")
def test_the_driver_answers_for_every_kind_of_card_that_the_inventory_names(
    host: Any, described: Host
) -> None:
    machine: Any = getattr(described.rig, "machine", None)
    found = {f"10de:{one[2:6].lower()}" for one in asked(host, "pci.device_id")}
    assert found == set(machine.gpus)


@pytest.mark.usefixtures("nvidia")
def test_nouveau_is_not_loaded_and_would_not_be(host: Any) -> None:
    assert host.run("grep -q '^nouveau ' /proc/modules").rc == 1
    assert "blacklist nouveau" in host.check_output("modprobe --showconfig | grep nouveau")


def test_the_driver_is_of_the_wanted_branch(host: Any, nvidia: NvidiaSettings) -> None:
    if nvidia.branch == "auto":
        pytest.skip("any branch that fits the card is good")
    assert {one.split(".")[0] for one in asked(host, "driver_version")} == {str(nvidia.branch)}


def test_the_loaded_modules_are_of_the_wanted_flavour(host: Any, nvidia: NvidiaSettings) -> None:
    if nvidia.flavour == "auto":
        pytest.skip("any flavour that drives the card is good")
    told = host.file("/proc/driver/nvidia/version").content_string
    assert ("Open Kernel Module" in told) is (nvidia.flavour == "open")


def test_cards_are_kept_ready_where_that_is_wanted(host: Any, nvidia: NvidiaSettings) -> None:
    assert set(asked(host, "persistence_mode")) == {"Enabled" if nvidia.persistence else "Disabled"}


def test_no_card_draws_more_than_it_may(host: Any, nvidia: NvidiaSettings) -> None:
    if nvidia.power_limit_watts is None:
        pytest.skip("the inventory has no power limit")
    assert {float(one) for one in asked(host, "power.limit")} == {float(nvidia.power_limit_watts)}


def test_upgrades_leave_the_driver_alone_where_that_is_wanted(host: Any, nvidia: NvidiaSettings) -> None:
    if not nvidia.hold:
        pytest.skip("the inventory holds no driver")
    assert "nvidia" in host.check_output("apt-mark showhold")


def test_a_container_can_be_given_every_card(host: Any, nvidia: NvidiaSettings) -> None:
    if nvidia.container_toolkit is None:
        pytest.skip("the inventory gives containers no GPU")
    assert "nvidia.com/gpu=all" in host.check_output("nvidia-ctk cdi list")
