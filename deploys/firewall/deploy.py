"""Apply the firewall: everything that it needs is in its desired state, and the transaction does the rest."""

from __future__ import annotations

from rigwright.apply.operations import converge
from rigwright.desired import Desired
from rigwright.settings.platform import Platform


def deploy(wanted: Desired | None, platform: Platform) -> None:
    """Bring the firewall to these settings; None is left to the removal of what was dropped."""
    if wanted is not None:
        converge(name="firewall | Let in what is allowed", desired=wanted, platform=platform)
