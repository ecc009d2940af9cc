"""The inventory of the Vagrantfile's machines, read from what ``vagrant up`` notes down."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from deploys.rig import Rig, subsystems
from inventories.scenarios import defaults
from rigwright.errors import RigError
from rigwright.inventory.load import load
from tests.support.pages import ROOT

NOTE = {
    "name": "debian13",
    "address": "192.0.2.13",
    "port": 22,
    "user": "vagrant",
    "key": "/home/me/private_key",
    "machine": {
        "os": "debian13",
        "cpu_threads": 2,
        "memory": 4 << 30,
        "disks": [
            {"id": "ata-QEMU_HARDDISK_RIG-DATA1", "size": 8 << 30, "role": "data: one half of a mirror"}
        ],
    },
}


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """The inventory beside no machine at all."""
    (tmp_path / "inventories").mkdir()
    return Path(shutil.copy2(ROOT / "inventories" / "vagrant.py", tmp_path / "inventories"))


def up(inventory: Path, name: str, **changes: object) -> Path:
    """A machine's note, where Vagrant keeps what it knows of it."""
    folder = inventory.parent.parent / ".vagrant/machines" / name / "libvirt"
    folder.mkdir(parents=True)
    (folder / "rigwright.json").write_text(json.dumps({**NOTE, "name": name, **changes}))
    return folder


def test_a_machine_is_a_host_whose_key_is_pinned_and_whose_hardware_is_known(inventory: Path) -> None:
    folder = up(inventory, "debian13")
    (host,) = load(inventory)
    assert host.name == "debian13"
    wanted = {
        "ssh_hostname": "192.0.2.13",
        "ssh_user": "vagrant",
        "ssh_key": "/home/me/private_key",
        "ssh_known_hosts_file": str(folder / "known_hosts"),
        "ssh_strict_host_key_checking": "yes",
    }
    assert wanted.items() <= host.data.items()
    assert isinstance(host.rig, Rig)
    assert host.rig.machine.memory == 4 << 30
    assert [disk.id for disk in host.rig.machine.disks] == ["ata-QEMU_HARDDISK_RIG-DATA1"]
    assert host.rig.health
    assert host.rig.health.sata_disks == 1


def test_it_has_every_subsystem_that_the_lab_s_hosts_have_but_the_one_that_locks_vagrant_out(
    inventory: Path,
) -> None:
    up(inventory, "debian13")
    (host,) = load(inventory)
    assert isinstance(host.rig, Rig)
    left_out = {one for one in subsystems() if getattr(host.rig, one) is None}
    assert left_out - {one for one in subsystems() if getattr(defaults("debian13"), one) is None} == {"ssh"}
    assert host.rig.firewall
    assert [one.port for one in host.rig.firewall.access] == [22]
    assert host.rig.base
    assert host.rig.base.operator == "vagrant"


def test_two_machines_are_two_hosts(inventory: Path) -> None:
    up(inventory, "debian13")
    up(inventory, "ubuntu2404", address="127.0.0.1", port=2222, machine={"os": "ubuntu2404"})
    assert [(host.name, host.data["ssh_port"]) for host in load(inventory)] == [
        ("debian13", 22),
        ("ubuntu2404", 2222),
    ]


def test_where_no_machine_is_up_the_error_says_what_to_do(inventory: Path) -> None:
    with pytest.raises(RigError) as told:
        load(inventory)
    assert told.value.next_step == "vagrant up"
