"""For each subsystem the cases of its rules, as ``CASES``: at least one that fires and one that is quiet."""

from __future__ import annotations

import importlib
import pkgutil

from tests.alerts.case import Case


def cases() -> tuple[Case, ...]:
    """Those of every subsystem."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = (importlib.import_module(f"{__name__}.{name}") for name in names)
    return tuple(case for module in modules for case in module.CASES)
