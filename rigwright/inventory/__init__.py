"""Inventories: the hosts that an inventory file describes.

``ssh_host``, ``group``, ``linked`` and ``Peers`` are what an inventory imports from here.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rigwright.inventory.linked import Peers, linked
    from rigwright.inventory.load import group, ssh_host

__all__ = ["Peers", "group", "linked", "ssh_host"]
HOMES = {"group": "load", "ssh_host": "load", "linked": "linked", "Peers": "linked"}


def __getattr__(name: str) -> object:
    """A name of its module, imported when an inventory asks for it."""
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{HOMES[name]}"), name)
