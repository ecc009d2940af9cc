"""ZFS with every setting changed.

No container can have it, so it is rendered for each system, and a VM of the lab has a smaller one.
"""

from __future__ import annotations

from deploys.zfs.datasets import Dataset
from deploys.zfs.settings import Events, Pool, ZfsSettings
from deploys.zfs.snapshots import Replica, Snapshots
from rigwright.settings.platform import Os

GIB = 2**30

CONTAINERS = False


def everything(os: Os) -> ZfsSettings:  # noqa: ARG001  the same on all
    """A pool of each layout, datasets of each workload, and a copy."""
    return ZfsSettings(
        arc_limit=2 * GIB,
        pools=[
            Pool(
                name="data",
                disks=["nvme-A", "nvme-B"],
                layout="mirror",
                ashift=13,
                scrub="never",
                trim="continuous",
                failmode="continue",
                autoexpand=True,
            ),
            Pool(name="backup", disks=["ata-C"], trim="never"),
        ],
        datasets=[
            Dataset(
                name="data/postgres",
                workload="postgres",
                mountpoint="/var/lib/postgresql",
                needed_by=["postgresql@.service"],
                snapshots=Snapshots(
                    hourly=48, daily=14, weekly=4, monthly=0, yearly=2, remove_all=["monthly"]
                ),
                recordsize=64 * 1024,
                compression="zstd",
                quota=200 * GIB,
                reservation=20 * GIB,
            ),
            Dataset(name="data/redis", workload="redis", mountpoint="/var/lib/redis", sync="always"),
            Dataset(
                name="data/media",
                workload="media",
                mountpoint="/srv/media",
                needed_by=["nginx.service", "postgresql@.service"],
                atime=True,
                logbias="throughput",
                primarycache="metadata",
            ),
            Dataset(name="backup/copies", workload="backups"),
        ],
        replicas=[
            Replica(
                source="data/postgres", target="backup/copies/postgres", keep=Snapshots(daily=90, monthly=12)
            ),
        ],
        replicate_at="*-*-* 03:15",
        events=Events(receiver="storage@example.org", every_scrub=True, interval_seconds=600),
        kernel_headers="cloud-amd64",
    )
