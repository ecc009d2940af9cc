"""Apply prometheus: everything that it needs is in its desired state."""

from __future__ import annotations

from rigwright.apply.operations import converge
from rigwright.desired import Desired
from rigwright.settings.platform import Platform


def deploy(wanted: Desired | None, platform: Platform) -> None:
    """Bring monitoring to this state; None is left to the removal of what was dropped."""
    if wanted is not None:
        converge(name="prometheus | Watch the host and tell who asks", desired=wanted, platform=platform)
