"""The hardware of the reference host that is watched, and missed when it is gone."""

from deploys.health.settings import HealthSettings

health = HealthSettings(
    gpus=1,
    nvme_drives=2,  # system and data
    sata_disks=2,  # media, and the backup behind USB
    # ControllerDisk(name="bay-0", device="/dev/sda", type="megaraid,0") is a disk behind a RAID controller or
    # a bridge, by the device type of smartctl; it is none of sata_disks.
    controller_disks=[],
    pools=[],  # names of ZFS pools that were made by hand; those of zfs are watched in any case
    unscrubbed=[],  # those of them that are left unscrubbed on purpose
    # SnapshotAge(dataset="tank/media", at_most_hours=2, replica=False) warns of a newest snapshot that is
    # older, and with replica=True of a copy that falls behind; those of zfs are watched in any case.
    snapshots=[],
    interval_seconds=30,
    limit_seconds=10,  # a device that does not respond within it is reported as such
)
