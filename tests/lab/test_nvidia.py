"""NVIDIA's driver on a host that has no card: what is refused, and what is set on a stand-in for one.

The stand-in is a directory in place of the PCI bus, one in place of the loaded modules, and a program in
place of ``nvidia-smi`` that keeps what it is told. The packages are looked up, and not installed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploys.nvidia.settings import GraphicsClocks, NvidiaSettings
from deploys.nvidia.state import desired
from rigwright import lab
from rigwright.desired import Desired
from rigwright.finding import Finding
from rigwright.remote.ssh import Done
from rigwright.settings.platform import Platform
from tests.support.command import pyinfra, rig
from tests.support.target import Target

RTX_4090 = "10de:2684"
INVENTORY = """
from deploys.nvidia.settings import NvidiaSettings
from deploys.rig import Machine, Rig
from rigwright.inventory.load import ssh_host

rig = Rig(machine=Machine(os="debian13", gpus=["10de:2684"]), nvidia=NvidiaSettings())
hosts = [
    ssh_host(
        "{host.name}", rig, address="{host.address}", user="{host.user}", key="{host.key}",
        known_hosts="{host.known_hosts}",
    )
]
"""
STATE = """
find /etc /usr -xdev -type f ! -name '*-' ! -path '*/rigwright/bin/*' -exec sha256sum {} + | sort | sha256sum
dpkg-query -W
"""
SMI = """\
#!/bin/sh
# The card has a limit of 450 W by default, and takes 150 to 600 W.
cd /run/card || exit 9
case $* in
*--query-gpu=persistence_mode,power.limit*) echo "$(cat persistence), $(cat limit)" ;;
*--query-gpu=index*) echo "0, 450.00, 150.00, 600.00" ;;
*-pl*) for watts; do :; done; printf '%.2f\\n' "$watts" >limit ;;
*-lgc*) for clocks; do :; done; echo "$clocks" >clocks ;;
*-rgc*) echo free >clocks ;;
*) exit 2 ;;
esac
"""
PERSISTENCED = """\
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'echo Enabled >/run/card/persistence'
ExecStop=/bin/sh -c 'echo Disabled >/run/card/persistence'
"""


INITRAMFS = "#!/bin/sh\necho made >>/run/initramfs\ntouch /boot/initrd.img-1\n"


class GpuTarget(Target):
    """A lab host, and what stands in for its card."""

    def wanted(self, **settings: Any) -> Desired:
        """What it should be, without the packages, and without what only they answer."""
        whole = desired(NvidiaSettings(hold=False, **settings), Platform("debian13", (RTX_4090,)))
        runtime_states = tuple(one for one in whole.runtime_states if one.name != "NVIDIA driver")
        return dataclasses.replace(whole, packages=(), versions=(), runtime_states=runtime_states)

    def change(self, **settings: Any) -> Done:
        """Apply settings."""
        return self.apply(self.wanted(**settings))

    def card(self, name: str) -> str:
        """What the card was told."""
        return self.sh(f"cat /run/card/{name}")


@pytest.fixture(scope="module")
def bare() -> Iterator[GpuTarget]:
    """A host whose bus is empty, whatever the machine has that the lab runs on."""
    lab.down("nv-card")
    host = GpuTarget(lab.up("nv-card", "debian13"))
    host.sh("mkdir /run/bus && mount --bind /run/bus /sys/bus/pci/devices")
    yield host
    lab.down("nv-card")


@pytest.fixture(scope="module")
def plugged(bare: GpuTarget) -> GpuTarget:
    """The same with a card on its bus, and no driver."""
    bare.sh(
        "mkdir /run/bus/0000:01:00.0 && cd /run/bus/0000:01:00.0 && "
        "echo 0x10de >vendor && echo 0x2684 >device && echo 0x030000 >class"
    )
    bare.sh(f"cat >/usr/bin/nvidia-smi <<'SMI'\n{SMI}SMI\nchmod 755 /usr/bin/nvidia-smi")
    bare.sh(
        f"cat >/usr/sbin/update-initramfs <<'TOOL'\n{INITRAMFS}TOOL\nchmod 755 /usr/sbin/update-initramfs"
    )
    bare.sh("touch -d yesterday /boot/initrd.img-1")
    bare.sh(f"cat >/etc/systemd/system/nvidia-persistenced.service <<'UNIT'\n{PERSISTENCED}UNIT")
    bare.sh("mkdir -p /run/card && cd /run/card && echo 450.00 >limit && echo Disabled >persistence")
    # A container's /sys is a tmpfs that lacks the kernel's modules.
    bare.sh("systemctl daemon-reload && mount -o remount,rw /sys && mkdir -p /sys/module")
    return bare


@pytest.fixture(scope="module")
def driven(plugged: GpuTarget) -> GpuTarget:
    """The same with its driver loaded."""
    plugged.sh("mkdir /sys/module/nvidia")
    return plugged


def told(target: GpuTarget, **settings: Any) -> list[tuple[str, str, str | None]]:
    findings: list[Finding] = target.drift(target.wanted(**settings))
    return [(one.kind, one.where, one.actual) for one in findings]


def test_a_rig_that_wants_a_card_is_refused_on_a_host_without_one_before_anything_changes(
    bare: GpuTarget, tmp_path: Path
) -> None:
    inventory = tmp_path / "inventory.py"
    inventory.write_text(INVENTORY.format(host=bare.host))
    before = bare.sh(STATE)
    for done in (
        rig("apply", inventory),
        rig("apply", inventory, "--adopt"),
        pyinfra(inventory, "-y"),
    ):
        assert done.returncode == 1, done.stdout
        assert "on the PCI bus is none, wanted 10de:2684" in done.stdout
        assert "set machine.gpus" in done.stdout
    assert bare.sh(STATE) == before
    plan = rig("plan", inventory)
    assert (plan.returncode, "on the PCI bus is none" in plan.stdout) == (2, True), plan.stdout


def test_the_distribution_has_the_packages_in_the_branch_that_the_table_names(bare: GpuTarget) -> None:
    found = desired(NvidiaSettings(), Platform("debian13", (RTX_4090,)))
    bare.sh("apt-get -q update")
    said = bare.sh(f"apt-get -s -q --no-install-recommends install {' '.join(found.packages)}")
    ((name, branch),) = found.versions
    assert f"Inst {name} ({branch}." in said


def test_before_its_first_boot_the_driver_is_not_loaded_and_the_change_stands(plugged: GpuTarget) -> None:
    done = plugged.change(power_limit_watts=300)
    assert done.code == 0, done.stdout
    assert plugged.card("limit") == "450.00"
    assert told(plugged, power_limit_watts=300) == [("runtime_state.unreadable", "NVIDIA settings", None)]
    assert plugged.sh("cat /run/initramfs") == "made", "nouveau would come back from the old one"


def test_a_card_is_kept_ready_and_gets_its_limit_and_clocks(driven: GpuTarget) -> None:
    settings = {
        "power_limit_watts": 300,
        "graphics_clocks": GraphicsClocks(lowest_mhz=210, highest_mhz=2400),
    }
    done = driven.change(**settings)
    assert done.code == 0, done.stdout
    assert (driven.card("limit"), driven.card("clocks")) == ("300.00", "210,2400")
    assert driven.card("persistence") == "Enabled"
    assert told(driven, **settings) == []
    driven.sh("nvidia-smi -i 0 -pl 500")
    assert told(driven, **settings) == [
        ("runtime_state.value", "NVIDIA settings: power limit in watts", "500"),
    ]
    assert driven.change(**settings).code == 0
    assert driven.card("limit") == "300.00"


def test_what_a_boot_forgets_is_set_by_the_unit_alone(driven: GpuTarget) -> None:
    assert driven.change(power_limit_watts=300).code == 0
    driven.sh("systemctl kill -s KILL rigwright-nvidia; echo 450.00 >/run/card/limit")
    driven.sh("systemctl stop rigwright-nvidia && echo Disabled >/run/card/persistence")
    driven.sh("systemctl stop nvidia-persistenced && systemctl start multi-user.target rigwright-nvidia")
    assert (driven.card("limit"), driven.card("persistence")) == ("300.00", "Enabled")


@pytest.mark.parametrize(("watts", "set_to"), [(5000, "600"), (10, "150")])
def test_a_limit_beyond_the_cards_own_becomes_the_nearest_and_is_told(
    driven: GpuTarget, watts: int, set_to: str
) -> None:
    done = driven.change(power_limit_watts=watts)
    assert done.code == 0, done.stdout
    assert driven.card("limit") == f"{set_to}.00"
    assert told(driven, power_limit_watts=watts) == [
        ("runtime_state.value", "NVIDIA settings: power limit in watts", set_to),
    ]


def test_without_a_limit_and_clocks_the_card_has_its_own_again(driven: GpuTarget) -> None:
    clocks = GraphicsClocks(lowest_mhz=210, highest_mhz=2400)
    assert driven.change(power_limit_watts=300, graphics_clocks=clocks).code == 0
    assert driven.change(persistence=False).code == 0
    assert (driven.card("limit"), driven.card("clocks")) == ("450.00", "free")
    assert driven.card("persistence") == "Disabled"
    assert told(driven, persistence=False) == []


META = """
mkdir -p /root/meta/DEBIAN && printf '%s\\n' 'Package: linux-image-generic-hwe-24.04' 'Version: 1' \\
    'Architecture: all' 'Maintainer: a <a@b.test>' 'Description: a kernel' >/root/meta/DEBIAN/control
dpkg-deb -b /root/meta /root/meta.deb && dpkg -i /root/meta.deb
"""


def test_what_brings_new_kernels_of_ubuntu_is_held_where_it_is(bare: GpuTarget) -> None:
    """By toys of Ubuntu's names; the kernel that Debian has is none of them."""
    wanted = desired(NvidiaSettings(), Platform("ubuntu2404", (RTX_4090,)))
    (holds,) = [one for one in wanted.runtime_states if one.name == "NVIDIA kernel holds"]
    assert bare.sh(holds.command) == '{"what brings new kernels": "held"}', "there is none"
    bare.sh(META)
    assert bare.sh(holds.command) == '{"what brings new kernels": "linux-image-generic-hwe-24.04"}'
    bare.sh(holds.remediation)
    assert bare.sh("apt-mark showhold") == "linux-image-generic-hwe-24.04"
    assert bare.sh(holds.command) == '{"what brings new kernels": "held"}'
    bare.sh(holds.remediation)
    bare.sh("apt-mark unhold linux-image-generic-hwe-24.04 && dpkg -P linux-image-generic-hwe-24.04")


def test_another_card_than_the_inventorys_is_told(driven: GpuTarget) -> None:
    driven.sh("echo 0x2b85 >/run/bus/0000:01:00.0/device")
    try:
        assert ("host.requirement", "NVIDIA cards: on the PCI bus", "10de:2b85") in told(driven)
    finally:
        driven.sh("echo 0x2684 >/run/bus/0000:01:00.0/device")
