"""Data of a host that must come back after its loss, as the subsystem that writes it declares it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DataKind = Literal["database", "key_value", "volume", "files", "bucket"]
HOUR_SECONDS = 3600


@dataclass(frozen=True)
class Protected:
    """Data that a backup must hold.

    Attributes:
        name: What it is, in the words of an operator; no other of the host has the same.
        kind: ``database`` and ``key_value``: files of a running server, of which only its own tools take a
            copy that is whole; ``volume``: a volume of containers, which has labels beside its files;
            ``bucket``: an object store's.
        paths: Where it is: absolute paths, or shell patterns of them.
        rhythm_seconds: The longest time between two backups of it: what came since the last one is lost.
        at_least_files: Regular files that are there at least: with fewer, such as on a file system that is
            not mounted, a backup of it would be one of nothing.
        exclude: Shell patterns of paths below ``paths`` that need not come back.
    """

    name: str
    kind: DataKind
    paths: tuple[str, ...]
    rhythm_seconds: int
    at_least_files: int = 0
    exclude: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.paths or not all(path.startswith("/") for path in (*self.paths, *self.exclude)):
            raise ValueError(f"{self.name}: protected paths are absolute, and there is at least one")
        if self.rhythm_seconds < 1 or self.at_least_files < 0:
            raise ValueError(f"{self.name}: a rhythm is a second or more, and files are not fewer than none")
