"""The metrics of real drives and pools: what the emulated hardware does is exposed at the next run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from deploys.health.settings import HealthSettings, SnapshotAge
from deploys.rig import Machine, Rig
from rigwright import lab
from rigwright.desired import Desired
from rigwright.lab.fault import inject
from tests.support.command import ROOT, rig_json
from tests.support.target import Target
from tests.support.waiting import wait_until

METRICS = "/var/lib/prometheus/node-exporter/rigwright_health.prom"
FIRST, SECOND = (f"/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_RIGLAB-NVME{number}" for number in (0, 1))
CARD = ROOT / "tests" / "facts" / "fixtures" / "nvidia-smi-580.159-captured-h100.xml"
# What QEMU's devices do not report, the card of the capture has not, or only an error makes.
NOT_HERE = {
    "rigwright_gpu_temperature_maximum_celsius",
    "rigwright_health_field_error",
    "rigwright_sata_life_left_ratio",
    "rigwright_sata_offline_uncorrectable_sectors",
    "rigwright_sata_pending_sectors",
    "rigwright_sata_solid_state",
    "rigwright_sata_uncorrected_errors_total",
}
MINUTES = 600.0
"""An emulated machine beside others: a run takes seconds there, and a wait must not be what fails."""


class Drives(Target):
    """A VM with two NVMe drives in a mirror, a SATA disk, and a stand-in for the driver of a card."""

    @property
    def wanted(self) -> Desired:
        """The desired state of health on it."""
        health = HealthSettings(
            gpus=1,
            nvme_drives=2,
            sata_disks=1,
            pools=["tank", "alone"],
            snapshots=[SnapshotAge(dataset="tank/data")],
            interval_seconds=60,
            limit_seconds=60,
        )
        found = Rig(machine=Machine(os=self.host.os), health=health).of("health")
        assert found
        return found

    def there(self) -> dict[str, float]:
        """The samples in the file."""
        lines = self.sh(f"cat {METRICS}").splitlines()
        rows = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {name: float(value) for name, _, value in rows}

    def next_run(self) -> dict[str, float]:
        """The first samples of a run that begins after now; the timer is waited for and not helped."""
        now = float(self.sh("date +%s.%N"))
        wait_until(lambda: self.there()["rigwright_health_timestamp_seconds"] > now, seconds=MINUTES)
        return self.there()

    def health(self) -> tuple[int, dict[str, str]]:
        """The exit code of ``rig health``, and the verdict of each thing."""
        code, found = rig_json("health", "inventories/lab.py", "--limit", self.host.name)
        (one,) = found["hosts"]
        return code, {f"{row['area']} {row['where'].split(' ')[0]}": row["verdict"] for row in one["checks"]}


@pytest.fixture(scope="module")
def host() -> Iterator[Drives]:
    lab.down("v-health")
    target = Drives(lab.up("v-health", "debian13", kind="vm"))
    target.sh("apt-get -qq update && apt-get -qq -y install fdisk zfs-zed >/dev/null 2>&1")
    target.install(target.wanted)
    target.host.run("cat >/root/card.xml && touch /dev/nvidiactl", CARD.read_bytes())
    target.host.run(
        "cat >/usr/bin/nvidia-smi && chmod 0755 /usr/bin/nvidia-smi", b"#!/bin/sh\ncat /opt/card.xml\n"
    )
    target.sh("mv /root/card.xml /opt/card.xml && mkdir -p /var/lib/prometheus/node-exporter")
    # Two pools lose something when the second drive goes: one its half of a mirror, one all that it has.
    target.sh(f"printf ',2G\\n,\\n' | sfdisk -q --label gpt {SECOND} && udevadm settle")
    target.sh(f"zpool create -f tank mirror {FIRST} {SECOND}-part1 && zpool create -f alone {SECOND}-part2")
    target.sh("zfs create tank/data && zfs snapshot tank/data@a")
    done = target.apply(target.wanted)
    assert done.code == 0, done.stdout
    wait_until(lambda: target.sh(f"test -e {METRICS} && echo there || :") == "there", seconds=MINUTES)
    yield target
    lab.down("v-health")


def test_every_real_device_responds_inside_the_sandbox(host: Drives) -> None:
    found = host.next_run()
    for name in ("gpu", "xid", "nvme nvme0", "nvme nvme1", "sata sda", "zpool", "snapshots"):
        assert found[f'rigwright_health_collector_up{{collector="{name}"}}'] == 1, (name, found)
    assert [found[f'rigwright_health_devices{{kind="{kind}"}}'] for kind in ("nvme", "sata")] == [2, 1]
    assert found['rigwright_nvme_critical_warning{device="nvme0"}'] == 0
    assert found['rigwright_sata_passed{device="sda"}'] == 1
    assert found['rigwright_zpool_online{pool="tank"}'] == 1
    taken = int(host.sh("zfs get -Hpo value creation tank/data@a"))
    assert found['rigwright_zfs_newest_snapshot_timestamp_seconds{dataset="tank/data"}'] == taken
    made = int(host.sh("zfs get -Hpo value creation tank"))
    assert found['rigwright_zpool_checked_timestamp_seconds{pool="tank"}'] == made, "it was never scrubbed"
    code, verdicts = host.health()
    assert (code, verdicts["nvme nvme0"], verdicts["zfs tank"]) == (0, "ok", "ok"), verdicts
    assert verdicts["zfs events"] == "ok"


def test_the_service_has_few_rights_though_it_opens_devices(host: Drives) -> None:
    score = host.sh("systemd-analyze security --no-pager rigwright-health.service | tail -n 1")
    assert float(score.partition(": ")[2].split()[0]) < 4
    assert host.sh("systemctl show -p Result --value rigwright-health.service") == "success"
    units = json.loads(host.sh("systemctl list-units --failed --output=json"))
    assert units == []


def test_a_drive_that_warns_changes_the_next_run_and_the_exit_code(host: Drives) -> None:
    inject(host.host, "nvme-critical")
    try:
        assert host.next_run()['rigwright_nvme_critical_warning{device="nvme0"}'] == 4
        code, verdicts = host.health()
        assert (code, verdicts["nvme nvme0"]) == (2, "critical")
    finally:
        inject(host.host, "nvme-well")
    assert host.next_run()['rigwright_nvme_critical_warning{device="nvme0"}'] == 0


def test_an_error_in_the_kernel_log_is_remembered_from_run_to_run(host: Drives) -> None:
    # Of what is not the kernel's own, journald takes the first word for the program's name.
    line = "<2>test: NVRM: Xid (PCI:0000:00:06): 79, pid=1, GPU has fallen off the bus."
    host.sh(f"echo '{line}' >/dev/kmsg")
    name = 'rigwright_gpu_xid_last_timestamp_seconds{gpu="0000:00:06.0",xid="79"}'
    first = host.next_run()[name]
    assert host.next_run()[name] == first


def test_an_events_daemon_that_stopped_is_a_warning(host: Drives) -> None:
    host.sh("systemctl stop zfs-zed")
    try:
        code, verdicts = host.health()
        assert (code, verdicts["zfs events"]) == (2, "warning")
    finally:
        host.sh("systemctl start zfs-zed")


def test_a_pulled_drive_degrades_a_mirror_and_suspends_a_pool_of_one_disk(host: Drives) -> None:
    inject(host.host, "disk-remove")
    wait_until(lambda: host.sh(f"test -e {SECOND} || echo gone") == "gone", seconds=MINUTES)
    # What writes to a pool without its disk waits for it, here for ever.
    host.sh("systemd-run -q --no-block sh -c 'echo lost >/alone/file; sync'; zpool scrub -w tank || :")
    wait_until(lambda: host.sh("cat /proc/spl/kstat/zfs/alone/state") == "SUSPENDED", seconds=MINUTES)
    found = host.next_run()
    assert found['rigwright_health_devices{kind="nvme"}'] == 1
    for pool, state in (("tank", "DEGRADED"), ("alone", "SUSPENDED")):
        assert found[f'rigwright_zpool_online{{pool="{pool}"}}'] == 0
        assert found[f'rigwright_zpool_state_info{{pool="{pool}",state="{state}"}}'] == 1
    assert 0 in {value for name, value in found.items() if name.startswith("rigwright_zpool_device_online")}
    made = int(host.sh("zfs get -Hpo value creation tank"))
    assert found['rigwright_zpool_checked_timestamp_seconds{pool="tank"}'] > made, "by now it was scrubbed"
    # What the node exporter reads, by which PoolNotOnline fires.
    assert host.sh("cat /proc/spl/kstat/zfs/tank/state") == "DEGRADED"
    assert found['rigwright_health_collector_up{collector="nvme nvme0"}'] == 1
    code, verdicts = host.health()
    assert (code, verdicts["zfs tank"], verdicts["zfs alone"]) == (2, "critical", "critical")


def test_every_metric_that_a_rule_names_is_there_but_for_what_these_devices_lack(host: Drives) -> None:
    """A rule on a metric that does not exist never fires. By now there was a scrub, and an Xid."""
    made = {name.partition("{")[0] for name in host.there()}
    exprs = [rule.expr for rule in host.wanted.alerts]
    named = {name for expr in exprs for name in re.findall(r"\brigwright_\w+", expr)}
    assert named - made == NOT_HERE
