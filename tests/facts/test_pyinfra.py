"""Every fact by pyinfra's own command line on this machine: with no tool, with stand-ins, with garbage."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from facts import shell
from facts.parsers import (
    certificate,
    disk,
    drive_log,
    driver,
    edac,
    gpu,
    nvme,
    nvme_logs,
    pcie,
    reboot,
    sensors,
    snapshot,
    xid,
    zpool,
    zpool_tree,
)
from facts.tool_output import ToolOutput

ROOT = Path(__file__).parents[2]
FIXTURES = Path(__file__).parent / "fixtures"
FACTS: dict[str, tuple[str, ...]] = {
    "facts.gpu.Gpus": (),
    "facts.nvme.NvmeDrives": ("device=nvme0",),
    "facts.disk.Disks": ("device=sda",),
    "facts.zpool.Zpools": (),
    "facts.snapshot.Snapshots": (),
    "facts.xid.Xids": (),
    "facts.drive_log.DriveLog": (),
    "facts.sensors.Sensors": (),
    "facts.edac.MemoryErrors": (),
    "facts.pcie.PcieErrors": (),
    "facts.driver.Driver": (),
    "facts.reboot.Reboot": (),
    "facts.certificate.Certificates": (),
}
FIELDS: dict[str, tuple[type, ...]] = {
    "facts.gpu.Gpus": (gpu.Gpus, gpu.Gpu),
    "facts.nvme.NvmeDrives": (nvme.Nvme, nvme_logs.Sensor),
    "facts.disk.Disks": (disk.Disk,),
    "facts.zpool.Zpools": (zpool.Zpools, zpool.Pool, zpool_tree.Device),
    "facts.snapshot.Snapshots": (snapshot.Snapshots, snapshot.Dataset),
    "facts.xid.Xids": (xid.Xids, xid.Xid),
    "facts.drive_log.DriveLog": (drive_log.DriveLog, drive_log.DriveError),
    "facts.sensors.Sensors": (sensors.Sensors, sensors.Chip, sensors.Temperature, sensors.Fan),
    "facts.edac.MemoryErrors": (edac.MemoryErrors, edac.Controller, edac.Module),
    "facts.pcie.PcieErrors": (pcie.PcieErrors, pcie.Device),
    "facts.driver.Driver": (driver.Driver,),
    "facts.reboot.Reboot": (reboot.Reboot,),
    "facts.certificate.Certificates": (certificate.Certificates, certificate.Certificate),
}
NONE = {"not_supported": True}


def facts(**environment: str) -> dict[str, Any]:
    """All facts of this machine by their names, in one run of ``pyinfra @local fact``."""
    names = [word for name, arguments in FACTS.items() for word in (name, *arguments)]
    done = subprocess.run(
        [sys.executable, "-m", "pyinfra", "--json", "@local", "fact", *names],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found = json.loads(done.stdout)
    return {re.split(r"[ (]", name, maxsplit=1)[0]: hosts["@local"] for name, hosts in found.items()}


def tool(folder: Path, name: str, script: str) -> None:
    """A stand-in for a tool."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def shows(name: str, code: int = 0) -> str:
    return f"cat '{FIXTURES / name}'; exit {code}"


@pytest.fixture(scope="module")
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The facts of a machine with a GPU, drives, pools and certificates."""
    folder = tmp_path_factory.mktemp("tools")
    certificate_ = folder / "certificate"
    certificate_.mkdir()
    make = "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x.test -days 9 -keyout /dev/null"
    subprocess.run([*make.split(), "-out", certificate_ / "x.pem"], check=True, capture_output=True)
    tool(folder, "nvidia-smi", shows("nvidia-smi-570-rtx5090-idle.xml"))
    drive = (
        f"{log}) {shows(file)};;"
        for log, file in (
            ("smart-log", "nvme-2.8-smart-log.json"),
            ("id-ctrl", "nvme-id-ctrl.json"),
            ("self-test-log", "nvme-2.8-self-test-log.json"),
            ("error-log", "nvme-2.8-error-log.json"),
        )
    )
    tool(folder, "nvme", f"case $1 in {' '.join(drive)} esac")
    tool(folder, "smartctl", shows("smartctl-7.3-sata-hdd-failing.json", 216))
    pools = [f"status) {shows('zpool-2.3-status.json')}", f"list) {shows('zpool-2.1-list.txt')}"]
    tool(folder, "zpool", f"case $1 in {pools[0]};; {pools[1]};; esac")
    created = r"printf 'tank\t1700000000\n'"
    tool(folder, "zfs", f"case $* in *snapshot*) {shows('zfs-list-snapshots.txt')};; *) {created};; esac")
    tool(folder, "journalctl", shows("journal-xid.json"))
    tool(folder, "modinfo", "echo 580.95.05")
    tool(folder, "uname", "echo 6.1.0-9-amd64")
    FACTS["facts.certificate.Certificates"] = (f"folder={certificate_}",)
    try:
        return facts(PATH=f"{folder}:{os.environ['PATH']}")
    finally:
        FACTS["facts.certificate.Certificates"] = ()


def test_every_fact_is_json_on_a_machine_with_nothing(tmp_path: Path) -> None:
    """Only the tools of the smallest Debian are on the path."""
    tools = (
        "sh",
        "cat",
        "timeout",
        "iconv",
        "test",
        "uname",
        "ls",
        "find",
        "sort",
        "grep",
        "printf",
        "readlink",
    )
    for name in tools:
        if path := shutil.which(name):
            (tmp_path / name).symlink_to(path)
    tool(tmp_path, "sudo", "exit 1")
    found = facts(PATH=str(tmp_path))
    assert found.keys() == FACTS.keys()
    if not shutil.which("nvidia-smi", path="/usr/sbin:/sbin"):
        reason = "not installed: nvidia-smi, which comes with the driver"
        failed = {"error": reason, "code": "not_installed"}
        assert found["facts.gpu.Gpus"] == {"driver_version": failed, "gpus": failed}
    if not shutil.which("nvme", path="/usr/sbin:/sbin"):
        missing = {"error": "not installed: nvme-cli", "code": "not_installed"}
        assert found["facts.nvme.NvmeDrives"] == {"nvme0": missing}
    if not shutil.which("smartctl", path="/usr/sbin:/sbin"):
        missing = {"error": "not installed: smartmontools", "code": "not_installed"}
        assert found["facts.disk.Disks"] == {"sda": missing}
    if not shutil.which("zpool", path="/usr/sbin:/sbin"):
        missing = {"error": "not installed: zfsutils-linux", "code": "not_installed"}
        assert found["facts.zpool.Zpools"] == {"pools": missing}
        assert found["facts.snapshot.Snapshots"] == {"datasets": missing}
    assert found["facts.xid.Xids"]["errors"]["code"] == "not_installed"
    assert found["facts.driver.Driver"].keys() == {"loaded", "on_disk", "library"}
    assert found["facts.reboot.Reboot"]["kernel_running"] == os.uname().release


def test_the_fact_of_gpus(stand_ins: dict[str, Any]) -> None:
    found = stand_ins["facts.gpu.Gpus"]
    (card,) = found["gpus"]
    assert (found["driver_version"], card["name"]) == ("570.86.16", "NVIDIA GeForce RTX 5090")
    assert (card["temperature_celsius"], card["uncorrected_ecc_errors"]) == (38.0, NONE)


def test_the_fact_of_nvme_drives(stand_ins: dict[str, Any]) -> None:
    drive = stand_ins["facts.nvme.NvmeDrives"]["nvme0"]
    assert (drive["model"], drive["critical_warning"]) == ("Example SSD 9 PRO 4TB", 0)


def test_the_fact_of_disks(stand_ins: dict[str, Any]) -> None:
    found = stand_ins["facts.disk.Disks"]["sda"]
    assert (found["model"], found["passed"], found["exit_status"]) == ("Example HDD 18TB", False, 216)


def test_the_fact_of_pools(stand_ins: dict[str, Any]) -> None:
    tank, media = stand_ins["facts.zpool.Zpools"]["pools"]
    assert (tank["name"], tank["state"], tank["created_seconds"]) == ("tank", "DEGRADED", 1700000000.0)
    assert media["devices"]


def test_the_fact_of_snapshots(stand_ins: dict[str, Any]) -> None:
    found = {one["name"]: one for one in stand_ins["facts.snapshot.Snapshots"]["datasets"]}
    assert (found["tank/media"]["snapshots"], found["tank/media"]["newest_seconds"]) == (3, 1795838400)


def test_the_fact_of_xid_errors(stand_ins: dict[str, Any]) -> None:
    assert [one["code"] for one in stand_ins["facts.xid.Xids"]["errors"]] == [79, 31, 999]


def test_the_fact_of_the_driver(stand_ins: dict[str, Any]) -> None:
    assert stand_ins["facts.driver.Driver"]["on_disk"] == "580.95.05"


def test_the_fact_of_a_reboot(stand_ins: dict[str, Any]) -> None:
    found = stand_ins["facts.reboot.Reboot"]
    assert (found["kernel_running"], found["driver_installed"]) == ("6.1.0-9-amd64", "580.95.05")


def test_the_fact_of_certificates(stand_ins: dict[str, Any]) -> None:
    (found,) = stand_ins["facts.certificate.Certificates"]["certificates"]
    assert found["subject"] == "CN=x.test"
    assert found["not_after_seconds"] - found["not_before_seconds"] == 9 * 86400


def test_tools_that_print_garbage_fail_no_fact(tmp_path: Path) -> None:
    for name in ("nvidia-smi", "nvme", "smartctl", "zpool", "zfs", "journalctl", "modinfo", "uname"):
        tool(tmp_path, name, r"printf '\377\376 garbage\000\n{[<' ; printf '\377no\n' >&2; exit 9")
    found = facts(PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert found["facts.gpu.Gpus"]["gpus"]["code"] == "unreadable"
    assert found["facts.nvme.NvmeDrives"]["nvme0"]["critical_warning"]["code"] == "unreadable"
    assert found["facts.disk.Disks"]["sda"]["passed"]["code"] == "unreadable"
    assert found["facts.zpool.Zpools"]["pools"]["code"] == "unreadable"
    assert found["facts.snapshot.Snapshots"]["datasets"]["code"] == "unreadable"
    assert found["facts.xid.Xids"]["errors"]["code"] == "unreadable"


def run(*lines: str, limit: str = "10") -> dict[str, ToolOutput]:
    script = shell.script(lines).replace("limit=10\n", f"limit={limit}\n")
    done = subprocess.run(["sh", "-c", script], capture_output=True, check=True)
    return shell.outputs(done.stdout.decode().split("\n"))


def test_outputs_have_their_streams_and_exit_codes() -> None:
    found = run(
        shell.query("both", ("sh", "-c", "echo out; echo err >&2; exit 3")),
        shell.query("none", ("no-such-tool",)),
        shell.query("bare", ("printf", "it's\nno end")),
    )
    assert found["both"] == ToolOutput(queried=True, code=3, out="out\n", err="err")
    assert found["none"] == ToolOutput(queried=True, missing=True)
    assert found["bare"].out == "it's\nno end"


def test_a_tool_that_hangs_is_ended_and_hides_no_other() -> None:
    found = run(shell.query("slow", ("sleep", "60")), shell.query("quick", ("echo", "yes")), limit="0.3")
    assert (found["slow"].timed_out, found["quick"].out) == (True, "yes\n")
    assert found["slow"].complaint.code == "timeout"


def test_output_that_is_cut_off_is_an_error() -> None:
    assert shell.outputs(["##fact output gpu", "<nvidia_smi_log>"])["gpu"].error
    assert shell.outputs(["", "##fact code 0", "##fact output"]) == {}


@pytest.mark.parametrize("name", FACTS)
def test_the_page_of_facts_has_every_field(name: str) -> None:
    text = (ROOT / "docs" / "reference" / "facts.md").read_text()
    section = text.partition(f"\n## `{name}`\n")[2].partition("\n## ")[0]
    assert section, f"{name} is not on the page"
    for kind in FIELDS[name]:
        for field in dataclasses.fields(kind):
            assert f"| `{field.name}` |" in section, f"{name} lacks {field.name}"
