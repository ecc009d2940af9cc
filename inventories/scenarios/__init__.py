"""Scenarios of hosts that the lab and the tests share: every default, and every setting changed.

A subsystem's module here has ``everything(os)``, and ``defaults(os)`` where a setting has no default.
``CONTAINERS = False`` leaves it out of hosts that are containers: it needs hardware, a kernel or images of
its own.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from deploys.rig import Machine, Rig, settings_class, subsystems
from rigwright.settings.platform import Os


def defaults(os: Os) -> Rig:
    """Every subsystem by its defaults, but for what has none, such as the account that the lab logs in as."""
    settings: dict[str, Any] = {
        name: module.defaults(os) if hasattr(module, "defaults") else settings_class(name)()
        for name, module in _modules()
    }
    return Rig(machine=Machine(os=os), **settings)


def everything(os: Os) -> Rig:
    """Every subsystem with every setting changed, as far as the platform has it."""
    return Rig(machine=Machine(os=os), **{name: module.everything(os) for name, module in _modules()})


def _modules() -> Iterator[tuple[str, ModuleType]]:
    for name in subsystems():
        module = importlib.import_module(f"inventories.scenarios.{name}")
        if getattr(module, "CONTAINERS", True):
            yield name, module
