"""The metrics of hardware on a real host: devices are stand-ins, everything else is real."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from deploys.health.settings import HealthSettings
from deploys.rig import Machine, Rig
from rigwright import lab
from rigwright.desired import Desired
from tests.support.command import ROOT
from tests.support.target import Target
from tests.support.waiting import wait_until

FIXTURES = ROOT / "tests" / "facts" / "fixtures"
METRICS = "/var/lib/prometheus/node-exporter/rigwright_health.prom"
SERVICE = "rigwright-health.service"

NVIDIA_SMI = """#!/bin/sh
[ -e /run/stand-ins/hangs ] && exec sleep 300
cat /run/stand-ins/gpu.xml
"""
SMARTCTL = """#!/bin/sh
echo "$*" >>/run/stand-ins/commands
cat /run/stand-ins/sda.json
"""
# In place of the kernel's list of disks, of the driver's node and of the tools: a container has none.
STAND_INS = """
mount -t tmpfs tmpfs /sys/block
mkdir -p /run/stand-ins /sys/block/sda/device
echo 'ATA     ' >/sys/block/sda/device/vendor
echo 0 >/sys/block/sda/removable
touch /dev/sda /dev/nvidiactl
chmod 0755 /usr/bin/nvidia-smi /usr/sbin/smartctl
chmod 0777 /run/stand-ins
"""


class Watched(Target):
    """A host with a card and a disk, queried as often as can be."""

    def rig(self) -> Rig:
        """What it should be."""
        health = HealthSettings(gpus=1, sata_disks=1, interval_seconds=10, limit_seconds=3)
        return Rig(machine=Machine(os=self.host.os), health=health)

    @property
    def wanted(self) -> Desired:
        """The desired state of health on it."""
        found = self.rig().of("health")
        assert found
        return found

    def collect(self) -> dict[str, float]:
        """The samples of a new run."""
        self.sh(f"systemctl start {SERVICE}")
        return self.there()

    def there(self) -> dict[str, float]:
        """The samples in the file."""
        lines = self.sh(f"cat {METRICS}").splitlines()
        rows = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {name: float(value) for name, _, value in rows}


@pytest.fixture(scope="module")
def host() -> Iterator[Watched]:
    lab.down("hm-metrics")
    target = Watched(lab.up("hm-metrics", "debian13"))
    target.host.run("cat >/usr/bin/nvidia-smi", NVIDIA_SMI.encode())
    target.host.run("cat >/usr/sbin/smartctl", SMARTCTL.encode())
    target.host.run(STAND_INS)
    card = (FIXTURES / "nvidia-smi-580.159-captured-h100.xml").read_bytes()
    target.host.run("cat >/run/stand-ins/gpu.xml", card)
    target.host.run("cat >/run/stand-ins/sda.json", (FIXTURES / "smartctl-7.2-sata-ssd.json").read_bytes())
    target.host.run("mkdir -p /var/lib/prometheus/node-exporter")
    done = target.apply(target.wanted)
    assert done.code == 0, done.stdout
    yield target
    lab.down("hm-metrics")


def test_the_timer_writes_the_file_again_and_again(host: Watched) -> None:
    wait_until(lambda: host.sh(f"test -e {METRICS} && echo there || :") == "there", seconds=120)
    first = host.there()["rigwright_health_timestamp_seconds"]
    wait_until(lambda: host.there()["rigwright_health_timestamp_seconds"] > first, seconds=120)
    assert [one.where for one in host.drift(host.wanted)] == ["smartmontools"], "a stand-in has its place"


def test_the_values_of_card_and_disk_are_exposed(host: Watched) -> None:
    found = host.collect()
    assert found['rigwright_gpu_temperature_margin_celsius{gpu="0000:00:06.0"}'] == 46
    assert found['rigwright_sata_passed{device="sda"}'] == 1
    assert found['rigwright_health_devices{kind="sata"}'] == 1
    assert found['rigwright_health_collector_up{collector="gpu"}'] == 1
    assert found['rigwright_health_collector_up{collector="xid"}'] == 1


def test_its_sandbox_shows_it_the_devices_and_nothing_else(host: Watched) -> None:
    score = re.search(r": ([\d.]+)", host.sh(f"systemd-analyze security --no-pager {SERVICE} | tail -n 1"))
    assert score
    assert float(score[1]) < 4
    assert host.sh(f"systemctl show -p Result --value {SERVICE}") == "success"


def test_a_disk_is_not_queried_in_every_run(host: Watched) -> None:
    """Queried every half minute it would never rest."""
    host.collect()
    before = host.sh("wc -l </run/stand-ins/commands")
    for _ in range(3):
        host.collect()
    assert host.sh("wc -l </run/stand-ins/commands") == before
    assert host.sh("tail -n 1 /run/stand-ins/commands") == "-n standby,3 --json -a /dev/sda"


def test_a_card_that_hangs_is_a_failed_collector_and_holds_nothing_else_up(host: Watched) -> None:
    before = host.collect()['rigwright_health_collector_timestamp_seconds{collector="gpu"}']
    host.sh("touch /run/stand-ins/hangs")
    try:
        found = host.collect()
        assert found['rigwright_health_collector_up{collector="gpu"}'] == 0
        assert found['rigwright_health_collector_timestamp_seconds{collector="gpu"}'] >= before
        assert found['rigwright_health_collector_up{collector="sata sda"}'] == 1
        assert not [name for name in found if name.startswith("rigwright_gpu_temperature")]
        assert host.sh("pgrep -x -f 'sleep 300' || :") == "", "nothing is left running"
    finally:
        host.sh("rm /run/stand-ins/hangs")
    assert host.collect()['rigwright_health_collector_up{collector="gpu"}'] == 1


def test_a_run_costs_little(host: Watched) -> None:
    """0.3 s of processor and 60 MB of memory are promised; a machine that does much else takes twice as long.

    The tools are stand-ins: a real ``nvidia-smi`` takes 0.07 s and 23 MB on the H100 of the captures.
    """
    program = (
        "import resource, subprocess; "
        "subprocess.run(['/usr/bin/python3', '-I', '/usr/local/lib/rigwright/health/collect.pyz', '3', "
        "'gpu', 'sata'], check=True); found = resource.getrusage(resource.RUSAGE_CHILDREN); "
        "print(found.ru_utime + found.ru_stime, found.ru_maxrss)"
    )
    runs = [
        host.sh(f'mkdir -p /run/x && RUNTIME_DIRECTORY=/run/x python3 -c "{program}"').split()
        for _ in range(5)
    ]
    assert min(float(seconds) for seconds, _ in runs) < 0.6
    assert max(int(kibibytes) * 1024 for _, kibibytes in runs) < 60e6
    host.collect()
    assert 0 < int(host.sh(f"systemctl show -p CPUUsageNSec --value {SERVICE}")) < 1e9


def test_prometheus_own_tool_accepts_the_file(host: Watched) -> None:
    host.sh("apt-get -qq update && apt-get -qq install -y --no-install-recommends prometheus >/dev/null 2>&1")
    host.collect()
    assert host.sh(f"promtool check metrics <{METRICS} 2>&1") == ""


def test_without_the_exporters_folder_the_service_does_nothing_and_does_not_fail(host: Watched) -> None:
    host.sh("mv /var/lib/prometheus/node-exporter /var/lib/prometheus/away")
    try:
        host.sh(f"systemctl start {SERVICE}")
    finally:
        host.sh("mv /var/lib/prometheus/away /var/lib/prometheus/node-exporter")
