"""Disks behind RAID controllers and bridges: named by settings, queried by smartctl's device type."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from deploys.health.disks import ControllerDisk
from deploys.health.settings import HealthSettings
from deploys.health.state import desired
from rigwright.health import collect, textfile
from rigwright.health.masking import masked
from rigwright.health.masks import Masks
from rigwright.health.survey import judged
from rigwright.host import health as on_host
from rigwright.remote import commands
from rigwright.settings.platform import Platform
from tests.support import health
from tests.support.health_metrics import samples

BAY = ControllerDisk(name="bay-3", device="/dev/sda", type="megaraid,3")
BRIDGE = ControllerDisk(name="usb-nvme", device="/dev/sdb", type="sntrealtek")
ARGUMENTS = ("disk:bay-3:megaraid,3:/dev/sda", "disk:usb-nvme:sntrealtek:/dev/sdb")
SETTINGS = HealthSettings(controller_disks=[BAY, BRIDGE])


@pytest.mark.parametrize(
    "kind",
    [
        *(
            "sat",
            "sat,12",
            "scsi",
            "ata",
            "usbjmicron",
            "megaraid,0",
            "sat+megaraid,12",
            "cciss,1",
            "3ware,7",
        ),
        *("areca,3", "areca,3/2", "aacraid,0,0,1", "jmb39x,0", "jms56x,1", "nvme", "nvme,0x1", "sntasmedia"),
        *("hpt,1/4/2", "intelliprop,1", "usbprolific,1"),
    ],
)
def test_a_device_type_of_smartctl_is_taken(kind: str) -> None:
    assert ControllerDisk(name="bay-0", device="/dev/sg2", type=kind).type == kind


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"type": "megaraid"}, "needs the number of the disk"),
        ({"type": "raid,3"}, "is no device type of smartctl"),
        ({"type": "sat+raid,3"}, "is no device type of smartctl"),
        ({"type": "megaraid,3; reboot"}, "a device type is a name with numbers"),
        ({"type": ""}, "a device type is a name with numbers"),
        ({"name": "sdb"}, "the kernel's name of another disk"),
        ({"name": "nvme0"}, "the kernel's name of another disk"),
        ({"name": "bay 3"}, "name"),
        ({"name": "bay:3"}, "name"),
        ({"device": "sda"}, "device"),
        ({"device": "/dev/../etc/shadow"}, "device"),
        ({"device": "/dev/disk/../../etc/shadow"}, "a node below /dev"),
    ],
)
def test_what_is_no_disk_is_refused_with_what_is_wrong(changes: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        ControllerDisk(**{"name": "bay-3", "device": "/dev/sda", "type": "megaraid,3", **changes})


def test_each_disk_is_named_once() -> None:
    with pytest.raises(ValidationError, match="controller_disks: each must be named once"):
        HealthSettings(controller_disks=[BAY, BAY])


def test_settings_bring_tool_rules_nodes_and_arguments_of_such_disks() -> None:
    found = desired(SETTINGS, Platform("debian13"))
    (unit,) = (
        file.content.decode() for file in found.files if file.path.endswith("rigwright-health.service")
    )
    assert f"collect.pyz 10 nvme sata {' '.join(ARGUMENTS)}\n" in unit
    assert "\nCapabilityBoundingSet=CAP_SYS_ADMIN CAP_SYS_RAWIO\n" in unit
    for node in ("block-sd r", "char-sg rw", "char-megaraid_sas_ioctl rw"):
        assert f"\nDeviceAllow={node}\n" in unit
    assert "smartmontools" in found.packages
    rules = {rule.name for rule in found.alerts}
    assert {"SataFailing", "NvmeMediaErrors"} <= rules
    assert "HardwareMissing" not in rules
    assert commands.health(10, found.drives)[4:] == ["10", *ARGUMENTS]


def test_a_disk_behind_a_controller_stands_in_the_place_of_its_volume() -> None:
    attached = [{"name": name, "bus": "sata"} for name in ("sda", "sdb", "sdc")]
    found = on_host.placed(attached, on_host.declared(("nvme", "sata", *ARGUMENTS)))
    assert [one["name"] for one in found] == ["bay-3", "sdc", "usb-nvme"]
    queries = on_host.queries({"mounts": [], "gpus": [], "disks": found, "zfs": False})
    smart = {name: command for name, command in queries.items() if name.startswith(("smart", "nvme"))}
    assert smart == {
        "smart bay-3": ("smartctl", "--json", "-a", "-d", "megaraid,3", "/dev/sda"),
        "smart sdc": ("smartctl", "--json", "-a", "/dev/sdc"),
        "smart usb-nvme": ("smartctl", "--json", "-a", "-d", "sntrealtek", "/dev/sdb"),
    }
    kinds = collect.kinds_of(["sata", "nvme", *ARGUMENTS])
    chosen = collect.queries({"gpus": [], "disks": found, "zfs": False}, kinds)
    assert chosen["smart bay-3"][1:3] == collect.ASLEEP
    assert "smart usb-nvme" in chosen
    assert set(collect.queries({"gpus": [], "disks": found, "zfs": False}, frozenset({"nvme"}))) == {
        "smart usb-nvme",
        "drive-log",
    }


def host() -> dict[str, Any]:
    sas = (health.FIXTURES / "cases" / "sas-uncorrected-grown.json").read_text()
    nvme = (health.FIXTURES / "smartctl-7.4-nvme.json").read_text()
    return health.seen(
        disks=on_host.declared(ARGUMENTS),
        outputs={"smart bay-3": health.output(sas), "smart usb-nvme": health.output(nvme)},
    )


def test_such_disks_are_judged_and_exposed_by_their_names() -> None:
    found = {
        check.where.partition(" ")[0]: check for check in judged(host()) if check.area in ("sata", "nvme")
    }
    assert found["bay-3"].verdict.value == "warning"
    assert "260 grown defects" in found["bay-3"].summary
    assert found["usb-nvme"].verdict.value == "ok"
    exposed = samples(textfile.snapshot(host(), frozenset({"sata", "nvme"}), {}))
    assert exposed['rigwright_sata_grown_defects{device="bay-3"}'] == 260
    assert exposed['rigwright_nvme_temperature_celsius{device="usb-nvme"}'] == 41
    assert exposed['rigwright_health_devices{kind="sata"}'] == 0, "they are no /dev/sd* of their own"


def test_arguments_that_are_no_disks_are_left_out() -> None:
    assert on_host.declared(("gpu", "disk:", "disk:a:b", "x:a:b:/dev/sda")) == []
    assert on_host.declared(("disk:bay-0:cciss,0:/dev/disk/by-path/pci-0000:01:00.0",)) == [
        {"name": "bay-0", "bus": "sata", "type": "cciss,0", "device": "/dev/disk/by-path/pci-0000:01:00.0"}
    ]


def test_a_recording_masks_the_serial_number_in_the_node_of_a_disk() -> None:
    node = "/dev/disk/by-id/ata-Example_SSD_S123456789"
    (disk,) = masked({**host(), "disks": on_host.declared((f"disk:bay-0:sat:{node}",))}, Masks(bytes(32)))[
        "disks"
    ]
    assert "S123456789" not in disk["device"]
    assert (disk["name"], disk["type"], disk["device"][:16]) == ("bay-0", "sat", "/dev/disk/by-id/")
