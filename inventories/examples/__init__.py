"""Four sites, each a whole host in one file, to copy and change; ``rig up --site NAME`` tries one."""

from __future__ import annotations

import importlib

from deploys.rig import Rig
from deploys.twin import Lab, twin
from rigwright.lab import LabHost

NAMES = ("guide", "hristudio", "odavl", "ytempire")


def rig_of(name: str) -> Rig:
    """What the host of a site should be."""
    ((_, data),) = getattr(importlib.import_module(f"inventories.examples.{name}"), name)
    rig: Rig = data["rig"]
    return rig


def standing_in(host: LabHost) -> Rig | None:
    """What a lab host should be that is named after a site; None where it is named after none."""
    for site in {*host.name.split("-")} & {*NAMES}:
        return twin(rig_of(site), Lab.of(host))
    return None
