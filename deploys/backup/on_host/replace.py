"""What is live is replaced by renames: the old one is kept, and each change can be completed or taken back.

A rename may have been done already where a restore that was killed is taken up again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploys.backup.on_host.repository import RepositoryError
from deploys.backup.on_host.source import mount_points

CONFIGURATION = Path("/etc")
KEPT = Path("/var/lib/rigwright-restore/kept")
IN_USE = ("/", "/boot", "/dev", "/etc", "/home", "/opt", "/proc", "/root", "/run", "/sys", "/usr", "/var")
"""Folders that the system runs from."""


@dataclass(frozen=True)
class Swap:
    """One path that is replaced.

    Attributes:
        live: Where it is used.
        new: What comes there; None: nothing, it goes.
        kept: Where the old one goes.
        had: Whether there was an old one.
    """

    live: Path
    new: Path | None
    kept: Path
    had: bool

    @classmethod
    def of(cls, words: Mapping[str, Any]) -> Swap:
        """As a journal holds it."""
        new = Path(words["new"]) if words["new"] else None
        return cls(Path(words["live"]), new, Path(words["kept"]), bool(words["had"]))

    @property
    def words(self) -> dict[str, Any]:
        """For a journal."""
        new = str(self.new) if self.new else None
        return {"live": str(self.live), "new": new, "kept": str(self.kept), "had": self.had}

    def do(self) -> None:
        """Replace it.

        Raises:
            RepositoryError: It was made anew meanwhile.
        """
        comes = self.new is not None and os.path.lexists(self.new)
        if self.had and (comes or self.new is None) and not os.path.lexists(self.kept):
            self._keep()
        if self.new is None or not comes:
            return
        if self.live.is_dir() and not self.live.is_symlink():
            raise RepositoryError(f"{self.live} was made anew while it was replaced: stop what writes there")
        self.new.replace(self.live)

    def _keep(self) -> None:
        self.kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.live.is_file() and self.new is not None:
            keep(self.live, self.kept)
        else:
            self.live.rename(self.kept)

    def undo(self) -> None:
        """Take it back, as far as it was done."""
        if self.new is not None and not os.path.lexists(self.new) and os.path.lexists(self.live):
            self.live.rename(self.new)
        if self.had and os.path.lexists(self.kept):
            self.kept.replace(self.live)


def keep(live: Path, kept: Path) -> None:
    """Have a file at another place too, without a moment in which it is at none."""
    try:
        os.link(live, kept)
    except OSError:
        half = kept.with_name(f".{kept.name}.half")
        shutil.copy2(live, half)
        at = live.stat()
        os.chown(half, at.st_uid, at.st_gid)
        half.rename(kept)


def refuse_in_use(paths: Iterable[str]) -> None:
    """What cannot be replaced while the system runs.

    Raises:
        RepositoryError: One of these.
    """
    mounted = mount_points()
    for path in paths:
        if path in IN_USE:
            raise RepositoryError(f"the system runs from {path}: restore beside, and copy what is needed")
        if inner := sorted(one for one in mounted if one.startswith(f"{path}/")):
            raise RepositoryError(f"{inner[0]} is mounted in {path}: restore beside, or unmount it")


def work_folder(live: Path, stamp: str) -> Path:
    """Where the new one is restored, on the file system of what is live."""
    parent = live if live.is_mount() else live.parent
    return parent / f".rigwright-restore-{stamp}"


def kept_place(live: Path, stamp: str) -> Path:
    """Where the old one goes: beside it, but out of folders of configuration, which programs read whole."""
    in_configuration = live.is_relative_to(CONFIGURATION)
    if in_configuration and KEPT.parent.stat().st_dev == live.parent.stat().st_dev:
        return KEPT / stamp / str(live).strip("/").replace("/", "-")
    return live.with_name(f"{live.name}.before-{stamp}")


def swaps(live: Path, new: Path, stamp: str) -> list[Swap]:
    """What is renamed to put ``new`` in the place of ``live``: of a mount point everything in it."""
    if not live.is_mount():
        return [Swap(live, new, kept_place(live, stamp), os.path.lexists(live))]
    kept = live / f".rigwright-before-{stamp}"
    own = {kept.name, work_folder(live, stamp).name, "lost+found"}
    names = sorted({one.name for folder in (live, new) for one in folder.iterdir()} - own)
    return [_entry(live / name, new / name, kept / name) for name in names]


def _entry(live: Path, new: Path, kept: Path) -> Swap:
    return Swap(live, new if os.path.lexists(new) else None, kept, os.path.lexists(live))
