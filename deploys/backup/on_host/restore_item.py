"""What a restore of one thing would do, as the dry run shows it."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from deploys.backup.choice import RefusedError


@dataclass(frozen=True)
class Item:
    """One thing that is restored.

    Attributes:
        what: As the operator names it.
        data: The declared name.
        kind: The declared kind.
        part: A database or a path of it; empty: all.
        label: The chosen backup.
        backup_at: When that was made, in seconds since the epoch.
        to: The moment that is restored, as text.
        earliest: The first moment that could be restored.
        latest: The last one with this backup.
        gaps: Segments of the log that are missing, each as the first and the last.
        loss_seconds: What is written in so many seconds before the present is not in it.
        bytes: What comes back.
        folder: Where it comes.
        room_needed: Bytes there.
        room_there: Bytes that are free there.
        seconds: How long it takes by restores of the past; None: there was none.
        stops: What does not run meanwhile.
        keeps: Where what is live now is kept.
        refused: Why it cannot be; None: it can.
        possible: What can be instead.
        way: ``beside`` or ``replace``; of a whole host what the system runs from comes beside.
    """

    what: str
    data: str = ""
    kind: str = ""
    part: str = ""
    label: str = ""
    backup_at: int = 0
    to: str = ""
    earliest: int = 0
    latest: int = 0
    gaps: tuple[tuple[str, str], ...] = ()
    loss_seconds: int = 0
    bytes: int = 0
    folder: str = ""
    room_needed: int = 0
    room_there: int = 0
    seconds: int | None = None
    stops: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    refused: str | None = None
    possible: str | None = None
    way: str = "beside"

    def printed(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    def with_room(self) -> Item:
        """The same, refused where there is no room."""
        if self.refused or self.room_needed <= self.room_there:
            return self
        what = f"{self.folder} has room for {self.room_there} bytes, and {self.room_needed} are needed"
        return replace(self, refused=what, possible=f"free {self.room_needed - self.room_there} bytes there")


def refused(what: str, error: Exception) -> Item:
    """One that cannot be."""
    possible = error.possible if isinstance(error, RefusedError) else None
    return Item(what, refused=str(error) or type(error).__name__, possible=possible)


def room_at(path: Path) -> int:
    """Bytes that are free where a path is, or would be."""
    while not path.exists():
        path = path.parent
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize
