"""Verdicts follow from facts and one table of thresholds; what is not known is never healthy."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import pytest

from facts.parsers import reboot
from facts.tool_output import ToolOutput
from rigwright.errors import Exit, RigError
from rigwright.finding import Severity
from rigwright.health import machine, terminal
from rigwright.health.check import Check, Verdict, finding, judge
from rigwright.health.survey import HealthReport, checks, verdict
from rigwright.health.thresholds import FILE_SYSTEM, MEMORY, TABLE
from rigwright.host import tool_output
from rigwright.inventory.load import Host, load
from rigwright.remote.ssh import Done
from tests.support.command import ROOT
from tests.support.health import (
    CRITICAL,
    FIXTURES,
    NONE,
    OK,
    UNKNOWN,
    WARNING,
    output,
    rows,
    seen,
)


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


def test_a_mount_that_does_not_respond_is_unknown() -> None:
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
def test_a_response_that_cannot_be_read_is_an_error_of_the_host(raw: str) -> None:
    with pytest.raises(RigError, match="cannot be read"):
        checks(Done(0, raw, ""), "host")


def mangled(found: Any, chance: random.Random) -> Any:
    """The same result with parts of it replaced by anything."""
    if chance.random() < 0.05:
        return chance.choice([None, [], {}, "x", -1, 1e300, True, "\udcff", [1], {"a": 1}])
    if isinstance(found, dict):
        return {key: mangled(value, chance) for key, value in found.items()}
    return [mangled(one, chance) for one in found] if isinstance(found, list) else found


def test_any_response_gives_checks_and_never_an_exception() -> None:
    files = {
        path.name: path.read_text(errors="replace") for path in sorted(FIXTURES.rglob("*")) if path.is_file()
    }
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
def test_the_exit_code_is_healthy_unhealthy_or_unknown(states: list[Verdict], expected: Exit) -> None:
    reports = [HealthReport("studio", tuple(map(row, states)))]
    assert verdict(reports) is expected
    assert json.loads(terminal.as_json(reports))["exit"] == expected


def test_a_host_that_cannot_be_queried_is_unknown_and_so_is_none() -> None:
    assert verdict([]) is Exit.UNKNOWN
    reports = [HealthReport("studio", (row(OK),)), HealthReport("studio", error=RigError("is down"))]
    assert verdict(reports) is Exit.UNKNOWN
    assert "1 host could not be queried" in terminal.as_text(reports)
    assert [one["known"] for one in json.loads(terminal.as_json(reports))["hosts"]] == [True, False]


def test_a_check_that_is_not_fine_is_a_finding() -> None:
    found = finding("studio", row(CRITICAL))
    assert found
    assert (found.kind, found.where, found.severity) == ("health.critical", "a.service", Severity.ERROR)
    assert finding("studio", row(OK)) is finding("studio", row(NONE)) is None
    (entry,) = json.loads(terminal.as_json([HealthReport("studio", (row(CRITICAL),))]))["hosts"]
    assert [one["summary"] for one in entry["findings"]] == ["a.service: failed"]


def test_the_report_shows_a_name_from_a_host_without_obeying_it() -> None:
    reports = [HealthReport("studio", (Check("units", "\x1b[2Jx.service", CRITICAL, "failed"),))]
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
