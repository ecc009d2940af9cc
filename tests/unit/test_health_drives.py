"""Verdicts on drives and pools."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from facts.parsers import disk, nvme
from facts.values import Failed, NotSupported
from rigwright.health import drives
from rigwright.health.check import Verdict
from tests.support.health import (
    CRITICAL,
    OK,
    UNKNOWN,
    WARNING,
    fixture,
    output,
    rows,
    seen,
)


def test_drives_and_pools_are_judged_by_what_they_report() -> None:
    found = rows(
        seen(
            disks=[{"name": "nvme0", "bus": "nvme"}, {"name": "nvme1", "bus": "nvme"}]
            + [{"name": name, "bus": "sata"} for name in ("sda", "sdb", "sdc")]
            + [{"name": "vda", "bus": "virtual"}],
            zfs=True,
            outputs={
                "nvme nvme0": output(fixture("nvme-2.3-smart-log.json")),
                "nvme-id nvme0": output(fixture("nvme-id-ctrl.json")),
                "nvme nvme1": {"missing": True},
                "smart nvme1": output(fixture("smartctl-7.4-nvme.json")),
                "smart sda": output(fixture("smartctl-7.2-sata-ssd.json")),
                "smart sdb": output(fixture("smartctl-7.3-sata-hdd-failing.json"), 216),
                "smart sdc": output(fixture("smartctl-7.4-behind-controller.json"), 2),
                "zpool-status": output(fixture("zpool-2.3-status.json")),
                "zpool-list": output(fixture("zpool-2.3-list.json")),
                "zed": output("active\n"),
            },
        )
    )
    model = "Example SSD 9 PRO 4TB"
    assert found[f"nvme nvme0 ({model})"] == (
        OK,
        "41 °C, 48 °C at its warmest sensor, 3 % of its endurance used, 12.0 TB written",
    )
    assert found[f"nvme nvme1 ({model})"] == found[f"nvme nvme0 ({model})"], "smartctl stands in"
    assert found["sata sda (Example SATA SSD 8TB)"] == (OK, "34 °C, 97 % of its life left")
    state, words = found["sata sdb (Example HDD 18TB)"]
    assert (state, words.split(", ")[0]) == (CRITICAL, "the disk reports that it is failing")
    assert "4096 reallocated sectors" in words
    (sdc,) = (value for name, value in found.items() if name.startswith("sata sdc"))
    assert sdc[0] == UNKNOWN
    assert "megaraid" in sdc[1]
    assert found["zfs tank"][0] == CRITICAL
    assert found["zfs events daemon"] == (OK, "active")
    assert "nvme-two is REMOVED, 1536 checksum errors of nvme-one" not in found["zfs tank"][1]
    for part in ("DEGRADED", "nvme-two is REMOVED", "1536 checksum errors of nvme-one"):
        assert part in found["zfs tank"][1]
    assert found["zfs media"] == (CRITICAL, "94 % used")


def drive(**changes: Any) -> nvme.Nvme:
    good = nvme.parse(fixture("nvme-2.8-smart-log.json"), fixture("nvme-id-ctrl.json"))
    return replace(good, **changes)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, OK),
        ({"critical_warning": 1}, CRITICAL),
        ({"critical_warning": 64}, CRITICAL),
        ({"critical_warning": Failed("x")}, UNKNOWN),
        ({"critical_warning": NotSupported()}, UNKNOWN),
        ({"media_errors": 1}, WARNING),
        ({"media_errors": Failed("x")}, UNKNOWN),
        ({"spare_ratio": 0.09}, CRITICAL),
        ({"used_ratio": 0.8}, WARNING),
        ({"used_ratio": 1.3}, CRITICAL),
        ({"temperature_celsius": 81.9}, WARNING),
        ({"temperature_celsius": 84.9}, CRITICAL),
        ({"temperature_celsius": 71.0}, OK),
        ({"temperature_celsius": 71.0, "temperature_warning_celsius": NotSupported()}, WARNING),
        ({"temperature_celsius": Failed("x")}, UNKNOWN),
        ({"error_log_entries": 9000}, OK),
        ({"unsafe_shutdowns": 9000}, OK),
    ],
)
def test_an_nvme_drive_is_judged(changes: dict[str, Any], expected: Verdict) -> None:
    assert drives.judged_nvme("nvme0", drive(**changes)).verdict is expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, OK),
        ({"passed": False}, CRITICAL),
        ({"passed": Failed("x")}, UNKNOWN),
        ({"passed": NotSupported()}, UNKNOWN),
        ({"pending_sectors": 1}, WARNING),
        ({"offline_uncorrectable_sectors": 1}, WARNING),
        ({"uncorrected_errors": 1}, WARNING),
        ({"temperature_celsius": 65.0}, CRITICAL),
        ({"life_left_ratio": 0.1}, WARNING),
        ({"life_left_ratio": 0.05}, CRITICAL),
        ({"life_left_ratio": 0.0, "solid_state": False}, OK),
        ({"crc_errors": 7}, OK),
    ],
)
def test_a_sata_disk_is_judged(changes: dict[str, Any], expected: Verdict) -> None:
    good = disk.parse(fixture("smartctl-7.2-sata-ssd.json"))
    assert drives.judged_sata("sda", replace(good, **changes)).verdict is expected
