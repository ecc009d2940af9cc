"""A host with pools. It is rendered only: the lab's containers have no kernel of their own for ZFS."""

from __future__ import annotations

from deploys.rig import Machine, Rig
from inventories.scenarios import zfs as scenario
from rigwright.settings.platform import Os


def zfs(os: Os) -> Rig:
    """Nothing but ZFS."""
    return Rig(machine=Machine(os=os), zfs=scenario.everything(os))
