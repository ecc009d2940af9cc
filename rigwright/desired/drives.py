"""Disks that smartctl reaches by a device type of its own: behind RAID controllers and bridges."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Drive:
    """One disk.

    Attributes:
        name: How reports and metrics name it.
        device: The node of the controller or bridge, as an absolute path.
        type: What smartctl's ``--device`` takes, such as ``megaraid,3``.
    """

    name: str
    device: str
    type: str

    @property
    def argument(self) -> str:
        """For the programs on the host: name and type hold no colon."""
        return f"disk:{self.name}:{self.type}:{self.device}"
