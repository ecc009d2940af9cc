"""One subsystem of one host while it is compared, and where a difference was made.

A difference was made in the repository where the host still is what the last apply left, else on the host.
The manifest of the last apply holds what that was.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from rigwright.desired import Desired, Directory, File, Link
from rigwright.errors import RigError
from rigwright.finding import By, Finding
from rigwright.observed.manifest import restore
from rigwright.observed.model import Observed, ObservedPath, ObservedSubsystem


@dataclass(frozen=True)
class View:
    """The desired and the observed state of one subsystem."""

    host: str
    desired: Desired
    whole: Observed
    own: ObservedSubsystem

    def finding(self, kind: str, where: str, summary: str, **more: object) -> Finding:
        """A finding of this subsystem; ``more`` are further fields of it."""
        return Finding(self.host, self.desired.subsystem, kind, where, summary, **more)  # type: ignore[arg-type]

    def path(self, path: str) -> ObservedPath:
        """The path as it was found."""
        return self.own.paths.get(path, ObservedPath("absent"))

    def applied(self, path: str) -> bool:
        """Whether the last apply wrote this path."""
        return path in self.own.applied.get("paths", {}) if self.own.applied else False

    def by(self, path: str, found: ObservedPath) -> By:
        """Where the path was last changed."""
        if found.as_applied or (found.kind == "directory" and isinstance(self.item(path), Directory)):
            return By.REPOSITORY
        return By.HOST if self.applied(path) else By.UNKNOWN

    @cached_property
    def _manifest(self) -> Desired | None:
        if not self.own.applied:
            return None
        try:
            return restore(self.desired.subsystem, self.own.applied)
        except RigError:
            return None

    @property
    def last(self) -> Desired:
        """The desired state at the last apply; empty where there is no manifest that can be read."""
        return self._manifest or Desired(self.desired.subsystem)

    def item(self, path: str) -> File | Link | Directory | None:
        """What the last apply declared for the path."""
        return self._items.get(path)

    @cached_property
    def _items(self) -> dict[str, File | Link | Directory]:
        items: tuple[File | Link | Directory, ...] = (
            *self.last.files,
            *self.last.links,
            *self.last.directories,
        )
        return {item.path: item for item in items}

    def origin(self, *, as_applied: bool) -> By:
        """Where a difference was made.

        Args:
            as_applied: The last apply left it as it was found, or did not declare it at all.
        """
        if self._manifest is None:
            return By.UNKNOWN
        return By.REPOSITORY if as_applied else By.HOST
