"""What can be chosen about a dataset, and what each workload makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_validator
from typing_extensions import Self

from deploys.zfs.snapshots import Snapshots
from deploys.zfs.values import DatasetName, Mountpoint, PowerOfTwo, UnitName
from rigwright.settings.base import Many, Settings, Size

KIB = 1024
Workload = Literal["general", "postgres", "redis", "media", "backups"]
Compression = Literal["lz4", "zstd", "off"]


@dataclass(frozen=True)
class Preset:
    """What suits a workload."""

    recordsize: int
    compression: Compression


PRESETS: dict[Workload, Preset] = {
    "general": Preset(128 * KIB, "lz4"),
    "postgres": Preset(32 * KIB, "lz4"),
    "redis": Preset(128 * KIB, "lz4"),
    "media": Preset(1024 * KIB, "lz4"),
    "backups": Preset(1024 * KIB, "zstd"),
}
"""OpenZFS's own "Workload Tuning": large records for what is read in a row, 32K and not 8K for PostgreSQL
(openzfs.github.io/openzfs-docs/Performance and Tuning). Redis writes its files in a row; 128K is the
default."""


class Dataset(Settings):
    """A file system of a pool. Of its properties, those that are not set follow from the workload."""

    name: DatasetName
    """Pool, slash and name, such as ``data/postgres``."""

    workload: Workload = "general"
    """What it is for: ``general``, ``postgres``, ``redis``, ``media`` or ``backups``."""

    mountpoint: Mountpoint | None = None
    """Where its files are; None: nowhere, for one that only holds others. A folder that holds files already
    is refused."""

    needed_by: Many[UnitName] = ()
    """Services that may not start without it, such as ``postgresql@.service``: they would write to the folder
    below, and find nothing there."""

    snapshots: Snapshots | None = None
    """Which snapshots are kept; None: none are taken, and those that are there stay."""

    recordsize: Annotated[Size, Field(ge=4096, le=2**20), PowerOfTwo] | None = None
    """The largest block, from 4KiB to 1MiB; None: the workload's."""

    compression: Compression | None = None
    """How blocks are compressed; None: the workload's."""

    atime: bool = False
    """Write down when a file was read."""

    logbias: Literal["latency", "throughput"] = "latency"
    """What synchronous writes are made for. ``throughput`` breaks up files."""

    sync: Literal["standard", "always"] = "standard"
    """When a write counts as done. ``disabled`` is no choice: it loses what a database has promised."""

    primarycache: Literal["all", "metadata"] = "all"
    """What the read cache keeps. PostgreSQL relies on it, so for that only ``all``."""

    quota: Size | None = None
    """How much it may hold, with its snapshots; None: as much as the pool."""

    reservation: Size | None = None
    """How much of the pool is kept for it; None: nothing."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.workload == "postgres" and self.primarycache != "all":
            raise ValueError(
                f"primarycache of {self.name}: PostgreSQL reads through this cache, and {self.primarycache} "
                "would send every read to the disk: leave it at all"
            )
        if self.needed_by and not self.mountpoint:
            raise ValueError(f"needed_by of {self.name}: it is mounted nowhere; give it a mountpoint")
        if self.quota and self.reservation and self.reservation > self.quota:
            raise ValueError(f"reservation of {self.name}: is more than its quota")
        return self

    @property
    def properties(self) -> dict[str, str]:
        """Names and values as ``zfs get -Hp`` prints them, but those of where it is mounted."""
        preset = PRESETS[self.workload]
        return {
            "recordsize": str(self.recordsize or preset.recordsize),
            "compression": self.compression or preset.compression,
            "atime": "on" if self.atime else "off",
            "xattr": "sa",
            "logbias": self.logbias,
            "sync": self.sync,
            "primarycache": self.primarycache,
            "quota": str(self.quota or 0),
            "reservation": str(self.reservation or 0),
            # A folder that has files is never hidden by a mount: mounting fails, and is told.
            "overlay": "off",
            "devices": "off",
            "setuid": "off",
        }

    @property
    def settable(self) -> dict[str, str]:
        """The same as ``zfs set`` takes them, which calls no limit by another name than it prints."""
        limits = {"quota", "reservation"}
        return {
            name: "none" if name in limits and value == "0" else value
            for name, value in self.properties.items()
        }

    @property
    def placement(self) -> dict[str, str]:
        """Where it is mounted, in the same form."""
        return {
            "mountpoint": self.mountpoint or "none",
            "canmount": "on" if self.mountpoint else "off",
        }
