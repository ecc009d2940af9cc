"""Settings of the hardware that is watched."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator
from typing_extensions import Self

from deploys.health.disks import ControllerDisk
from rigwright.desired import Drive
from rigwright.settings.base import Many, Settings

CONTROLLERS = ("char-sg rw", "char-megaraid_sas_ioctl rw", "char-aac rw", "char-twa rw", "char-twl rw")
"""Nodes through which smartctl reaches disks behind controllers; one that the kernel lacks allows nothing."""
Pool = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9._:-]{0,254}$")]
Dataset = Annotated[str, Field(max_length=255, pattern=r"^[A-Za-z][A-Za-z0-9._:-]*(/[A-Za-z0-9._: -]+)*$")]
OLDEST_HOURS = 366 * 24


class SnapshotAge(Settings):
    """A dataset whose newest snapshot must not be older than this."""

    dataset: Dataset
    """Its name, such as ``"tank/media"``; its pool is watched too."""

    at_most_hours: Annotated[int, Field(ge=1, le=OLDEST_HOURS)] = 2
    """Two hours are one missed run of hourly snapshots."""

    replica: bool = False
    """It is the copy of another dataset: its snapshots come by replication, and so does its alert."""


class HealthSettings(Settings):
    """Hardware that the host has. What is named is queried, and missed when it is gone.

    Drives, disks and cards that are not named are counted and not queried: an alert reports them.
    """

    gpus: Annotated[int, Field(ge=0, le=16)] = 0
    """NVIDIA GPUs."""

    nvme_drives: Annotated[int, Field(ge=0, le=64)] = 0
    """NVMe drives, each counted once."""

    sata_disks: Annotated[int, Field(ge=0, le=256)] = 0
    """Disks behind SATA, SAS and USB controllers, ``/dev/sd*`` that cannot be taken out."""

    controller_disks: Many[ControllerDisk] = ()
    """Disks behind RAID controllers and bridges, by smartctl's device type. They do not count among the two
    above, and neither does a volume that one of them names as its ``device``."""

    pools: Many[Pool] = ()
    """ZFS pools that the inventory does not keep and that are always imported. Those of ``zfs.pools`` are
    watched without being named here."""

    unscrubbed: Many[Pool] = ()
    """Pools that are not scrubbed on purpose, so that no alert requires it; ``zfs.pools`` has
    a setting of its own."""

    snapshots: Many[SnapshotAge] = ()
    """Datasets of which an alert reports old snapshots or replicas. Those of ``zfs`` are watched without
    being named here, by how often they are taken and copied; one that is named has the age that is set."""

    interval_seconds: Annotated[int, Field(ge=10, le=300)] = 30
    """How often it runs. Disks that spin and lists of snapshots are queried every 5 minutes at most."""

    limit_seconds: Annotated[int, Field(ge=1, le=60)] = 10
    """What one tool may take; then its device counts as one that does not respond."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.limit_seconds > self.interval_seconds:
            raise ValueError("limit_seconds must not exceed interval_seconds: a run would outlast its turn")
        datasets = [one.dataset for one in self.snapshots]
        disks = [one.name for one in self.controller_disks]
        named = {
            "controller_disks": disks,
            "pools": self.pools,
            "unscrubbed": self.unscrubbed,
            "snapshots": datasets,
        }
        for name, values in named.items():
            if len(set(values)) < len(values):
                raise ValueError(f"{name}: each must be named once")
        return self

    @property
    def kinds(self) -> tuple[str, ...]:
        """What the host is queried for, as the collector calls it."""
        chosen = {
            "gpu": bool(self.gpus),
            "nvme": bool(self.nvme_drives or [one for one in self.controller_disks if one.is_nvme]),
            "sata": bool(self.sata_disks or [one for one in self.controller_disks if not one.is_nvme]),
            "snapshots": bool(self.snapshots),
            "zfs": bool(self.pools),
        }
        return tuple(kind for kind, count in chosen.items() if count)

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What the devices' own commands need.

        NVMe's log pages and controllers need the first, SMART over SG_IO the second.
        """
        behind = len(self.controller_disks)
        chosen = {"CAP_SYS_ADMIN": self.nvme_drives + behind, "CAP_SYS_RAWIO": self.sata_disks + behind}
        return tuple(name for name, count in chosen.items() if count)

    @property
    def arguments(self) -> tuple[str, ...]:
        """Kinds and disks behind controllers, as the collector takes them."""
        return (*self.kinds, *(one.argument for one in self.drives))

    @property
    def drives(self) -> tuple[Drive, ...]:
        """The same as ``rig health`` takes them."""
        return tuple(Drive(one.name, one.device, one.type) for one in self.controller_disks)

    @property
    def devices(self) -> tuple[str, ...]:
        """Device nodes that it may open, as ``DeviceAllow=`` takes them."""
        chosen = {
            "char-nvidia* rw": self.gpus,
            "char-nvme r": self.nvme_drives,
            "block-sd r": self.sata_disks or self.controller_disks,
            **dict.fromkeys(CONTROLLERS, self.controller_disks),
            "/dev/zfs rw": self.pools,
        }
        return tuple(device for device, count in chosen.items() if count)
