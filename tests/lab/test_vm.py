"""The lab's VMs: a kernel and disks of their own, and faults of hardware that nothing else can make."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rigwright import lab
from rigwright.errors import RigError
from rigwright.lab import LabHost
from rigwright.lab.fault import inject
from tests.support.command import rig
from tests.support.waiting import wait_until

SECOND = "/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_RIGLAB-NVME1"


@pytest.fixture(scope="module")
def host() -> Iterator[LabHost]:
    lab.down("v-lab")
    yield lab.up("v-lab", kind="vm")
    lab.down("v-lab")


def ssh(host: LabHost, command: str) -> str:
    """What a command prints over SSH, with strict host keys."""
    done = subprocess.run(
        [*host.ssh(), "--", command], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def responds(host: LabHost) -> bool:
    return subprocess.run([*host.ssh(), "true"], capture_output=True, check=False, timeout=60).returncode == 0


def test_it_has_a_kernel_of_its_own_and_disks_that_are_named(host: LabHost) -> None:
    assert ssh(host, "hostname") == "v-lab"
    assert (
        ssh(host, "cat /proc/sys/kernel/random/boot_id")
        != Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    )
    assert ssh(host, "systemd-detect-virt --container; findmnt -no SOURCE,FSTYPE /").split() == [
        "none", "/dev/vda", "ext4",
    ]  # fmt: skip
    disks = ssh(host, "lsblk --nodeps --noheadings -o SERIAL,TRAN /dev/nvme0n1 /dev/nvme1n1 /dev/sda")
    assert sorted(map(str.split, disks.splitlines())) == [
        ["RIGLAB-NVME0", "nvme"],
        ["RIGLAB-NVME1", "nvme"],
        ["RIGLAB-SATA0", "sata"],
    ]
    assert ssh(host, "systemctl is-system-running --wait") == "running"


def test_both_addresses_respond_and_the_outside_is_reached(host: LabHost) -> None:
    assert ssh(host, "ip -json -br addr show eth0 >/dev/null && hostname -I").split()[:2] == [
        host.address,
        host.address6,
    ]
    assert ssh(host, "sudo apt-get -q update >/dev/null && echo yes") == "yes"


def test_zfs_makes_a_pool_on_its_drives(host: LabHost) -> None:
    ssh(host, f"sudo zpool create -f v-pool {SECOND} && sudo zpool export v-pool && sudo wipefs -aq {SECOND}")


def test_a_pulled_drive_is_gone_and_comes_back_with_its_data(host: LabHost) -> None:
    ssh(host, f"echo kept | sudo dd of={SECOND} conv=fsync status=none")
    inject(host, "disk-remove")
    wait_until(lambda: ssh(host, f"test -e {SECOND} || echo gone") == "gone", seconds=60)
    inject(host, "disk-insert")
    wait_until(lambda: ssh(host, f"test -e {SECOND} && echo there || :") == "there", seconds=60)
    assert ssh(host, f"sudo head -c 4 {SECOND}") == "kept"


def test_a_drive_that_warns_shows_that_in_its_own_tool(host: LabHost) -> None:
    host.run("apt-get -qq update && apt-get -qq install -y --no-install-recommends nvme-cli")
    warning_of = "nvme smart-log /dev/nvme0 -o json | grep -o '\"critical_warning\":[0-9]*'"
    for fault, warning in (("nvme-critical", 4), ("nvme-well", 0)):
        inject(host, fault)
        assert host.run(warning_of).stdout.strip() == f'"critical_warning":{warning}'


def test_a_cut_cable_leaves_the_agent_and_can_be_restored(host: LabHost) -> None:
    inject(host, "net-cut")
    wait_until(lambda: "NO-CARRIER" in host.run("ip link show eth0").stdout, seconds=60)
    inject(host, "net-restore")
    wait_until(lambda: responds(host), seconds=60)


def test_a_script_inside_has_its_input_its_user_and_its_exit_code(host: LabHost) -> None:
    assert host.run("id -un; cat", b"two words\n", user="operator").stdout == "operator\ntwo words\n"
    failed = host.run("echo why >&2; exit 7", check=False)
    assert (failed.returncode, failed.stderr) == (7, "why\n")
    with pytest.raises(RigError, match="failed with 1"):
        host.run("false")


def test_a_reboot_is_another_boot_on_the_same_disk(host: LabHost) -> None:
    host.run("echo stays >/root/stays && sync")
    before = host.run("cat /proc/sys/kernel/random/boot_id").stdout
    host.reboot()
    assert host.run("cat /proc/sys/kernel/random/boot_id").stdout != before
    assert host.run("cat /root/stays").stdout == "stays\n"


def test_after_a_power_cut_up_starts_it_again(host: LabHost) -> None:
    done = rig("lab", "fault", host.name, "power-cut")
    assert done.returncode == 0, done.stdout
    assert host.name not in {one.name for one in lab.hosts()}
    assert lab.up(host.name, kind="vm") == host
    assert host.run("cat /root/stays").stdout == "stays\n"


def test_reset_gives_the_pristine_disks_back_under_the_same_keys(host: LabHost) -> None:
    started = time.monotonic()
    assert lab.reset(host.name).address == host.address
    assert ssh(host, "sudo test -e /root/stays || echo gone") == "gone"
    assert ssh(host, f"sudo head -c 4 {SECOND} | tr -d '\\0'") == ""
    assert time.monotonic() - started < 300


def test_what_cannot_be_is_refused(host: LabHost) -> None:
    with pytest.raises(RigError, match="'disk-eat' is no fault"):
        inject(host, "disk-eat")
    with pytest.raises(RigError, match="there is no vm of ubuntu2404"):
        lab.up("v-other", "ubuntu2404", kind="vm")
    with pytest.raises(RigError, match="exists as another kind of host: debian13, vm"):
        lab.up(host.name)


def test_nothing_of_it_stays(host: LabHost) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rigwright", "lab", "list"], capture_output=True, text=True, check=True
    )
    assert "vm" in done.stdout
    lab.down(host.name)
    assert not host.folder.exists()
    assert (
        f"riglab{host.number}"
        not in subprocess.run(["ip", "-br", "link"], capture_output=True, text=True, check=True).stdout
    )
    lab.up(host.name, kind="vm")
