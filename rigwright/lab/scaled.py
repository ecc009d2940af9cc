"""What a lab host needs, and lacks, to stand in for a host of an inventory."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scaled:
    """How a lab host differs from the host that it stands in for.

    Attributes:
        notes: Each setting that differs, and why, as people read it: ``zfs: left out, …``.
        mounts: Mount points of disks that the lab has none of.
        folders: Folders of data that people or applications bring.
    """

    notes: tuple[str, ...]
    mounts: tuple[str, ...]
    folders: tuple[str, ...]
