"""A VM of the lab with pools, datasets, snapshots and copies, and what its tests ask of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rigwright import lab
from rigwright.lab import LabHost
from rigwright.lab.fault import inject
from tests.support.command import ROOT, rig_json
from tests.support.lab_inventory import one_host
from tests.support.waiting import wait_until

NAME = "v-zfs"
# Without KVM a processor is emulated, and about ten times slower.
PATIENCE_SECONDS = 3600
FIRST, SECOND = (f"/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_RIGLAB-NVME{number}" for number in (0, 1))
THIRD = "/dev/disk/by-id/ata-QEMU_HARDDISK_RIGLAB-SATA0"
ARC_LIMIT = 300 * 2**20
PSQL = "cd / && runuser -u postgres -- psql -X -A -t -q -v ON_ERROR_STOP=1"

RIG = """\
        Rig(
            machine=Machine(os=one.os),
            zfs=zfs,
            postgres=PostgresSettings(memory="256MiB"),
            redis=redis.defaults(one.os),
        ),"""
INVENTORY = f'''
"""The lab's VM with a mirror, a disk for copies, PostgreSQL and Redis."""

from deploys.postgres.settings import PostgresSettings
from deploys.rig import Machine, Rig
from deploys.zfs.datasets import Dataset
from deploys.zfs.settings import Pool, ZfsSettings
from deploys.zfs.snapshots import Replica, Snapshots
from inventories.scenarios import redis
from rigwright.inventory.load import ssh_host
from rigwright.lab import hosts as _hosts

zfs = ZfsSettings(
    arc_limit={ARC_LIMIT},
    pools=[
        Pool(name="data", disks=["{Path(FIRST).name}", "{Path(SECOND).name}"], layout="mirror"),
        Pool(name="backup", disks=["{Path(THIRD).name}"], trim="never"),
    ],
    datasets=[
        Dataset(
            name="data/postgres",
            workload="postgres",
            mountpoint="/var/lib/postgresql",
            needed_by=["postgresql@.service"],
        ),
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
{one_host(NAME, RIG)}'''


def compared(findings: Iterable[Mapping[str, Any]]) -> set[tuple[str, str, str | None]]:
    """What both checks must agree on."""
    return {(one["kind"], one["where"], one["actual"]) for one in findings}


@dataclass(frozen=True)
class ZfsVm:
    """The VM and the inventory that says what it should be."""

    host: LabHost
    inventory: Path

    def sh(self, script: str) -> str:
        """What a script inside prints; it must succeed."""
        return self.host.run(script).stdout.strip()

    def psql(self, statement: str) -> str:
        """What PostgreSQL answers its superuser."""
        return self.host.run(PSQL, statement.encode()).stdout.strip()

    def start(self, command: str, *words: str) -> subprocess.Popen[str]:
        """Begin a command of ``rig`` on the VM."""
        return subprocess.Popen(
            [sys.executable, "-m", "rigwright", command, str(self.inventory), *words],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def rig(self, command: str, *words: str) -> tuple[int, str]:
        """The exit code and the output of a command of ``rig``."""
        running = self.start(command, *words)
        told, _ = running.communicate(timeout=PATIENCE_SECONDS)
        return running.returncode, told

    def apply(self) -> None:
        """Make it what it should be."""
        code, told = self.rig("apply")
        assert code == 0, told

    def night(self) -> set[tuple[str, str, str | None]]:
        """What the host's own check finds: kind, where, and the value that is there."""
        self.sh("systemctl start rigwright-drift || :")
        night = json.loads(self.sh("cat /var/lib/rigwright/drift.json"))
        assert night["errors"] == [], night
        return compared(night["findings"])

    def look(self) -> set[tuple[str, str, str | None]]:
        """The same from the operator's machine."""
        code, told = rig_json("drift", self.inventory)
        (host,) = told["hosts"]
        assert code == (2 if host["findings"] else 0), told
        return compared(host["findings"])

    def snapshots(self, dataset: str, kind: str = "") -> list[str]:
        """The names of its snapshots behind the ``@``, the oldest first."""
        told = self.sh(f"zfs list -H -o name -s creation -t snapshot {dataset}").splitlines()
        return [name.split("@")[1] for name in told if name.endswith(kind)]

    def hour_later(self) -> None:
        """Move the clock an hour on, and wait for what the timer takes then."""
        before = self.snapshots("data/media", "_hourly")
        self.sh("date -s '+1 hour' >/dev/null")
        wait_until(lambda: self.snapshots("data/media", "_hourly")[-1:] != before[-1:], seconds=600)

    def empty(self, disk: str) -> None:
        """As it came from the factory."""
        self.sh(f"zpool labelclear -f {disk}-part1 2>/dev/null; wipefs -aq {disk}* && blkdiscard -f {disk}")
        self.sh(f"dd if=/dev/zero of={disk} bs=1M count=2 conv=fsync status=none && udevadm settle")
        last = f"$(($(blockdev --getsize64 {disk}) / 1048576 - 2))"
        write = f"dd if=/dev/zero of={disk} bs=1M count=2 seek={last} conv=fsync status=none"
        self.sh(f"{write} && udevadm settle")

    def lose_power(self) -> None:
        """Cut it at once, and boot again."""
        inject(self.host, "power-cut")
        assert lab.up(NAME, kind="vm") == self.host
