"""For every claim of ``rig verify`` a break: the claim must fail then, and nothing else.

Each module here has the ``BREAKS`` of a subsystem's claims, and in ``ELSEWHERE`` those that no lab container
can break: what it lacks.
"""

from __future__ import annotations

import importlib
import pkgutil

from tests.support.breaks.model import Break, batches, breaking, undoing

__all__ = ["BREAKS", "ELSEWHERE", "Break", "batches", "breaking", "undoing"]

_MODULES = [importlib.import_module(f"{__name__}.{one.name}") for one in pkgutil.iter_modules(__path__)]
BREAKS: tuple[Break, ...] = tuple(one for module in _MODULES for one in getattr(module, "BREAKS", ()))
ELSEWHERE: dict[str, str] = {
    claim: why for module in _MODULES for claim, why in getattr(module, "ELSEWHERE", {}).items()
}
