"""Hosts with a card, which no lab has: an RTX 5090 as it is by default, and with every setting changed."""

from __future__ import annotations

from deploys.rig import Machine, Rig
from inventories.scenarios import nvidia
from rigwright.settings.platform import Os


def gpu(os: Os) -> Rig:
    """The driver that an RTX 5090 gets."""
    return Rig(machine=Machine(os=os, gpus=[nvidia.CARD]), nvidia=nvidia.defaults(os))


def gpu_everything(os: Os) -> Rig:
    """The same with every setting changed."""
    return Rig(machine=Machine(os=os, gpus=[nvidia.CARD]), nvidia=nvidia.everything(os))
