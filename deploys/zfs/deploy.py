"""Apply ZFS: everything that it needs is in its desired state, and the transaction carries that out."""

from __future__ import annotations

from rigwright.apply.operations import converge
from rigwright.desired import Desired
from rigwright.settings.platform import Platform


def deploy(wanted: Desired | None, platform: Platform) -> None:
    """Bring ZFS to this; None leaves pools and datasets as they are."""
    if wanted is not None:
        converge(name="zfs | Keep pools, datasets and snapshots", desired=wanted, platform=platform)
