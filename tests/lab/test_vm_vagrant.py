"""The repository's Vagrantfile with libvirt, in a copy of the repository: docs/how-to/vagrant.md, done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rigwright.lab import packages
from tests.support import libvirt, vagrant_box
from tests.support.clone import Clone

HOUR = 3600
"""Of an emulated processor, that of a loaded machine included."""

BOX = "cloud-image/debian-13"
NOTE = ".vagrant/machines/debian13/libvirt/rigwright.json"
INVENTORY = "inventories/vagrant.py"


class Reader(Clone):
    """A user with Vagrant and libvirt who cloned the repository."""

    @property
    def environment(self) -> dict[str, str]:
        """Vagrant looks up no newer one."""
        return {**super().environment, "VAGRANT_CHECKPOINT_DISABLE": "1"}

    def does(self, command: str, *, exit_code: int = 0) -> str:
        """What a command prints, which must end with this exit code."""
        done = self.run(command, timeout=HOUR)
        assert done.returncode == exit_code, f"{command} ended with {done.returncode}:\n{done.stdout[-4000:]}"
        return done.stdout

    def inside(self, command: str) -> str:
        """What a command prints in the machine, by Vagrant's own way in."""
        return self.does(f"vagrant ssh debian13 -c '{command}' -- -q")

    @property
    def note(self) -> dict[str, Any]:
        """What ``vagrant up`` noted down."""
        found: dict[str, Any] = json.loads((self.root / NOTE).read_text())
        return found


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """The machine is up, with a box under the name that the Vagrantfile has."""
    for need in ("vm", "vagrant", "libvirt"):
        packages.install_missing(need)
    folder = tmp_path_factory.mktemp("vagrant")
    box = vagrant_box.build(folder)
    reader = Reader(folder / "reader")
    (folder / "libvirt").mkdir()
    with libvirt.running(folder / "libvirt"):
        reader.does(f"vagrant box add --name {BOX} {box}")
        box.unlink()
        try:
            reader.does("vagrant up --provider libvirt")
            yield reader
        finally:
            reader.run("vagrant destroy --force", timeout=HOUR)


def test_the_disks_are_there_under_the_names_of_the_inventory(reader: Reader) -> None:
    names = reader.inside("ls /dev/disk/by-id").split()
    wanted = [disk["id"] for disk in reader.note["machine"]["disks"]]
    assert len(wanted) == 3
    assert set(wanted) <= set(names)
    sizes = reader.inside("lsblk -dnb -o SIZE /dev/sda /dev/sdb /dev/sdc").split()
    assert sizes == [str(8 * 2**30)] * 3


def test_the_host_key_that_is_pinned_is_the_machine_s(reader: Reader) -> None:
    key = reader.inside("cat /etc/ssh/ssh_host_ed25519_key.pub").split()[:2]
    pinned = (reader.root / NOTE).with_name("known_hosts").read_text().split()
    assert pinned[:3] == [reader.note["address"], *key]


def test_the_site_is_applied_verified_and_without_drift(reader: Reader) -> None:
    reader.does(f"./rig plan {INVENTORY}", exit_code=2)
    reader.does(f"./rig apply {INVENTORY}")
    reader.does(f"./rig verify {INVENTORY}")
    reader.does(f"./rig drift {INVENTORY}")


@pytest.mark.parametrize("inventory", [INVENTORY, "@vagrant"])
def test_a_second_run_changes_nothing(reader: Reader, inventory: str) -> None:
    output = reader.does(f".venv/bin/pyinfra -y {inventory} deploys/site.py --json")
    report = json.loads(next(line for line in output.splitlines() if line.startswith("{")))
    operations = report["results"]["operations"]
    assert [one for one in operations if one["success"] or one["error"]] == []
    assert [one for one in operations if one["no_change"]]


def test_another_host_key_is_refused(reader: Reader) -> None:
    known_hosts: Path = (reader.root / NOTE).with_name("known_hosts")
    true = known_hosts.read_text()
    known_hosts.write_text(f"{reader.note['address']} ssh-ed25519 {'A' * 68}\n")
    try:
        output = reader.does(f"./rig drift {INVENTORY}", exit_code=1)
    finally:
        known_hosts.write_text(true)
    assert "host key" in output


def test_a_destroyed_machine_leaves_nothing(reader: Reader) -> None:
    reader.does("vagrant destroy --force")
    assert not (reader.root / NOTE).exists()
    assert not (reader.root / NOTE).with_name("host_key.pub").exists()
    assert "next: vagrant up" in reader.does(f"./rig drift {INVENTORY}", exit_code=1)
