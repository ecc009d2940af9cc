"""Pools, datasets, snapshots and copies of the reference host."""

from deploys.zfs.datasets import Dataset
from deploys.zfs.settings import Events, Pool, ZfsSettings
from deploys.zfs.snapshots import Replica, Snapshots

_GIB = 2**30

zfs = ZfsSettings(
    arc_limit=16 * _GIB,  # of the read cache; it counts towards machine.memory
    pools=[
        Pool(
            name="data",
            disks=["nvme-DATA_4TB_S2"],  # names in /dev/disk/by-id, of disks that hold nothing yet
            layout="single",  # or mirror, raidz1, raidz2: then a disk may fail
            ashift=12,  # sectors of 4096 bytes
            scrub="monthly",  # or never
            trim="monthly",  # or continuous, or never
            failmode="wait",  # or continue, panic: what happens when the disks are gone
            autoexpand=False,  # grow when every disk was replaced by a larger one
        ),
        Pool(name="media", disks=["ata-MEDIA_8TB_S3"], trim="never"),
        Pool(name="backup", disks=["usb-BACKUP_8TB_S4-0:0"], trim="never", failmode="continue"),
    ],
    datasets=[
        Dataset(
            name="data/postgres",
            workload="postgres",  # or general, redis, media, backups: what follows depends on it
            mountpoint="/var/lib/postgresql",
            needed_by=["postgresql@.service"],  # does not start without it
            snapshots=Snapshots(
                # With a count of 0 all of that kind go: Snapshots(yearly=0, remove_all=["yearly"])
                hourly=36,
                daily=30,
                weekly=8,
                monthly=6,
                yearly=1,
            ),
            recordsize=32 * 1024,  # the workload's, as all below
            compression="lz4",
            atime=False,
            logbias="latency",
            sync="standard",
            primarycache="all",
            quota=None,  # at most so much, with its snapshots
            reservation=200 * _GIB,  # at least so much
        ),
        Dataset(
            name="data/redis",
            workload="redis",
            mountpoint="/var/lib/redis",
            needed_by=["redis-server.service"],
        ),
        Dataset(name="media/video", workload="media", mountpoint="/srv/video", snapshots=Snapshots()),
        Dataset(name="backup/copies", workload="backups"),
        Dataset(
            name="backup/postgresql",
            workload="backups",
            mountpoint="/var/backups/postgresql",  # dumps, on another disk than the database
        ),
        Dataset(
            name="backup/repository",
            workload="backups",
            mountpoint="/var/backups/repository",  # of backup: to any second, encrypted by its own key
        ),
    ],
    replicas=[
        Replica(
            source="data/postgres",
            target="backup/copies/postgres",
            keep=Snapshots(daily=90, monthly=12),  # longer than the source keeps them
        ),
        Replica(source="media/video", target="backup/copies/video"),
    ],
    replicate_at="hourly",
    events=Events(
        receiver="root",  # whom base.mail carries it to
        every_scrub=False,
        interval_seconds=3600,
    ),
    kernel_headers="amd64",  # of Debian's kernel; Ubuntu's has ZFS in it
)
