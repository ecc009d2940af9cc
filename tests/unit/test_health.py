"""Verdicts follow from facts and one table of thresholds; what is not known is never healthy."""

from __future__ import annotations

import json
import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from facts.parsers import disk, gpu, nvme, reboot, xid, zpool
from facts.tool_output import ToolOutput
from facts.values import Failed, NotSupported
from rigwright.errors import Exit, RigError
from rigwright.finding import Severity
from rigwright.health import cards, drives, machine, terminal
from rigwright.health.check import Check, Verdict, finding, judge
from rigwright.health.survey import HealthReport, checks, verdict
from rigwright.health.thresholds import FILE_SYSTEM, MEMORY, TABLE
from rigwright.host import tool_output
from rigwright.inventory.load import Host, load
from rigwright.remote.ssh import Done
from tests.support.command import ROOT

FIXTURES = ROOT / "tests" / "facts" / "fixtures"
OK, NONE, WARNING = Verdict.OK, Verdict.NONE, Verdict.WARNING
CRITICAL, UNKNOWN = Verdict.CRITICAL, Verdict.UNKNOWN
HOUR, DAY = 3600.0, 86400.0


def fixture(name: str) -> str:
    return (FIXTURES / name).read_text()


def seen(**more: Any) -> dict[str, Any]:
    """The survey of a small healthy host without GPU and drives."""
    outputs = {
        "system": {"code": 0, "out": "running\n", "err": ""},
        "units": {"code": 0, "out": "", "err": ""},
        "mount /": {"code": 0, "out": "4096 1000 500 500 100 90\n", "err": ""},
    }
    found: dict[str, Any] = {
        "mounts": [{"path": "/", "kind": "ext4"}],
        "gpus": [],
        "disks": [],
        "zfs": False,
        "now_seconds": 1795240900.0,
        "meminfo": "MemTotal:  1000 kB\nMemAvailable:  500 kB\n",
        "arc": None,
        "reboot": {"required": False, "packages": "", "running": "6.1.0-9-amd64", "images": []},
        **more,
    }
    return {**found, "outputs": {**outputs, **more.get("outputs", {})}}


def rows(found: dict[str, Any]) -> dict[str, tuple[Verdict, str]]:
    rows = checks(Done(0, json.dumps(found), ""), "host")
    return {f"{row.area} {row.where}": (row.verdict, row.summary) for row in rows}


def output(out: str, code: int = 0, err: str = "") -> dict[str, object]:
    return {"code": code, "out": out, "err": err}


def test_a_host_without_devices_shows_none_and_not_ok() -> None:
    found = rows(seen())
    for area in ("gpu GPU", "nvme NVMe", "sata SATA", "zfs pools"):
        assert found[area] == (NONE, "none")
    assert found["memory memory"][0] == found["filesystem /"][0] == found["units units"][0] == OK


def test_a_tool_that_is_not_installed_is_unknown_where_its_device_is_there() -> None:
    missing = {"missing": True}
    names = ("gpu", "nvme nvme0", "smart nvme0", "smart sda", "zpool-status", "zpool-list")
    found = rows(
        seen(
            gpus=["0000:01:00.0"],
            disks=[{"name": "nvme0", "bus": "nvme"}, {"name": "sda", "bus": "sata"}],
            zfs=True,
            outputs=dict.fromkeys(names, missing),
        )
    )
    assert found["gpu GPU"] == (UNKNOWN, "not installed: nvidia-smi, which comes with the driver")
    assert found["nvme nvme0"] == (UNKNOWN, "not installed: nvme-cli")
    assert found["sata sda"] == (UNKNOWN, "not installed: smartmontools")
    assert found["zfs pools"] == (UNKNOWN, "not installed: zfsutils-linux")


@pytest.mark.parametrize("out", ["", "\x1b[1mUsage: nvme smart-log <device>\x1b[0m\n"], ids=["2.3", "1.16"])
def test_a_tool_that_prints_its_usage_is_shown_by_its_complaint(out: str) -> None:
    """As nvme-cli 2.3 does on Debian 12, and 1.16 on Ubuntu 22.04."""
    err = "/dev/nvme0: No such file or directory\nRetrieve SMART log for the given device\n"
    outputs = {"nvme nvme0": output(out, 1, err), "smart nvme0": {"missing": True}}
    found = rows(seen(disks=[{"name": "nvme0", "bus": "nvme"}], outputs=outputs))
    assert found["nvme nvme0"] == (UNKNOWN, "/dev/nvme0: No such file or directory")


def test_a_tool_that_hangs_is_unknown_and_hides_no_other() -> None:
    hangs = {"error": "smartctl: no output within 10 s"}
    found = rows(seen(disks=[{"name": "sda", "bus": "sata"}], outputs={"smart sda": hangs}))
    assert found["sata sda"] == (UNKNOWN, "smartctl: no output within 10 s")
    assert found["memory memory"][0] == OK


def test_a_command_that_hangs_ends_at_its_limit_and_hides_no_other() -> None:
    started = time.monotonic()
    commands = {
        "hangs": ("sleep", "60"),
        "forks": ("sh", "-c", "sleep 60 & sleep 60"),
        "prints": ("echo", "yes"),
    }
    found = tool_output.outputs({**commands, "none": ("no-such-tool",)}, 2)
    assert time.monotonic() - started < 30
    assert found["hangs"] == {"error": "sleep: no output within 2 s", "timed_out": True}
    assert found["forks"] == {"error": "sh: no output within 2 s", "timed_out": True}
    assert found["prints"] == {"code": 0, "out": "yes\n", "err": ""}
    assert found["none"] == {"missing": True}


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


def test_a_driver_of_three_versions_is_shown_with_all_of_them() -> None:
    outputs = {
        "gpu": output(fixture("nvidia-smi-570-rtx5090-idle.xml")),
        "xid": output("", 1),
        "driver": output("580.95.05\n"),
        "library": output("/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.580.126.09\n"),
    }
    found = rows(
        seen(gpus=["0000:01:00.0"], outputs=outputs, reboot={"driver_loaded": "570.86.16\n", "running": "6"})
    )
    verdict, words = found["gpu driver"]
    assert verdict is CRITICAL
    assert words.startswith("570.86.16 loaded, 580.95.05 on disk, 580.126.09 in the library")
    same = {**outputs, "library": output("/usr/lib/libnvidia-ml.so.580.95.05\n")}
    well = seen(gpus=["0000:01:00.0"], outputs=same, reboot={"driver_loaded": "580.95.05\n", "running": "6"})
    assert "gpu driver" not in rows(well)


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


@pytest.mark.parametrize(
    ("name", "expected", "words"),
    [
        ("nvidia-smi-570-rtx5090-idle.xml", OK, "38 °C, 0.5 of 31.8 GiB used, 22 W"),
        ("nvidia-smi-535-rtx4090.xml", OK, "38 °C"),
        ("nvidia-smi-595-rtx5090-hot.xml", CRITICAL, "slowed down by heat"),
        ("nvidia-smi-595-rtx5090-hot.xml", CRITICAL, "PCIe x8 of x16"),
        ("nvidia-smi-595-errors.xml", CRITICAL, "the driver requires: Reset"),
        ("nvidia-smi-mismatch.txt", CRITICAL, "different versions"),
        ("nvidia-smi-no-driver.txt", CRITICAL, "not loaded"),
        ("nvidia-smi-lost.txt", CRITICAL, "lost"),
    ],
)
def test_a_card_is_judged(name: str, expected: Verdict, words: str) -> None:
    found = rows(seen(gpus=["0000:01:00.0"], outputs={"gpu": output(fixture(name)), "xid": output("", 1)}))
    ((_, (state, summary)),) = (
        one for one in found.items() if one[0].startswith("gpu") and "log" not in one[0]
    )
    assert (state, words in summary) == (expected, True), summary
    assert found["gpu kernel log"] == (OK, "no GPU errors since the machine started")


def test_a_card_that_does_not_respond_beside_one_that_does_is_critical() -> None:
    outputs = {"gpu": output(fixture("nvidia-smi-570-rtx5090-idle.xml")), "xid": output("", 1)}
    found = rows(seen(gpus=["0000:01:00.0", "0000:02:00.0"], outputs=outputs))
    assert found["gpu GPU"] == (CRITICAL, "1 of 2 cards on the bus respond")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, OK),
        ({"temperature_celsius": 85.0}, WARNING),
        ({"temperature_celsius": 93.0}, CRITICAL),
        ({"temperature_celsius": Failed("x")}, UNKNOWN),
        ({"temperature_maximum_celsius": NotSupported(), "temperature_margin_celsius": 5.0}, WARNING),
        ({"temperature_maximum_celsius": NotSupported(), "temperature_margin_celsius": 1.0}, CRITICAL),
        ({"temperature_maximum_celsius": NotSupported(), "temperature_celsius": 85.0}, WARNING),
        ({"power_brake": True}, CRITICAL),
        ({"software_thermal_slowdown": True}, WARNING),
        ({"uncorrected_ecc_errors": 1}, CRITICAL),
        ({"row_remap_pending": True}, WARNING),
        ({"recovery_action": "action 9"}, CRITICAL),
        ({"recovery_action": NotSupported()}, OK),
        ({"pcie_width": 8}, WARNING),
        ({"pcie_generation": 1, "performance_state": 8}, OK),
        ({"pcie_generation": 4, "performance_state": 0}, WARNING),
        ({"fan_ratio": 0.0}, OK),
    ],
)
def test_a_reading_of_a_card_is_judged(changes: dict[str, Any], expected: Verdict) -> None:
    found = gpu.parse(fixture("nvidia-smi-570-rtx5090-idle.xml")).gpus
    assert isinstance(found, tuple)
    assert cards.judged_card(replace(found[0], **changes)).verdict is expected


@pytest.mark.parametrize(
    ("code", "age_seconds", "expected"),
    [(79, 30 * DAY, CRITICAL), (31, 0.0, OK), (109, HOUR, WARNING), (999, HOUR, WARNING), (999, 2 * DAY, OK)],
)
def test_an_xid_is_judged_by_its_code_and_age(code: int, age_seconds: float, expected: Verdict) -> None:
    now = 1795240900.0
    error = xid.Xid(code, "0000:01:00", now - age_seconds, "")
    assert cards.judged_xids((error,), now).verdict is expected
    assert cards.judged_xids(Failed("cut"), now).verdict is UNKNOWN


def test_the_cache_of_zfs_counts_as_free_memory() -> None:
    text = "MemTotal:  128000000 kB\nMemAvailable:  4000000 kB\n"
    assert machine.memory(text, None).verdict is CRITICAL
    found = machine.memory(text, {"size": 64 * 10**9, "c_min": 4 * 10**9})
    assert (found.verdict, found.summary) == (OK, "64.1 GB of 131.1 GB available, 60.0 GB of it ZFS's cache")
    assert machine.memory(text, {"size": 2**70, "c_min": "x"}).summary.startswith("131.1 GB of 131.1 GB")
    assert machine.memory("MemTotal: 1 kB", None).verdict is machine.memory("", None).verdict is UNKNOWN


@pytest.mark.parametrize(
    ("out", "expected"),
    [
        ("4096 1000 300 200 100 90", OK),  # 700 of 900 that are not root's
        ("4096 1000 300 175 100 90", WARNING),  # 80 % of what is not root's
        ("4096 1000 0 0 100 90", CRITICAL),  # 100 %, which compares as less than 80 where text is compared
        ("4096 1000 910 910 100 90", OK),  # 9 %, which compares as more
        ("4096 1000 910 910 100 9", CRITICAL),
        ("4096 1000 910 910 0 0", OK),  # btrfs counts no inodes
        ("4096 0 0 0 0 0", NONE),
        ("", UNKNOWN),
        ("a b c d e f", UNKNOWN),
    ],
)
def test_a_file_system_is_judged_by_numbers(out: str, expected: Verdict) -> None:
    assert machine.file_system("/", ToolOutput(queried=True, code=0, out=out)).verdict is expected


def test_a_mount_that_does_not_answer_is_unknown() -> None:
    found = machine.file_system("/media", ToolOutput(queried=True, error="stat: no output within 10 s"))
    assert (found.verdict, found.summary) == (UNKNOWN, "stat: no output within 10 s")


def test_failed_units_are_critical_and_a_silent_systemd_is_unknown() -> None:
    failed = ToolOutput(
        queried=True, code=0, out="a.service loaded failed failed A\nb@x.timer loaded failed failed\n"
    )
    state = ToolOutput(queried=True, code=1, out="degraded\n")
    assert [(one.where, one.verdict) for one in machine.units(state, failed)] == [
        ("a.service", CRITICAL),
        ("b@x.timer", CRITICAL),
    ]
    (silent,) = machine.units(
        ToolOutput(queried=True, code=1, out="offline\n"), ToolOutput(queried=True, code=1)
    )
    assert silent.verdict is UNKNOWN


def test_a_reboot_that_waits_is_a_warning_that_names_the_reason() -> None:
    found = reboot.parse(
        required=True,
        packages="libc6",
        running="6.1.0-9-amd64",
        images=["vmlinuz-6.1.0-10-amd64"],
        driver_loaded="580.1",
        driver_installed="580.2",
    )
    row = machine.waits(found)
    assert row.verdict is WARNING
    for part in (
        "required for libc6",
        "kernel 6.1.0-10-amd64 waits",
        "NVIDIA driver 580.2 waits, 580.1 runs",
    ):
        assert part in row.summary


@pytest.mark.parametrize("raw", ["", "{", "[]", "null", "garbage"])
def test_what_is_no_answer_is_an_error_of_the_host(raw: str) -> None:
    with pytest.raises(RigError, match="cannot be read"):
        checks(Done(0, raw, ""), "host")


def mangled(found: Any, chance: random.Random) -> Any:
    """The same result with parts of it replaced by anything."""
    if chance.random() < 0.05:
        return chance.choice([None, [], {}, "x", -1, 1e300, True, "\udcff", [1], {"a": 1}])
    if isinstance(found, dict):
        return {key: mangled(value, chance) for key, value in found.items()}
    return [mangled(one, chance) for one in found] if isinstance(found, list) else found


def test_any_answer_gives_checks_and_never_an_exception() -> None:
    files = {path.name: path.read_text(errors="replace") for path in sorted(FIXTURES.iterdir())}
    chance = random.Random(4)  # noqa: S311  the same outputs in every run
    devices = ("gpu", "xid", "driver", "nvme nvme0", "nvme-id nvme0", "smart sda")
    names = (*devices, "zpool-status", "zpool-list", "zed")
    for _ in range(300):
        outputs = {name: output(chance.choice(list(files.values())), chance.randrange(3)) for name in names}
        disks = [{"name": "nvme0", "bus": "nvme"}, {"name": "sda", "bus": "sata"}]
        whole = seen(gpus=["0000:01:00.0"], disks=disks, zfs=True, outputs=outputs)
        found = mangled(whole, chance)
        if isinstance(found, dict):
            rows = checks(Done(0, json.dumps(found), ""), "host")
            assert {row.area for row in rows} >= {"gpu", "memory", "filesystem", "units", "reboot", "zfs"}


def host() -> Host:
    return load(ROOT / "inventories" / "prod.py")[0]


def row(state: Verdict) -> Check:
    return Check("units", "a.service", state, "failed")


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([OK, NONE], Exit.OK),
        ([OK, WARNING], Exit.CHANGES),
        ([CRITICAL], Exit.CHANGES),
        ([CRITICAL, UNKNOWN], Exit.UNKNOWN),
    ],
)
def test_the_exit_code_says_healthy_unhealthy_or_unknown(states: list[Verdict], expected: Exit) -> None:
    reports = [HealthReport(host(), tuple(map(row, states)))]
    assert verdict(reports) is expected
    assert json.loads(terminal.as_json(reports))["exit"] == expected


def test_a_host_that_cannot_be_queried_is_unknown_and_so_is_none() -> None:
    assert verdict([]) is Exit.UNKNOWN
    reports = [HealthReport(host(), (row(OK),)), HealthReport(host(), error=RigError("is down"))]
    assert verdict(reports) is Exit.UNKNOWN
    assert "1 host could not be queried" in terminal.as_text(reports)
    assert [one["known"] for one in json.loads(terminal.as_json(reports))["hosts"]] == [True, False]


def test_a_check_that_is_not_fine_is_a_finding() -> None:
    found = finding("studio", row(CRITICAL))
    assert found
    assert (found.kind, found.where, found.severity) == ("health.critical", "a.service", Severity.ERROR)
    assert finding("studio", row(OK)) is finding("studio", row(NONE)) is None
    (entry,) = json.loads(terminal.as_json([HealthReport(host(), (row(CRITICAL),))]))["hosts"]
    assert [one["summary"] for one in entry["findings"]] == ["a.service: failed"]


def test_the_report_shows_a_name_from_a_host_without_obeying_it() -> None:
    reports = [HealthReport(host(), (Check("units", "\x1b[2Jx.service", CRITICAL, "failed"),))]
    assert "\x1b[2J" not in terminal.as_text(reports)


def test_the_limits_themselves_are_already_too_much() -> None:
    assert [judge(value, FILE_SYSTEM) for value in (0.79, 0.8, 0.9)] == [OK, WARNING, CRITICAL]
    assert [judge(value, MEMORY) for value in (0.11, 0.1, 0.05)] == [OK, WARNING, CRITICAL]


def test_the_page_of_health_has_every_threshold_with_its_source() -> None:
    text = Path(ROOT / "docs" / "health.md").read_text()
    for one in TABLE:
        scale = 100 if one.unit == "%" else 1
        limits = f"{one.warning * scale:g} {one.unit} | {one.critical * scale:g} {one.unit}"
        assert f"| {one.what} | {limits} | {one.source} |" in text
