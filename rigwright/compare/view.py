"""One subsystem of one host while it is compared, and who made a difference."""

from __future__ import annotations

from dataclasses import dataclass

from rigwright.desired import Desired
from rigwright.finding import By, Finding
from rigwright.observed.model import Observed, ObservedSubsystem, Seen


@dataclass(frozen=True)
class View:
    """What is wanted and what was found of one subsystem."""

    host: str
    desired: Desired
    whole: Observed
    own: ObservedSubsystem

    def finding(self, kind: str, where: str, summary: str, **more: object) -> Finding:
        """A finding of this subsystem; ``more`` are further fields of it."""
        return Finding(self.host, self.desired.subsystem, kind, where, summary, **more)  # type: ignore[arg-type]

    def seen(self, path: str) -> Seen:
        """The path as it was found."""
        return self.own.paths.get(path, Seen("absent"))

    def applied(self, path: str) -> bool:
        """Whether the last apply wrote this path."""
        return path in self.own.applied.get("paths", {}) if self.own.applied else False

    def by(self, path: str, seen: Seen) -> By:
        """Who made the path what it is."""
        if seen.as_applied:
            return By.REPOSITORY
        return By.HOST if self.applied(path) else By.UNKNOWN

    @property
    def origin(self) -> By:
        """Who made a difference that has no file: nobody before the first apply."""
        return By.HOST if self.own.applied else By.UNKNOWN
