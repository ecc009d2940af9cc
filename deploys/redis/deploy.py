"""Apply Redis: everything that it needs is in its desired state, and the transaction carries that out."""

from __future__ import annotations

from rigwright.apply.operations import converge
from rigwright.desired import Desired
from rigwright.settings.platform import Platform


def deploy(wanted: Desired | None, platform: Platform) -> None:
    """Bring Redis to this; None is left to the removal of what was dropped."""
    if wanted is not None:
        converge(name="redis | Keep data in memory and on disk", desired=wanted, platform=platform)
