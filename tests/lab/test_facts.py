"""Facts of a real host over SSH by plain pyinfra: as root and as a user, without tools and with them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from rigwright import lab
from rigwright.lab import LabHost
from tests.support.command import ROOT

NAMES = ("gpu.Gpus", "zpool.Zpools", "snapshot.Snapshots", "xid.Xids", "driver.Driver", "reboot.Reboot")
FIXTURES = ROOT / "tests" / "facts" / "fixtures"
NONE = {"not_supported": True}


@pytest.fixture(scope="module")
def host() -> Iterator[LabHost]:
    """A bare Debian 13 host: no GPU, no drives of its own, no tools for them."""
    lab.down("facts-host")
    yield lab.up("facts-host", "debian13")
    lab.down("facts-host")


def facts(host: LabHost, *words: str) -> dict[str, Any]:
    """``pyinfra inventories/lab.py fact …``, by the names of the facts."""
    command = [sys.executable, "-m", "pyinfra", "--json", "--limit", host.name, "inventories/lab.py", "fact"]
    done = subprocess.run(
        [*command, *words], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    return {name: hosts[host.name] for name, hosts in json.loads(done.stdout).items()}


def test_a_bare_host_has_typed_absences_in_every_fact(host: LabHost) -> None:
    words = [f"facts.{name}" for name in NAMES]
    found = facts(host, *words, "facts.nvme.NvmeDrives", "facts.disk.Disks", "facts.certificate.Certificates")
    for name, part in (("gpu.Gpus", "gpus"), ("zpool.Zpools", "pools"), ("snapshot.Snapshots", "datasets")):
        assert found[f"facts.{name}"][part]["code"] == "not_installed"
    assert found["facts.nvme.NvmeDrives"] == found["facts.disk.Disks"] == {}
    assert found["facts.certificate.Certificates"] == {"certificates": NONE}
    assert found["facts.driver.Driver"] == {"loaded": NONE, "on_disk": NONE, "library": NONE}
    assert found["facts.reboot.Reboot"]["kernel_running"] == host.run("uname -r").stdout.strip()
    assert found["facts.xid.Xids"] == {"errors": []}


def test_a_user_without_root_has_what_needs_none_and_an_error_for_the_rest(host: LabHost) -> None:
    found = facts(host, "facts.xid.Xids", "_sudo=false", "facts.reboot.Reboot", "_sudo=false")
    xids, reboot = (
        next(value for name, value in found.items() if part in name) for part in ("Xids", "Reboot")
    )
    assert xids["errors"]["code"] == "no_permission"
    assert reboot["kernel_running"] == host.run("uname -r").stdout.strip()


def test_a_drive_without_its_tool_and_with_it(host: LabHost) -> None:
    """The tools are stand-ins on the host's own path that print recorded outputs."""
    drive, disk = ("facts.nvme.NvmeDrives", "device=nvme0"), ("facts.disk.Disks", "device=sda")
    for words, package in ((drive, "nvme-cli"), (disk, "smartmontools")):
        (found,) = facts(host, *words).values()
        (one,) = found.values()
        assert one == {"error": f"not installed: {package}", "code": "not_installed"}
    host.run("cat >/run/nvme.json", (FIXTURES / "nvme-2.8-smart-log.json").read_bytes())
    host.run("cat >/run/disk.json", (FIXTURES / "smartctl-7.2-sata-ssd.json").read_bytes())
    host.run("printf '#!/bin/sh\\ncat /run/nvme.json\\n' >/usr/sbin/nvme && chmod 0755 /usr/sbin/nvme")
    host.run(
        "printf '#!/bin/sh\\ncat /run/disk.json\\n' >/usr/sbin/smartctl && chmod 0755 /usr/sbin/smartctl"
    )
    try:
        (found,) = facts(host, *drive).values()
        assert found["nvme0"]["critical_warning"] == 0
        (found,) = facts(host, *disk).values()
        assert (found["sda"]["model"], found["sda"]["passed"]) == ("Example SATA SSD 8TB", True)
    finally:
        host.run("rm -f /usr/sbin/nvme /usr/sbin/smartctl /run/nvme.json /run/disk.json")


def test_the_packaged_tools_report_a_device_that_is_not_there(host: LabHost) -> None:
    """Smartmontools and nvme-cli as Debian ships them."""
    host.run("apt-get -qq update && apt-get -qq install -y --no-install-recommends smartmontools nvme-cli")
    (found,) = facts(host, "facts.disk.Disks", "device=nosuch").values()
    assert found["nosuch"]["passed"]["code"] in ("unreadable", "no_permission")
    (found,) = facts(host, "facts.nvme.NvmeDrives", "device=nvme99").values()
    assert "error" in str(found["nvme99"])
