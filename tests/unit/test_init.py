"""``rig init``: facts of a host become an inventory that loads, and what is unknown is not guessed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from deploys import starter
from deploys.rig import Rig, subsystems
from rigwright.cli import cli
from rigwright.cli.init import TEMPLATES
from rigwright.errors import RigError
from rigwright.init.facts import DiskFacts, HostFacts, parse, role, stable_id
from rigwright.init.text import Address, disk_size, inventory, memory_size
from rigwright.inventory.load import Host, load
from tests.support.command import ROOT

RELEASE = 'ID=debian\nVERSION_ID="13"\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n'
STUDIO = HostFacts(
    "studio",
    "ubuntu2204",
    cpu_threads=32,
    memory_bytes=134_743_724_032,
    disks=(
        DiskFacts("nvme0n1", "nvme-SYSTEM_2TB_S1", 2_000_398_934_016, "system", "nvme"),
        DiskFacts("nvme1n1", "nvme-DATA_4TB_S2", 4_000_787_030_016, "ZFS pool data", "nvme"),
        DiskFacts("sda", "ata-MEDIA_8TB_S3", 8_001_563_222_016, "mounted at /srv", "sata"),
        DiskFacts("vda", "", 10_000_000_000, "empty", "virtual"),
    ),
    gpus=("10de:2b85",),
    output={
        "ports": "22\n2222\n",
        "pools": "data\n",
        "nginx": "/usr/sbin/nginx\n",
        "redis": "/usr/bin/redis-server\n",
    },
)
BARE = HostFacts("bare", "debian13", output={"ports": "22\n"})
ADDRESS = Address("192.0.2.10", "operator")


def text_of(facts: HostFacts, template: str | None = None, unmet: Mapping[str, str] | None = None) -> str:
    parts, left_out = starter.parts(facts, template, "operator", unmet or {})
    return inventory("A test", facts, ADDRESS, parts=parts, left_out=left_out)


def loaded(text: str, folder: Path) -> tuple[Host, Rig]:
    path = folder / "host.py"
    path.write_text(text)
    (host,) = load(path)
    assert isinstance(host.rig, Rig)
    return host, host.rig


def present(rig: Rig) -> list[str]:
    return [name for name in subsystems() if getattr(rig, name) is not None]


def test_facts_become_the_machine_of_the_inventory(tmp_path: Path) -> None:
    host, rig = loaded(text_of(STUDIO), tmp_path)
    machine = rig.machine
    assert (host.name, machine.os, machine.cpu_threads, machine.memory) == (
        "studio", "ubuntu2204", 32, 125 * 2**30,
    )  # fmt: skip
    assert [(disk.id, disk.size, disk.role) for disk in machine.disks] == [
        ("nvme-SYSTEM_2TB_S1", 2 * 10**12, "system"),
        ("nvme-DATA_4TB_S2", 4 * 10**12, "ZFS pool data"),
        ("ata-MEDIA_8TB_S3", 8 * 10**12, "mounted at /srv"),
    ]
    assert list(machine.gpus) == ["10de:2b85"]
    assert (host.data["ssh_hostname"], host.data["ssh_user"]) == ("192.0.2.10", "operator")
    assert host.data["ssh_strict_host_key_checking"] == "yes"


def test_what_is_in_use_on_the_host_is_proposed(tmp_path: Path) -> None:
    _, rig = loaded(text_of(STUDIO), tmp_path)
    assert present(rig) == ["base", "ssh", "firewall", "nvidia", "nginx", "health"]
    assert rig.base
    assert rig.base.operator == "operator"
    assert rig.ssh
    assert list(rig.ssh.ports) == [22, 2222]
    assert rig.health
    assert (rig.health.gpus, rig.health.nvme_drives, rig.health.sata_disks) == (1, 2, 1)
    assert list(rig.health.pools) == ["data"]


def test_what_needs_more_than_facts_is_a_comment_that_names_the_page() -> None:
    text = text_of(STUDIO)
    assert "# redis: it needs passwords of your own: docs/redis.md" in text
    assert "# zfs: the pools are watched by health" in text
    assert "# vda (10GB) has no name in /dev/disk/by-id, and is left out." in text
    for page in re.findall(r"docs/[a-z0-9/-]+\.md", text):
        assert (ROOT / page).is_file(), page


def test_what_is_unknown_is_a_comment_and_no_value(tmp_path: Path) -> None:
    text = text_of(BARE)
    _, rig = loaded(text, tmp_path)
    assert (rig.machine.cpu_threads, rig.machine.memory, rig.machine.disks) == (None, None, ())
    for words in (
        "How many threads its CPU has is unknown",
        "How much memory it has is unknown",
        "No disk was found",
    ):
        assert words in text


def test_a_host_whose_sshd_does_not_show_its_ports_keeps_its_sshd(tmp_path: Path) -> None:
    text = text_of(HostFacts("bare", "debian13"))
    _, rig = loaded(text, tmp_path)
    assert (rig.ssh, rig.firewall) == (None, None)
    assert "# ssh: sshd -T does not show its ports" in text


def test_a_card_that_no_driver_of_the_system_fits_is_no_part(tmp_path: Path) -> None:
    text = text_of(HostFacts("gpu", "debian13", gpus=("10de:2b85",), output=BARE.output))
    _, rig = loaded(text, tmp_path)
    assert rig.nvidia is None
    assert "no driver that is known to fit 10de:2b85: docs/nvidia.md" in text


def test_a_database_of_another_version_is_no_part(tmp_path: Path) -> None:
    found = {
        **BARE.output,
        "postgres": "/usr/lib/postgresql/15/bin/postgres\n/usr/lib/postgresql/17/bin/postgres\n",
    }
    text = text_of(HostFacts("db", "debian13", output=found))
    assert loaded(text, tmp_path)[1].postgres is None
    assert "# postgres: version 15, 17 is there, the system packages 17" in text
    own = {**BARE.output, "postgres": "/usr/lib/postgresql/17/bin/postgres\n"}
    assert loaded(text_of(HostFacts("db", "debian13", output=own)), tmp_path)[1].postgres is not None


def test_a_database_in_a_small_machine_is_no_part(tmp_path: Path) -> None:
    small = HostFacts("small", "debian13", memory_bytes=480 * 2**20, output=BARE.output)
    text = text_of(small, "db")
    assert loaded(text, tmp_path)[1].postgres is None
    assert "# postgres: the machine has little memory" in text


def test_a_host_requirement_that_is_not_met_is_a_comment_and_its_card_is_not_missed(tmp_path: Path) -> None:
    text = text_of(
        STUDIO, unmet={"nvidia": "NVIDIA kernel: modules that fit the kernel is dkms, wanted prebuilt"}
    )
    _, rig = loaded(text, tmp_path)
    assert rig.nvidia is None
    assert rig.health
    assert rig.health.gpus == 0
    assert "# nvidia: NVIDIA kernel: modules that fit the kernel is dkms" in text


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_adds_its_subsystems_to_what_is_found(template: str, tmp_path: Path) -> None:
    _, rig = loaded(text_of(STUDIO, template), tmp_path)
    assert {*starter.ALWAYS, *starter.TEMPLATES[template], "nginx", "nvidia"} == set(present(rig))


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_without_a_host_is_short_and_loads(template: str, tmp_path: Path) -> None:
    path = tmp_path / "server.py"
    done = CliRunner().invoke(cli, ["init", "--template", template, "--output", str(path)])
    assert done.exit_code == 0, done.output
    (host,) = load(path)
    assert host.name == "server"
    assert len(path.read_text().splitlines()) < 40


def test_the_templates_are_those_of_the_command() -> None:
    assert tuple(starter.TEMPLATES) == TEMPLATES
    assert {name for some in starter.TEMPLATES.values() for name in some} <= set(subsystems())
    assert set(starter.QUERIES) - set(subsystems()) == {"pools", "ports"}


def test_a_file_that_exists_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("mine = []\n")
    done = CliRunner().invoke(cli, ["init", "--output", str(path)])
    assert isinstance(done.exception, RigError)
    assert done.exception.file == str(path)
    assert done.exception.next_step
    assert path.read_text() == "mine = []\n"


MANY = HostFacts(
    "a" * 63,
    "debian12",
    cpu_threads=128,
    memory_bytes=2**40,
    disks=tuple(
        DiskFacts(f"sd{n}", f"ata-{'X' * 60}_{n}", 10**13, "mounted at /srv/" + "y" * 40, "sata")
        for n in "abc"
    ),
    output={"ports": "22", "pools": "\n".join(f"pool{n}{'z' * 20}" for n in range(9))},
)


@pytest.mark.parametrize("facts", [STUDIO, BARE, MANY], ids=["studio", "bare", "many"])
def test_the_file_is_as_ruff_wants_it(facts: HostFacts) -> None:
    reached = Address(
        "2001:db8::10", "operator", 2222, "/home/operator/.ssh/id_ed25519", "/home/operator/" + "k" * 60
    )
    parts, left_out = starter.parts(facts, "full", "root", {"docker": "a long reason " * 20})
    text = inventory("A test", facts, reached, parts=parts, left_out=left_out)
    for check in (["check"], ["format", "--diff"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *check, "--stdin-filename", "inventories/new.py", "-"],
            input=text, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


def printed(**changes: Any) -> str:
    found = {
        "name": "Web1.example.com",
        "os_release": RELEASE,
        "cpu_threads": 8,
        "memory": 2**34,
        "gpus": [],
        "disks": [
            {
                "name": "sda",
                "bus": "sata",
                "size": 10**12,
                "ids": ["wwn-0x5", "ata-DISK_1"],
                "inside": [{"mountpoints": ["/"]}],
            }
        ],
        "queries": {
            "nginx": {"code": 0, "out": "/usr/sbin/nginx\n"},
            "docker": {"code": 127, "out": ""},
            "redis": {"error": "no"},
        },
    }
    return json.dumps({**found, **changes})


def test_what_the_host_prints_becomes_facts() -> None:
    facts = parse(printed(), "192.0.2.10")
    assert (facts.name, facts.os, facts.cpu_threads, facts.memory_bytes) == ("web1", "debian13", 8, 2**34)
    assert facts.disks == (DiskFacts("sda", "ata-DISK_1", 10**12, "system", "sata"),)
    assert dict(facts.output) == {"nginx": "/usr/sbin/nginx\n"}


@pytest.mark.parametrize("text", ["", "[]", "{}", "null"])
def test_what_is_no_facts_names_the_host(text: str) -> None:
    with pytest.raises(RigError) as raised:
        parse(text, "192.0.2.10")
    assert raised.value.host == "192.0.2.10"


def test_a_system_that_is_not_supported_names_the_host_and_those_that_are() -> None:
    with pytest.raises(RigError, match="not supported") as raised:
        parse(printed(os_release="ID=alpine\nVERSION_ID=3.20\nPRETTY_NAME=Alpine\n"), "192.0.2.10")
    assert raised.value.host == "192.0.2.10"
    assert "Debian 13" in str(raised.value.next_step)


@pytest.mark.parametrize(
    ("names", "best"),
    [
        (["nvme-eui.002538", "nvme-Samsung_990_S7", "nvme-Samsung_990_S7_1"], "nvme-Samsung_990_S7"),
        (["wwn-0x5000c500a"], "wwn-0x5000c500a"),
        (["ata-ST8000_Z1", "scsi-SATA_ST8000_Z1", "wwn-0x5000c500a"], "ata-ST8000_Z1"),
        (['ata-"; import os', "wwn-0x5"], "wwn-0x5"),
        ([], ""),
    ],
)
def test_a_disk_has_the_name_that_its_label_shows(names: list[str], best: str) -> None:
    assert stable_id(names) == best


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        (None, "unknown"),
        ([], "empty"),
        ([{"fstype": None, "mountpoints": [None]}], "empty"),
        ([{"mountpoints": ["/boot"]}, {"mountpoints": ["/"]}], "system"),
        ([{"mountpoints": ["/srv", "/data"]}], "mounted at /data and /srv"),
        ([{"mountpoints": ["[SWAP]"], "fstype": "swap"}], "holds swap"),
        ([{"mountpoints": [], "fstype": "zfs_member", "label": "tank"}], "ZFS pool tank"),
        ([{"mountpoints": ['/x"); import os #']}], "mounted at /x??? import os ?"),
    ],
)
def test_what_is_on_a_disk_is_said_in_plain_characters(
    inside: list[dict[str, Any]] | None, words: str
) -> None:
    assert role(inside) == words


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (2_000_398_934_016, "2TB"),
        (1_920_383_410_176, "1.92TB"),
        (512_110_190_592, "512GB"),
        (64 * 2**20, "67.1MB"),
    ],
)
def test_a_disk_is_as_large_as_its_maker_says(size: int, text: str) -> None:
    assert disk_size(size) == text


@pytest.mark.parametrize(("size", "text"), [(134_743_724_032, "125GiB"), (4_131_713_024, "3940MiB")])
def test_memory_is_never_more_than_there_is(size: int, text: str) -> None:
    assert memory_size(size) == text
