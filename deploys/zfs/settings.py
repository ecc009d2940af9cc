"""What can be chosen about ZFS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, model_validator
from typing_extensions import Self

from deploys.zfs.datasets import Dataset
from deploys.zfs.snapshots import COPIED_HOURS, Replica
from deploys.zfs.values import Calendar, DiskId, PoolName, Receiver, within
from rigwright.settings.base import Many, Settings, Size

Layout = Literal["single", "mirror", "raidz1", "raidz2"]
FEWEST: dict[Layout, int] = {"single": 1, "mirror": 2, "raidz1": 3, "raidz2": 4}
MIB = 2**20


class Pool(Settings):
    """Disks that hold datasets together. It is made once, of empty disks, and never taken apart."""

    name: PoolName
    """Its name, such as ``data``."""

    disks: Annotated[Many[DiskId], Field(min_length=1)]
    """Names in ``/dev/disk/by-id``, which stay when cables and slots change. A disk that holds anything is
    refused."""

    layout: Layout = "single"
    """``single``: one disk, whose errors are seen and not mended; ``mirror``: each disk has everything;
    ``raidz1``, ``raidz2``: one or two disks may fail. Read when the pool is made."""

    ashift: Annotated[int, Field(ge=9, le=16)] = 12
    """Sector size as a power of two: 12 is 4096 bytes, right for all disks of today. Read when the pool is
    made."""

    scrub: Literal["monthly", "never"] = "monthly"
    """Read everything and compare it with its checksums, on the second Sunday of each month, as the
    distribution has it."""

    trim: Literal["monthly", "continuous", "never"] = "monthly"
    """Tell the disks which blocks are free: on the first Sunday of each month, all the time (``autotrim``),
    or never, for disks that cannot."""

    failmode: Literal["wait", "continue", "panic"] = "wait"
    """What happens when the disks are gone: writers wait, get errors, or the host restarts."""

    autoexpand: bool = False
    """Grow when every disk was replaced by a larger one."""

    @model_validator(mode="after")
    def _disks_fit_the_layout(self) -> Self:
        fewest, count = FEWEST[self.layout], len(self.disks)
        if self.layout == "single" and count > 1:
            raise ValueError(
                f"disks of {self.name}: a pool of {count} disks without redundancy is lost with any of "
                'them; set layout="mirror" or "raidz1", or make a pool of each disk'
            )
        if count < fewest:
            raise ValueError(f"disks of {self.name}: {self.layout} needs at least {fewest} of them")
        if twice := _twice(self.disks):
            raise ValueError(f"disks of {self.name}: {twice[0]} stands there twice: leave one out")
        return self


class Events(Settings):
    """Who hears what ZFS's events daemon (ZED) sees: a disk that fails, an error, the end of a scrub."""

    receiver: Receiver = "root"
    """An account of the host, or an address. ``base.mail`` carries it on; without that it is in the journal
    only."""

    every_scrub: bool = False
    """Tell of a scrub that found nothing, too."""

    interval_seconds: Annotated[int, Field(ge=0, le=86_400)] = 3600
    """The least time between two messages about the same thing."""


class ZfsSettings(Settings):
    """Pools, datasets, snapshots and copies of one host. Nothing that it names is ever destroyed."""

    arc_limit: Annotated[Size, Field(ge=64 * MIB)]
    """How much memory the read cache (ARC) may take, at boot and while the host runs. ZFS 2.3 would take
    nearly all. It counts towards ``machine.memory``."""

    pools: Annotated[Many[Pool], Field(min_length=1)]
    """The pools."""

    datasets: Many[Dataset] = ()
    """The datasets, each with its properties; one below another comes after it."""

    replicas: Many[Replica] = ()
    """Copies of datasets in another pool."""

    replicate_at: Calendar = "hourly"
    """When copies are brought up to date, as systemd writes times."""

    events: Events = Events()
    """Who hears of errors."""

    kernel_headers: Literal["amd64", "cloud-amd64", "rt-amd64", "arm64"] = "amd64"
    """Which kernel's headers the module is built with on Debian; Ubuntu's kernel has the module in it."""

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        names = [*(one.name for one in self.pools), *(one.name for one in self.datasets)]
        targets = [one.target for one in self.replicas]
        if twice := _twice([*names, *targets]):
            raise ValueError(f"{twice[0]} stands there twice: give each pool, dataset and copy its own name")
        disks = [disk for pool in self.pools for disk in pool.disks]
        if twice := _twice(disks):
            raise ValueError(f"pools: {twice[0]} is in two of them: a disk belongs to one")
        mounted = [one.mountpoint for one in self.datasets if one.mountpoint]
        if twice := _twice(mounted):
            raise ValueError(f"datasets: two are mounted at {twice[0]}: give each a folder of its own")
        return self

    @model_validator(mode="after")
    def _each_has_a_parent(self) -> Self:
        known = {pool.name for pool in self.pools}
        for one in self.datasets:
            _known_above(one.name, known, "datasets")
            known.add(one.name)
        for copy in self.replicas:
            _known_above(copy.target, known, "replicas")
        return self

    @property
    def late_hours(self) -> dict[str, int]:
        """From what age on the newest snapshot is late, by dataset and copy."""
        own = {one.name: one.snapshots.late_hours for one in self.datasets if one.snapshots}
        more = COPIED_HOURS.get(self.replicate_at, COPIED_HOURS["daily"])
        copied = {one.target: hours + more for one in self.replicas if (hours := own.get(one.source))}
        return {name: hours for name, hours in {**own, **copied}.items() if hours}

    @model_validator(mode="after")
    def _copies_are_copies(self) -> Self:
        kept = {one.name for one in self.datasets if one.snapshots}
        for copy in self.replicas:
            if copy.source not in kept:
                raise ValueError(
                    f"replicas: {copy.source} has no snapshots to copy: declare it in datasets with snapshots"
                )
            if copy.source.split("/")[0] == copy.target.split("/")[0]:
                raise ValueError(
                    f"replicas: {copy.target} is in the pool of {copy.source}, and would be lost with it: "
                    "name one in another pool"
                )
            if other := [one.name for one in self.datasets if within(one.name, copy.target)]:
                raise ValueError(f"replicas: {other[0]} lies in the copy {copy.target}: move one of them")
        return self


def _twice(names: Iterable[str]) -> list[str]:
    return sorted(name for name, count in Counter(names).items() if count > 1)


def _known_above(name: str, known: set[str], setting: str) -> None:
    above = name.rpartition("/")[0]
    if above not in known:
        raise ValueError(f"{setting}: {name} lies in {above}, which is declared nowhere above it")
