"""The repositories that are copied to the second place, so that each copy is whole at any moment."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploys.backup.on_host.copied import copied
from deploys.backup.on_host.rclone import Rclone
from deploys.backup.on_host.repository import RepositoryError, ready

SETTINGS = "/usr/local/lib/rigwright/backup/second-place.json"
INFOS = ("archive/{stanza}/archive.info", "backup/{stanza}/backup.info")
PARTS = {"pgbackrest": ("backup", "archive"), "restic": ("snapshots", "index", "data")}
"""Folders in the order in which what is gone is deleted: what refers to others goes first."""


@dataclass(frozen=True)
class Source:
    """A repository of the first place.

    Attributes:
        name: Its folder in the second place.
        kind: ``pgbackrest`` or ``restic``.
        path: Where it is, as rclone writes it.
        program: Its own program, which says whether it is there and this host's.
        state: The folder of what is known of its backups.
        target: Where its copy is, as rclone writes it.
        stanza: The name of the cluster in it.
    """

    name: str
    kind: str
    path: str
    program: str
    state: Path
    target: str
    stanza: str = ""

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """It is there and this host's, and nothing is removed from it meanwhile.

        Raises:
            RepositoryError: It is away, or another host's: nothing is copied, and nothing deleted.
        """
        ready(self.program)
        with copied(self.state):
            yield

    def newest(self) -> int:
        """When the newest backup that was known before the copy ended; 0: there is none."""
        try:
            known: Mapping[str, Any] = json.loads(
                (self.state / "repository.json").read_text(encoding="utf-8")
            )
        except (OSError, ValueError):
            return 0
        return max((one["ended"] for one in known["backups"]), default=0)

    def copy(self, rclone: Rclone, own: Path) -> None:
        """Copy what is new.

        Args:
            rclone: What copies.
            own: A folder for what is read first and written last.

        Raises:
            RepositoryError: It failed, or there is no backup to copy.
        """
        if self.kind == "restic":
            self._restic(rclone)
        else:
            self._pgbackrest(rclone, own)

    def _restic(self, rclone: Rclone) -> None:
        """What refers to other files comes after them; no file ever changes."""
        listed = {part: [*rclone.sizes(f"{self.path}/{part}")] for part in ("snapshots", "index")}
        if not listed["snapshots"]:
            raise RepositoryError(f"{self.path} has no backup: nothing is copied")
        rclone.copy(self.path, self.target, names=["config"])
        for part in ("keys", "data"):
            rclone.copy(f"{self.path}/{part}", f"{self.target}/{part}", "--exclude=*-tmp-*")
        for part in ("index", "snapshots"):
            rclone.copy(f"{self.path}/{part}", f"{self.target}/{part}", names=listed[part])

    def _pgbackrest(self, rclone: Rclone, own: Path) -> None:
        """The lists of backups are read first and written last: all that they name is there by then."""
        infos = [name.format(stanza=self.stanza) + end for name in INFOS for end in (".copy", "")]
        for name in infos:
            text = rclone.run("cat", f"{self.path}/{name}")
            if not text:
                raise RepositoryError(f"{self.path} has no {name}, so no backup: nothing is copied")
            (own / name).parent.mkdir(parents=True, exist_ok=True)
            (own / name).write_bytes(text)
        left_out = ("--exclude=*.info", "--exclude=*.info.copy", "--exclude=*.pgbackrest.tmp")
        for part in ("archive", "backup"):
            rclone.copy(
                f"{self.path}/{part}", f"{self.target}/{part}", *left_out, "--exclude=backup.manifest*"
            )
        rclone.run("copy", f"{self.path}/backup", f"{self.target}/backup", "--include=backup.manifest*")
        for name in infos:
            rclone.run("copyto", "--ignore-times", str(own / name), f"{self.target}/{name}")

    def files(self, rclone: Rclone, path: str) -> dict[str, int]:
        """Files below its folders of backups, with their sizes, but those that are written anew each time."""
        found = {
            f"{part}/{name}": size
            for part in PARTS[self.kind]
            for name, size in rclone.sizes(f"{path}/{part}").items()
        }
        infos = {name.format(stanza=self.stanza) + end for name in INFOS for end in (".copy", "")}
        return {name: size for name, size in found.items() if name not in infos}

    def delete(self, rclone: Rclone, names: tuple[str, ...]) -> None:
        """Delete these files of the copy, what refers to others first."""
        for part in PARTS[self.kind]:
            start = f"{part}/"
            chosen = [name for name in names if name.startswith(start)]
            rclone.delete(self.target, chosen)


def sources(given: Mapping[str, Any]) -> list[Source]:
    """All of them, as the host's settings have them."""
    return [Source(**{**one, "state": Path(one["state"])}) for one in given["sources"]]
