"""What a host keeps of subsystems, as far as their removal needs it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AppliedSubsystem:
    """What removal needs of the manifest of a subsystem that was applied and still has files.

    Attributes:
        units: Its units.
        kept_units: Those of them that are kept on removal.
        confirm_seconds: How long a change of it waits for its confirmation.
    """

    units: tuple[str, ...] = ()
    kept_units: tuple[str, ...] = ()
    confirm_seconds: int = 0
