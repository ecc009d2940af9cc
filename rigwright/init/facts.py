"""What a host is made of, as far as a first inventory names it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rigwright.errors import RigError
from rigwright.settings.platform import Os, os_of

DISK_ID = re.compile(r"[A-Za-z0-9._:+-]+")
GENERIC_IDS = ("wwn-", "nvme-eui.", "nvme-nvme.", "nvme-uuid.", "scsi-3", "lvm-", "dm-", "md-")
"""Names that no label on a disk shows: taken only where there is no other."""
UNPRINTED = re.compile(r"[^A-Za-z0-9 ._:/+@-]")


@dataclass(frozen=True)
class DiskFacts:
    """One whole disk.

    Attributes:
        name: The kernel's name, such as ``sda``.
        id: Its name in ``/dev/disk/by-id``; empty where it has none.
        role: What is on it.
        bus: ``nvme``, ``sata``, or ``virtual``, of which no health is known.
    """

    name: str
    id: str
    size_bytes: int
    role: str
    bus: str


@dataclass(frozen=True)
class HostFacts:
    """A host.

    Attributes:
        name: Its own host name, without the domain.
        cpu_threads: Hardware threads; None where unknown.
        memory_bytes: Main memory; None where unknown.
        gpus: PCI id of each NVIDIA card.
        output: What the queries that succeeded printed, by their name.
    """

    name: str
    os: Os
    cpu_threads: int | None = None
    memory_bytes: int | None = None
    disks: tuple[DiskFacts, ...] = ()
    gpus: tuple[str, ...] = ()
    output: Mapping[str, str] = field(default_factory=dict)

    @property
    def nvme_drives(self) -> int:
        """NVMe drives, each counted once however many namespaces it has."""
        return len({disk.name.rpartition("n")[0] for disk in self.disks if disk.bus == "nvme"})

    @property
    def sata_disks(self) -> int:
        """Disks behind SATA, SAS and USB controllers."""
        return sum(disk.bus == "sata" for disk in self.disks)


def parse(text: str, host: str) -> HostFacts:
    """What ``rigwright/host/hardware.py`` printed.

    Raises:
        RigError: It is not that, or the host runs a system that is not supported.
    """
    try:
        found = json.loads(text)
        return HostFacts(
            name=str(found["name"]).partition(".")[0].lower(),
            os=os_of(found["os_release"]),
            cpu_threads=found["cpu_threads"],
            memory_bytes=found["memory"],
            disks=tuple(map(_disk, found["disks"])),
            gpus=tuple(found["gpus"]),
            output={name: one["out"] for name, one in found["queries"].items() if one.get("code") == 0},
        )
    except RigError as error:
        error.host = host
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RigError(
            f"it returned no facts: {type(error).__name__}: {error}",
            host=host,
            next_step="run again; if it stays so, report it with the host's Python version",
        ) from error


def _disk(found: Mapping[str, Any]) -> DiskFacts:
    return DiskFacts(
        name=found["name"],
        id=stable_id(found["ids"]),
        size_bytes=found["size"],
        role=role(found["inside"]),
        bus=found["bus"],
    )


def stable_id(names: Iterable[str]) -> str:
    """The one of a disk's names that its label and its maker's papers show; empty where none is usable."""
    usable = [name for name in names if DISK_ID.fullmatch(name)]
    return min(usable, key=lambda name: (name.startswith(GENERIC_IDS), len(name), name), default="")


def role(inside: Iterable[Mapping[str, Any]] | None) -> str:
    """What is on a disk, in a few words of printable ASCII; it is written into a Python file.

    Args:
        inside: The disk and all that is made of it, as lsblk prints them; None where unknown.
    """
    if inside is None:
        return "unknown"
    nodes = list(inside)
    mounts = [path for node in nodes for path in node.get("mountpoints") or () if path]
    if "/" in mounts:
        return "system"
    if folders := [path for path in mounts if path.startswith("/")]:
        return _plain(f"mounted at {', '.join(sorted(folders))}")
    kinds = [
        f"ZFS pool {node.get('label')}" if node["fstype"] == "zfs_member" else f"holds {node['fstype']}"
        for node in nodes
        if node.get("fstype")
    ]
    return _plain(kinds[0]) if kinds else "empty"


def _plain(text: str) -> str:
    """Without what could end a string of Python, or what a terminal could take for a command."""
    return UNPRINTED.sub("?", text.replace(",", " and"))[:60]
