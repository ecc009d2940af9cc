"""Four sites, each a whole host in one file, to copy and change; ``rig up --site NAME`` tries one."""

from __future__ import annotations

import importlib

from deploys.rig import Rig

NAMES = ("guide", "hristudio", "odavl", "ytempire")


def rig_of(name: str) -> Rig:
    """What the host of a site should be."""
    ((_, data),) = getattr(importlib.import_module(f"inventories.examples.{name}"), name)
    rig: Rig = data["rig"]
    return rig
