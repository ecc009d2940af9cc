"""Verdicts on drives and pools."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from facts.parsers import disk, nvme, zpool
from facts.values import Failed, NotSupported
from rigwright.health import drives
from rigwright.health.check import Verdict
from tests.support.health import (
    CRITICAL,
    DAY,
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
    assert found[f"nvme nvme0 ({model})"] == (OK, "41 °C, 3 % of its endurance used, 12.0 TB written")
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


NEVER: dict[str, Any] = {"scan_ended_seconds": NotSupported(), "scan": NotSupported()}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, OK),
        ({"state": "SUSPENDED"}, CRITICAL),
        ({"state": Failed("x")}, UNKNOWN),
        ({"data_errors": 1}, CRITICAL),
        ({"data_errors": Failed("x")}, UNKNOWN),
        ({"capacity_ratio": 0.8}, WARNING),
        ({"scan_ended_seconds": 1795240900.0 - 39 * DAY}, OK),
        ({"scan_ended_seconds": 1795240900.0 - 41 * DAY}, WARNING),
        ({"scan_ended_seconds": 1795240900.0 - 81 * DAY}, CRITICAL),
        ({"scan_ended_seconds": 1795240900.0 + DAY}, OK),
        (NEVER, OK),
        ({**NEVER, "created_seconds": 1795240900.0 - 39 * DAY}, OK),
        ({**NEVER, "created_seconds": 1795240900.0 - 41 * DAY}, WARNING),
    ],
)
def test_a_pool_is_judged(changes: dict[str, Any], expected: Verdict) -> None:
    pools = zpool.parse(fixture("zpool-2.3-status.json"), fixture("zpool-2.3-list.json")).pools
    assert isinstance(pools, tuple)
    good = replace(pools[1], capacity_ratio=0.5, scan_ended_seconds=1795240900.0 - DAY)
    assert drives.judged_pool(replace(good, **changes), 1795240900.0).verdict is expected


@pytest.mark.parametrize(("state", "expected"), [("ONLINE", WARNING), ("DEGRADED", CRITICAL)])
def test_a_device_without_which_the_pool_is_online_can_wait(state: str, expected: Verdict) -> None:
    pools = zpool.parse(fixture("zpool-2.3-status.json"), fixture("zpool-2.3-list.json")).pools
    assert isinstance(pools, tuple)
    cache = replace(pools[1].devices[0], state="UNAVAIL")
    pool = replace(
        pools[1], capacity_ratio=0.5, scan_ended_seconds=1795240900.0, state=state, devices=(cache,)
    )
    assert drives.judged_pool(pool, 1795240900.0).verdict is expected


def test_a_spare_that_waits_is_no_fault_and_a_suspended_pool_is() -> None:
    pools = zpool.parse(fixture("zpool-2.1-status.txt"), fixture("zpool-2.1-list.txt")).pools
    assert isinstance(pools, tuple)
    tank, media = (drives.judged_pool(pool, 1795240900.0) for pool in pools)
    assert "nvme-three" not in tank.summary
    assert media.verdict is CRITICAL
    assert "SUSPENDED, 5 data errors that nothing could repair, ata-eight is FAULTED" in media.summary


@pytest.mark.parametrize(
    ("result", "expected", "words"),
    [
        (output("active\n"), OK, "active"),
        (output("inactive\n", 3), WARNING, "inactive: a pulled disk may go unnoticed"),
        (output("", 4, "no such unit"), WARNING, "no such unit: a pulled disk may go unnoticed"),
        ({"error": "no output within 10 s"}, UNKNOWN, "no output within 10 s"),
        ({"missing": True}, UNKNOWN, "not installed: systemctl"),
    ],
)
def test_pools_without_a_running_events_daemon_are_a_warning(
    result: dict[str, object], expected: Verdict, words: str
) -> None:
    outputs = {
        "zpool-status": output(fixture("zpool-2.3-status.json")),
        "zpool-list": output(fixture("zpool-2.3-list.json")),
        "zed": result,
    }
    state, summary = rows(seen(zfs=True, outputs=outputs))["zfs events daemon"]
    assert (state, summary.partition(";")[0]) == (expected, words)


@pytest.mark.parametrize("tool", ["zpool-status", "zpool-list"])
def test_without_a_pool_no_events_daemon_is_needed(tool: str) -> None:
    none = {**dict.fromkeys(("zpool-status", "zpool-list"), output("no pools available\n")), tool: output("")}
    outputs = {**none, "zed": output("inactive\n", 3)}
    assert "zfs events daemon" not in rows(seen(zfs=True, outputs=outputs))
