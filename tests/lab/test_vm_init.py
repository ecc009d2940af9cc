"""``rig init`` of a machine with disks: each stands in the inventory by a name that stays, with its use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploys.rig import Rig
from rigwright import lab
from rigwright.compare.runtime_state import UNFIT
from rigwright.inventory.load import load
from rigwright.lab import LabHost
from tests.support.command import rig, rig_json

NAME = "v-init"
FIRST, SECOND = (f"nvme-QEMU_NVMe_Ctrl_RIGLAB-NVME{number}" for number in (0, 1))
THIRD = "ata-QEMU_HARDDISK_RIGLAB-SATA0"


@pytest.fixture(scope="module")
def host() -> Iterator[LabHost]:
    """A VM with a pool of two NVMe drives, and a SATA disk for swap; its image has no mkfs."""
    lab.down(NAME)
    found = lab.up(NAME, kind="vm")
    found.run(f"zpool create -f tank mirror /dev/disk/by-id/{FIRST} /dev/disk/by-id/{SECOND}")
    found.run(f"mkswap -q /dev/disk/by-id/{THIRD} && udevadm settle")
    yield found
    lab.down(NAME)


def test_disks_pools_and_counts_are_those_of_the_machine(host: LabHost, tmp_path: Path) -> None:
    path = tmp_path / "host.py"
    where = f"{host.user}@{host.address}:{host.port}"
    done = rig(
        "init", where, "--key", host.key, "--inventory-known-hosts", host.known_hosts, "--output", path
    )
    assert done.returncode == 0, done.stdout
    (found,) = load(path)
    assert isinstance(found.rig, Rig)
    roles = {disk.id: disk.role for disk in found.rig.machine.disks}
    assert {name: roles.get(name) for name in (FIRST, SECOND, THIRD)} == {
        FIRST: "ZFS pool tank", SECOND: "ZFS pool tank", THIRD: "holds swap",
    }  # fmt: skip
    text = path.read_text()
    assert len(text.splitlines()) <= 40, text  # with three disks, and where the lab keeps its keys
    assert "# vda (" in text, "the system's disk has no serial number here"
    health = found.rig.health
    assert health
    assert (health.nvme_drives, list(health.pools)) == (2, ["tank"])
    code, plan = rig_json("plan", path)
    (one,) = plan["hosts"]
    assert (code, one.get("error")) == (2, None), one
    assert [finding for finding in one["findings"] if finding["kind"] == UNFIT] == []
