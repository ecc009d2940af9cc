"""``rig health`` of a real host: honest about what is not there, and unhealthy when something is wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from rigwright import lab
from rigwright.dev.bench.sessions import Counter, talk
from rigwright.lab import LabHost
from tests.support.command import ROOT, rig, rig_json

INVENTORY = "inventories/lab.py"


@pytest.fixture(scope="module")
def host() -> Iterator[LabHost]:
    """A bare Debian 13 host: no GPU, no drives of its own, no tools for them."""
    lab.down("h-health")
    yield lab.up("h-health", "debian13")
    lab.down("h-health")


def health(host: LabHost) -> tuple[int, dict[str, tuple[str, str]]]:
    """The exit code, and verdict and summary of each thing."""
    code, found = rig_json("health", INVENTORY, "--limit", host.name)
    assert found["exit"] == code
    (one,) = found["hosts"]
    assert one["known"], one["error"]
    rows = one["checks"]
    assert {row["where"] for row in rows if row["verdict"] not in ("ok", "none")} == {
        finding["where"] for finding in one["findings"]
    }
    return code, {f"{row['area']} {row['where']}": (row["verdict"], row["summary"]) for row in rows}


def test_a_bare_host_is_healthy_and_shows_what_it_does_not_have(host: LabHost) -> None:
    code, found = health(host)
    assert code == 0, found
    for name in ("gpu GPU", "nvme NVMe", "sata SATA", "zfs pools"):
        assert found[name][0] == "none"
    for name in ("memory memory", "filesystem /", "units units", "reboot reboot"):
        assert found[name][0] == "ok", found[name]
    total = int(host.run("sed -n 's/^MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo").stdout) * 1024
    assert f"of {total / 10**9:.1f} GB available" in found["memory memory"][1]


def test_health_takes_one_command(host: LabHost) -> None:
    talk(host)
    with Counter(host) as counter:
        health(host)
    assert (counter.logins, counter.commands) == (1, 1)


def test_a_full_file_system_is_critical_and_one_with_a_space_in_its_name_too(host: LabHost) -> None:
    paths = ("/srv/full", "/srv/it is full ü")
    for path in paths:
        host.run(f"mkdir -p '{path}' && mount -t tmpfs -o size=1m tmpfs '{path}'")
    host.run(f"head -c 983040 /dev/zero >'{paths[0]}/x'; head -c 851968 /dev/zero >'{paths[1]}/x'")
    try:
        code, found = health(host)
        shown = host.run(f"df --output=pcent '{paths[0]}' | tail -n 1").stdout.strip().removesuffix("%")
        assert code == 2
        assert found[f"filesystem {paths[0]}"] == ("critical", f"{shown} % of 1.0 MB used")
        assert found[f"filesystem {paths[1]}"] == ("warning", "81 % of 1.0 MB used")
    finally:
        for path in paths:
            host.run(f"umount '{path}' && rmdir '{path}'")
    assert health(host)[0] == 0


def test_watching_queries_again_until_it_is_interrupted(host: LabHost) -> None:
    """Ctrl-C is a signal that what runs in a shell's background is born to ignore: CI may be that."""
    listening = ["env", "--default-signal=INT", sys.executable, "-m", "rigwright"]
    command = [*listening, "health", INVENTORY, "--limit", host.name, "--watch", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout
        reports = [json.loads(watching.stdout.readline()) for _ in range(2)]
        watching.send_signal(signal.SIGINT)
        assert watching.wait(120) == 0
    assert [one["exit"] for one in reports] == [0, 0]


def test_a_failed_unit_turns_the_host_unhealthy_until_it_is_reset(host: LabHost) -> None:
    host.run(
        "systemd-run --quiet --unit=h-broken false; until systemctl -q is-failed h-broken; do sleep 0.1; done"
    )
    code, found = health(host)
    assert (code, found["units h-broken.service"]) == (2, ("critical", "failed"))
    done = rig("health", INVENTORY, "--limit", host.name)
    assert done.returncode == 2
    assert "✗ units         h-broken.service: failed" in done.stdout
    host.run("systemctl reset-failed h-broken")
    assert health(host)[0] == 0


def test_a_required_reboot_is_a_warning_that_names_the_packages(host: LabHost) -> None:
    host.run("touch /run/reboot-required && echo linux-image-amd64 >/run/reboot-required.pkgs")
    try:
        code, found = health(host)
        assert (code, found["reboot reboot"]) == (2, ("warning", "required for linux-image-amd64"))
    finally:
        host.run("rm /run/reboot-required /run/reboot-required.pkgs")


def test_a_tool_that_hangs_is_unknown_and_holds_nothing_else_up(host: LabHost) -> None:
    """A stand-in for systemctl that never ends, in the place of a device that hangs."""
    host.run("printf '#!/bin/sh\\nexec sleep 300\\n' >/run/hangs && chmod 0755 /run/hangs")
    host.run("mount --bind /run/hangs /usr/bin/systemctl")
    try:
        started = time.monotonic()
        code, found = health(host)
        assert time.monotonic() - started < 60
        assert (code, found["units units"]) == (1, ("unknown", "systemctl: no output within 10 s"))
        assert found["memory memory"][0] == "ok"
        assert not host.run("pgrep -x -f 'sleep 300' || :").stdout.strip(), "nothing is left running"
    finally:
        host.run("umount /usr/bin/systemctl; rm /run/hangs")


SMARTCTL = """#!/bin/sh
case $* in
    *sda) cat /run/sda.json ;;
    *sdb) cat /run/sdb.json; exit 216 ;;
    *sdc) exec sleep 300 ;;
esac
"""
DISKS = """
mount -t tmpfs tmpfs /sys/block
for disk in sda sdb sdc; do
    mkdir -p /sys/block/$disk/device
    echo 'ATA     ' >/sys/block/$disk/device/vendor
    echo 0 >/sys/block/$disk/removable
    touch /dev/$disk
done
mkdir -p /sys/block/vda /sys/block/loop0 && touch /dev/vda /dev/loop0
chmod 0755 /usr/sbin/smartctl
"""


def test_disks_are_found_and_one_that_hangs_hides_no_other(host: LabHost) -> None:
    """Stand-ins for the kernel's list of disks and for smartctl; the outputs are the facts' fixtures."""
    fixtures = ROOT / "tests" / "facts" / "fixtures"
    host.run("cat >/usr/sbin/smartctl", SMARTCTL.encode())
    host.run("cat >/run/sda.json", (fixtures / "smartctl-7.2-sata-ssd.json").read_bytes())
    host.run("cat >/run/sdb.json", (fixtures / "smartctl-7.3-sata-hdd-failing.json").read_bytes())
    try:
        host.run(DISKS)
        code, found = health(host)
        assert code == 1, "one is unknown"
        assert found["sata sda (Example SATA SSD 8TB)"] == ("ok", "34 °C, 97 % of its life left")
        assert found["sata sdb (Example HDD 18TB)"][0] == "critical"
        assert found["sata sdc"] == ("unknown", "smartctl: no output within 10 s")
        assert len([name for name in found if name.startswith("sata")]) == 3, "vda and loop0 are none"
        host.run("rm /usr/sbin/smartctl")
        assert health(host)[1]["sata sda"] == ("unknown", "not installed: smartmontools")
    finally:
        host.run(
            "umount /sys/block; rm -f /usr/sbin/smartctl /dev/sd[abc] /dev/vda /dev/loop0 /run/sd[ab].json"
        )
    assert health(host)[1]["sata SATA"] == ("none", "none")


def test_a_host_that_is_down_is_unknown(host: LabHost) -> None:
    host.run("systemctl stop ssh.socket ssh.service 2>/dev/null; systemctl mask --now --runtime ssh.service")
    try:
        done = rig("health", INVENTORY, "--limit", host.name)
        assert done.returncode == 1
        assert "unknown: 1 host could not be queried" in done.stdout
    finally:
        host.run("systemctl unmask --runtime ssh.service; systemctl start ssh.service")
