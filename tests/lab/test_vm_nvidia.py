"""A machine with an RTX 5090 on its bus, as far as a VM can have one: what it gets, and what is refused.

The card is an identity that no driver can bind to, so nothing is installed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploys.nvidia.settings import DriverRepository, NvidiaSettings
from deploys.nvidia.state import desired
from rigwright import lab
from rigwright.lab import qemu
from rigwright.settings.platform import Platform
from tests.support import pci_card
from tests.support.command import rig
from tests.support.target import Target

RTX_5090, RTX_4090 = "10de:2b85", "10de:2684"
KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nexample\n-----END PGP PUBLIC KEY BLOCK-----\n"
INVENTORY = """
from deploys.nvidia.settings import NvidiaSettings
from deploys.rig import Machine, Rig
from rigwright.inventory.load import ssh_host

rig = Rig(machine=Machine(os="debian13", gpus=["{card}"]), nvidia=NvidiaSettings())
hosts = [
    ssh_host(
        "{host.name}", rig, address="{host.address}", user="{host.user}", key="{host.key}",
        known_hosts="{host.known_hosts}",
    )
]
"""


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A VM with the card."""
    program = tmp_path_factory.mktemp("qemu") / "qemu"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {pci_card.__file__} {RTX_5090} "$@"\n')
    program.chmod(0o755)
    lab.down("nv-vm")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(qemu, "PROGRAM", str(program))
        host = lab.up("nv-vm", kind="vm")
    yield Target(host)
    lab.down("nv-vm")


def inventory(target: Target, card: str, folder: Path) -> Path:
    path = folder / "inventory.py"
    path.write_text(INVENTORY.format(host=target.host, card=card))
    return path


def test_the_kernel_sees_the_card(target: Target) -> None:
    assert "[10de:2b85]" in target.sh("lspci -nn -d 10de:")


def test_the_card_is_what_the_driver_for_it_demands(target: Target) -> None:
    settings = NvidiaSettings(packages_from="nvidia", repository=DriverRepository(key=KEY))
    found = target.drift(desired(settings, Platform("debian13", (RTX_5090,))))
    assert found[0].kind == "package.missing", found[0].summary
    assert "nvidia-kernel-open-dkms" in {one.where for one in found}


def test_debians_own_driver_is_refused_before_the_host_is_asked(target: Target, tmp_path: Path) -> None:
    done = rig("apply", inventory(target, RTX_5090, tmp_path))
    assert done.returncode == 1
    assert "GeForce RTX 5090 needs 570 or newer with open modules" in done.stdout
    assert 'nvidia.packages_from="nvidia"' in done.stdout


def test_an_inventory_with_another_card_is_refused_before_anything_changes(
    target: Target, tmp_path: Path
) -> None:
    before = target.sh("dpkg-query -W | sha256sum; ls -A /etc /usr/local/lib | sha256sum")
    done = rig("apply", inventory(target, RTX_4090, tmp_path))
    assert done.returncode == 1
    assert "on the PCI bus is 10de:2b85, wanted 10de:2684" in done.stdout
    assert target.sh("dpkg-query -W | sha256sum; ls -A /etc /usr/local/lib | sha256sum") == before
