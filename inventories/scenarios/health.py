"""The hardware with every setting changed; the lab's containers have none of it, so alerts fire."""

from __future__ import annotations

from deploys.health.disks import ControllerDisk
from deploys.health.settings import HealthSettings, SnapshotAge
from rigwright.settings.platform import Os


def everything(os: Os) -> HealthSettings:  # noqa: ARG001  the same on all
    """One of each kind."""
    return HealthSettings(
        gpus=1,
        nvme_drives=2,
        sata_disks=1,
        controller_disks=[
            ControllerDisk(name="bay-0", device="/dev/bus/0", type="megaraid,0"),
            ControllerDisk(name="bay-1", device="/dev/bus/0", type="sat+megaraid,1"),
        ],
        pools=["tank", "copies"],
        unscrubbed=["copies"],
        snapshots=[
            SnapshotAge(dataset="tank/media", at_most_hours=3),
            SnapshotAge(dataset="copies/media", at_most_hours=26, replica=True),
        ],
        interval_seconds=20,
        limit_seconds=5,
    )
