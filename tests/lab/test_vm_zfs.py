"""ZFS on a kernel of its own: what is refused, made, kept, snapshotted, copied, and what a reboot leaves.

The tests follow each other on one VM, in the order of their lines: without KVM it is emulated, and slow.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rigwright import lab
from rigwright.lab import LabHost
from tests.lab.perturbations.zfs import VM
from tests.support.command import ROOT, rig_json
from tests.support.waiting import wait_until

NAME = "v-zfs"
PATIENCE_SECONDS = 3600
FIRST, SECOND = (f"/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_RIGLAB-NVME{number}" for number in (0, 1))
THIRD = "/dev/disk/by-id/ata-QEMU_HARDDISK_RIGLAB-SATA0"
ARC_LIMIT = 300 * 2**20

INVENTORY = f'''
"""The lab's VM with a mirror, a disk for copies, and Redis."""

from deploys.redis.settings import RedisSettings
from deploys.rig import Machine, Rig
from deploys.zfs.datasets import Dataset
from deploys.zfs.settings import Pool, ZfsSettings
from deploys.zfs.snapshots import Replica, Snapshots
from inventories.shapes import redis
from rigwright.inventory import ssh_host
from rigwright.lab import hosts as _hosts

zfs = ZfsSettings(
    arc_limit={ARC_LIMIT},
    pools=[
        Pool(name="data", disks=["{Path(FIRST).name}", "{Path(SECOND).name}"], layout="mirror"),
        Pool(name="backup", disks=["{Path(THIRD).name}"], trim="never"),
    ],
    datasets=[
        Dataset(
            name="data/redis",
            workload="redis",
            mountpoint="/var/lib/redis",
            needed_by=["redis-server.service"],
        ),
        Dataset(
            name="data/media",
            workload="media",
            mountpoint="/srv/media",
            snapshots=Snapshots(hourly=2, daily=2, weekly=1, monthly=1, yearly=1),
        ),
        Dataset(name="backup/copies", workload="backups"),
    ],
    replicas=[Replica(source="data/media", target="backup/copies/media")],
)
lab = [
    ssh_host(
        one.name,
        Rig(machine=Machine(os=one.os), zfs=zfs, redis=redis.defaults(one.os)),
        address=one.address,
        port=one.port,
        user=one.user,
        key=one.key,
        known_hosts=one.known_hosts,
    )
    for one in _hosts()
    if one.name == "{NAME}"
]
'''


@pytest.fixture(scope="module")
def host() -> Iterator[LabHost]:
    lab.down(NAME)
    yield lab.up(NAME, kind="vm")
    lab.down(NAME)


@pytest.fixture(scope="module")
def inventory(host: LabHost, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the VM should be."""
    assert host.name == NAME
    path = tmp_path_factory.mktemp("inventory") / "vm.py"
    path.write_text(INVENTORY)
    return path


def slow_rig(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run ``rig`` with more patience than a container needs."""
    return subprocess.run(
        [sys.executable, "-m", "rigwright", *map(str, words)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )


def apply(inventory: Path) -> None:
    done = slow_rig("apply", inventory)
    assert done.returncode == 0, done.stdout


def sh(host: LabHost, script: str) -> str:
    return host.run(script).stdout.strip()


def empty(host: LabHost, disk: str) -> None:
    """As it came from the factory."""
    sh(host, f"zpool labelclear -f {disk}-part1 2>/dev/null; wipefs -aq {disk}* && blkdiscard -f {disk}")
    sh(host, f"dd if=/dev/zero of={disk} bs=1M count=2 conv=fsync status=none && udevadm settle")
    last = f"$(($(blockdev --getsize64 {disk}) / 1048576 - 2))"
    sh(host, f"dd if=/dev/zero of={disk} bs=1M count=2 seek={last} conv=fsync status=none && udevadm settle")


def snapshots(host: LabHost, dataset: str, kind: str = "") -> list[str]:
    """The names of its snapshots behind the ``@``, the oldest first."""
    told = sh(host, f"zfs list -H -o name -s creation -t snapshot {dataset}").splitlines()
    return [name.split("@")[1] for name in told if name.endswith(kind)]


def hour_later(host: LabHost) -> None:
    """Move the clock an hour on, and wait for what the timer takes then."""
    before = snapshots(host, "data/media", "_hourly")
    sh(host, "date -s '+1 hour' >/dev/null")
    wait_until(lambda: snapshots(host, "data/media", "_hourly")[-1:] != before[-1:], seconds=600)


def test_a_disk_that_holds_anything_is_refused_before_the_first_package(
    host: LabHost, inventory: Path
) -> None:
    """Swap, a bare text, and a pool that another machine used last."""
    sh(host, f"mkswap -q -L family {THIRD} && echo kept | dd of={SECOND} seek=1 bs=4096 status=none")
    sh(host, "echo 99 >/sys/module/spl/parameters/spl_hostid")
    sh(host, f"zpool create data {FIRST} && zpool export data && udevadm settle")
    sh(host, "echo 0 >/sys/module/spl/parameters/spl_hostid")
    for words in (["plan"], ["apply"], ["apply", "--adopt"]):
        told = slow_rig(words[0], inventory, *words[1:])
        assert told.returncode == (2 if words == ["plan"] else 1), told.stdout
        assert re.search(
            rf"disk {Path(THIRD).name} is in use: it holds /dev/sda: swap family", told.stdout
        ), told.stdout
        assert re.search(rf"disk {Path(SECOND).name} is in use: it holds data near byte 0", told.stdout), (
            told.stdout
        )
        assert f"of a pool data that {NAME} used last" in told.stdout
    assert sh(host, "dpkg-query -W -f '${db:Status-Status}' sanoid 2>/dev/null || echo none") == "none"
    assert sh(host, "ls -A /var/lib/rigwright/manifests 2>/dev/null || :") == ""
    assert sh(
        host,
        f"blkid -o value -s LABEL {THIRD}; dd if={SECOND} skip=1 bs=4096 count=1 status=none | head -c 4",
    ) == ("family\nkept")
    for disk in (FIRST, SECOND, THIRD):
        empty(host, disk)


def test_a_bare_host_has_its_data_on_its_datasets_after_one_run(host: LabHost, inventory: Path) -> None:
    sh(host, "mkdir -p /srv/media && chown 1000:37 /srv/media && chmod 2775 /srv/media")
    apply(inventory)
    assert sh(host, "findmnt -no SOURCE,FSTYPE /var/lib/redis; systemctl is-active redis-server").split() == [
        "data/redis", "zfs", "active",
    ]  # fmt: skip
    assert sh(host, "ls /var/lib/redis/appendonlydir | head -c 10") == "appendonly"
    assert sh(host, "stat -c '%U %a' /var/lib/redis; stat -c '%u:%g %a' /srv/media").splitlines() == [
        "redis 750", "1000:37 2775",
    ]  # fmt: skip
    assert sh(host, "zpool list -H -o name,health,ashift -p").split() == [
        "backup", "ONLINE", "12", "data", "ONLINE", "12",
    ]  # fmt: skip
    assert sh(host, "zfs get -Hp -o value recordsize,compression,atime data/media").split() == [
        str(2**20), "lz4", "off",
    ]  # fmt: skip


def test_a_second_run_changes_nothing(host: LabHost, inventory: Path) -> None:
    before = sh(host, "stat -c %Y /var/lib/rigwright/manifests/*.json; zpool history | wc -l")
    done = slow_rig("drift", inventory)
    assert (done.returncode, "in sync" in done.stdout) == (0, True), done.stdout
    apply(inventory)
    assert sh(host, "stat -c %Y /var/lib/rigwright/manifests/*.json; zpool history | wc -l") == before


def test_the_running_host_is_what_the_inventory_says(inventory: Path) -> None:
    done = slow_rig("verify", inventory)
    assert done.returncode == 0, done.stdout


def test_snapshots_are_taken_by_the_timer_and_removed_by_the_policy(host: LabHost) -> None:
    sh(host, "zfs snapshot data/media@mine")
    sh(host, "systemctl start sanoid.service")
    assert {name.rsplit("_", 1)[-1] for name in snapshots(host, "data/media")} == {
        "hourly", "daily", "weekly", "monthly", "yearly", "mine",
    }  # fmt: skip
    (first,) = snapshots(host, "data/media", "_hourly")
    for _ in range(4):
        hour_later(host)
    wait_until(lambda: first not in snapshots(host, "data/media", "_hourly"), seconds=300)
    assert 1 <= len(snapshots(host, "data/media", "_hourly")) <= 3
    assert "mine" in snapshots(host, "data/media")


def test_a_copy_takes_what_changed_and_gives_it_back_byte_for_byte(host: LabHost) -> None:
    sh(host, "head -c 8M /dev/urandom >/srv/media/film && sync")
    hour_later(host)
    sh(host, "systemctl start rigwright-zfs-replicate.service")
    made = sh(host, "zfs get -H -o value guid backup/copies/media")
    assert snapshots(host, "backup/copies/media")[-1] == snapshots(host, "data/media")[-1]
    sh(
        host,
        "head -c 1M /dev/urandom | dd of=/srv/media/film seek=2M oflag=seek_bytes conv=notrunc status=none",
    )
    hour_later(host)
    sh(host, "systemctl start rigwright-zfs-replicate.service")
    newest = snapshots(host, "data/media", "_hourly")[-1]
    assert newest in snapshots(host, "backup/copies/media")
    assert sh(host, "zfs get -H -o value guid backup/copies/media") == made
    assert newest in sh(host, "zfs list -H -o name -t bookmark data/media")
    assert sh(host, "zfs get -H -o value mounted,mountpoint backup/copies/media").split() == ["no", "none"]
    sh(host, f"zfs send backup/copies/media@{newest} | zfs receive -o mountpoint=/srv/restored data/restored")
    sums = sh(host, "cd /srv && sha256sum <media/film && sha256sum <restored/film").split()
    assert sums[0] == sums[2]
    sh(host, "zfs destroy -r data/restored")


def test_a_service_does_not_start_without_its_dataset(host: LabHost) -> None:
    sh(host, "systemctl stop redis-server && zfs unmount data/redis")
    assert host.run("systemctl start redis-server", check=False).returncode != 0
    assert sh(host, "ls -A /var/lib/redis") == ""
    sh(host, "zfs mount data/redis && systemctl start redis-server")


def test_every_change_by_other_means_is_found_and_mended(host: LabHost, inventory: Path) -> None:
    sh(host, "\n".join(VM.values()))
    code, told = rig_json("drift", inventory)
    assert code == 2, told
    assert {(one["kind"], one["where"]) for one in told["hosts"][0]["findings"]} == set(VM)
    apply(inventory)
    assert slow_rig("drift", inventory).returncode == 0


def test_a_pool_that_loses_a_disk_is_told_by_mail(host: LabHost) -> None:
    sendmail = "#!/bin/sh\ncat >>/root/mail\n"
    sh(host, f"printf %s {shlex.quote(sendmail)} >/usr/sbin/sendmail && chmod 755 /usr/sbin/sendmail")
    sh(host, f"zpool offline -f data {Path(SECOND).name}")
    wait_until(lambda: "Subject: ZFS" in sh(host, "cat /root/mail 2>/dev/null || :"), seconds=300)
    assert "To: root" in sh(host, "cat /root/mail")
    sh(host, f"zpool clear data && zpool online data {Path(SECOND).name} && rm /usr/sbin/sendmail")
    wait_until(lambda: sh(host, "zpool list -H -o health data") == "ONLINE", seconds=300)


def test_all_is_in_place_after_a_reboot(host: LabHost, inventory: Path) -> None:
    total = sh(host, "sha256sum </srv/media/film")
    host.reboot()
    wait_until(lambda: host.run("systemctl is-active redis-server", check=False).returncode == 0, seconds=600)
    assert sh(host, "sha256sum </srv/media/film") == total
    told = sh(host, "awk '$1 == \"c_max\" { print $3 }' /proc/spl/kstat/zfs/arcstats")
    assert int(told) == ARC_LIMIT
    assert sh(host, "findmnt -no SOURCE /var/lib/redis /srv/media | sort").split() == [
        "data/media",
        "data/redis",
    ]
    done = slow_rig("drift", inventory)
    assert done.returncode == 0, done.stdout


def test_a_pool_of_this_host_is_imported(host: LabHost, inventory: Path) -> None:
    sh(host, "zpool export backup")
    apply(inventory)
    assert sh(host, "zpool list -H -o health backup; zfs list -H -o name backup/copies/media").split() == [
        "ONLINE", "backup/copies/media",
    ]  # fmt: skip
