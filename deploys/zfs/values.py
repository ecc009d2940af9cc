"""Types of single values. None of them lets through what a shell, ZFS or systemd would read as syntax."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

RESERVED = ("mirror", "raidz", "draid", "spare", "log", "cache", "special", "dedup")
CONTAINERS = ("/var/lib/docker", "/var/lib/containerd")
"""Where engines keep images. Docker 29 refuses its overlay driver on ZFS, and its ZFS driver does not start:
github.com/moby/moby/issues/51546, github.com/containerd/containerd/issues/12504."""


def _pool_name(value: str) -> str:
    if value.startswith(RESERVED):
        raise ValueError(f"begins with one of ZFS's own words ({', '.join(RESERVED)}): take another name")
    return value


def within(inner: str, outer: str) -> bool:
    """Whether a path, or a dataset's name, is another one or below it."""
    return inner == outer or inner.startswith(f"{outer.rstrip('/')}/")


def _mountpoint(value: str) -> str:
    for kept in CONTAINERS:
        if within(value, kept) or within(kept, value):
            raise ValueError(
                f"holds {kept}, and container engines do not work on ZFS: name a folder that neither "
                "contains it nor lies in it, and leave that one on ext4 or XFS"
            )
    return value


def _power_of_two(value: int) -> int:
    if value & (value - 1):
        raise ValueError("must be a power of two, such as 32KiB or 1MiB")
    return value


PoolName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$"), AfterValidator(_pool_name)]
DatasetName = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_-]*(/[A-Za-z0-9][A-Za-z0-9_.-]*)+$", max_length=200)
]
DiskId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:+-]+$", max_length=200)]
Mountpoint = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_][A-Za-z0-9._-]*)+$"), AfterValidator(_mountpoint)]
UnitName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9:_.@-]*\.service$")]
Calendar = Annotated[str, Field(pattern=r"^[A-Za-z0-9*:,./ -]+$", max_length=100)]
Receiver = Annotated[str, Field(pattern=r"^[A-Za-z0-9._+-]+(@[A-Za-z0-9.-]+)?$", max_length=254)]
PowerOfTwo = AfterValidator(_power_of_two)
