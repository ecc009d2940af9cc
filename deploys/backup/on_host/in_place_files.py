"""Files, a volume or a server's dump in the place of what is live."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from deploys.backup.choice import RefusedError
from deploys.backup.on_host import restore_files
from deploys.backup.on_host.files_record import Place, locked
from deploys.backup.on_host.files_restore import bring_back, noted
from deploys.backup.on_host.in_place import InPlace, shell, stops
from deploys.backup.on_host.replace import Swap, kept_place, refuse_in_use, swaps, work_folder
from deploys.backup.on_host.repository import RepositoryError
from deploys.backup.on_host.restore_item import Item, room_at
from deploys.backup.on_host.restore_request import Request, Wanted
from deploys.backup.snapshots import Snapshot


class InUseError(RefusedError):
    """The system runs from it."""


def plan(place: Place, one: Wanted, request: Request) -> Item:
    """What it does.

    Raises:
        RefusedError: It cannot be.
    """
    beside = restore_files.plan(place, one, request)
    if request.folder:
        raise RefusedError("files that are replaced come to their own place", "no --folder, or --beside")
    notes = noted(place, restore_files.snapshot_of(place, one, beside.label))
    paths = live_paths(one, notes)
    try:
        refuse_in_use(map(str, paths))
    except RepositoryError as error:
        raise InUseError(str(error), "--beside") from None
    parent = paths[0].parent
    return Item(
        **{
            **beside.printed(),
            "gaps": (),
            "folder": str(parent),
            "room_there": room_at(parent),
            "stops": stops(one),
            "keeps": tuple(str(kept_place(path, "TIME")) for path in paths),
            "refused": None,
            "possible": None,
            "way": "replace",
        }
    ).with_room()


def live_paths(one: Wanted, notes: Mapping[str, Any]) -> list[Path]:
    """What is replaced."""
    return [Path(one.part)] if one.part else [Path(path) for path in notes["paths"]]


class FilesInPlace(InPlace):
    """Files and folders."""

    def steps(self) -> Iterable[tuple[str, Callable[[], str | None]]]:
        """As the design has them."""
        return (
            ("restore", self.restore),
            ("check", self.check),
            ("stop", self.stop),
            ("switch", self.switch),
            ("start", self.start),
            ("test", self.test),
            ("resume", self.resume),
            ("clear away", self.clear_away),
        )

    def _opened(self) -> tuple[Place, Snapshot, Mapping[str, Any]]:
        place = restore_files.opened(self.request)
        found = restore_files.snapshot_of(place, self.one, str(self.item["label"]))
        return place, found, noted(place, found)

    def _paths(self) -> list[Path]:
        notes: Mapping[str, Any] = self.journal.fact("notes", lambda: {"paths": self._opened()[2]["paths"]})
        return live_paths(self.one, notes)

    def _new(self, live: Path) -> Path:
        return Path(f"{work_folder(live, self.journal.stamp)}{live}")

    def work(self) -> list[Path]:
        """One on each file system, or beside each of them."""
        return [*dict.fromkeys(work_folder(path, self.journal.stamp) for path in self._paths())]

    def restore(self) -> str | None:
        """Bring all back beside what is live, on its own file system."""
        self.prepare()
        place, found, notes = self._opened()
        said: list[str] = []
        with locked(place, wait=False):
            for folder in self.work():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(mode=0o700, parents=True)
                mine = [
                    str(path) for path in self._paths() if work_folder(path, self.journal.stamp) == folder
                ]
                said += bring_back(place, found, notes, folder, mine)
        for line in dict.fromkeys(said):
            self.journal.say(line)
        return found.label[:8]

    def prepare(self) -> None:
        """What must be there before files come."""

    def check(self) -> str | None:
        """Compare with what was recorded of the source; a path that is not in the backup is an error."""
        folders = {path: work_folder(path, self.journal.stamp) for path in self._paths()}
        return restore_files.compared(*self._opened(), folders)

    def swaps(self) -> list[Swap]:
        """Each path."""
        return [one for path in self._paths() for one in swaps(path, self._new(path), self.journal.stamp)]


class KeyValueInPlace(FilesInPlace):
    """A server's dump: its log of changes goes, or the server would read that in place of the dump."""

    def swaps(self) -> list[Swap]:
        """The dump, and what the server would read in its place."""
        folder = self._paths()[0].parent
        aside = [folder / name for name in self.one.details.get("aside", "").split()]
        gone = [
            Swap(path, None, kept_place(path, self.journal.stamp), had=True)
            for path in aside
            if path.exists()
        ]
        return [*super().swaps(), *gone]


class VolumeInPlace(FilesInPlace):
    """A volume of containers; one that is gone is made again with its labels first."""

    def prepare(self) -> None:
        """Docker shows a volume that was only filled after its next start."""
        volume = self._opened()[2]["volume"]
        name = str(volume["Name"])
        seen = subprocess.run(
            ["docker", "volume", "inspect", name], capture_output=True, text=True, check=False
        )
        if not self.journal.fact("made", lambda: bool(seen.returncode)) or seen.returncode == 0:
            return
        labels = [f"--label={key}={value}" for key, value in (volume.get("Labels") or {}).items()]
        options = [f"--opt={key}={value}" for key, value in (volume.get("Options") or {}).items()]
        command = ["docker", "volume", "create", f"--driver={volume['Driver']}", *labels, *options, name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RepositoryError(f"{name} cannot be made: {done.stderr.strip()}; start docker")

    def test(self) -> str | None:
        """Docker itself shows it, with its labels."""
        before = self._opened()[2]["volume"]
        text = shell(f"docker volume inspect {before['Name']}")
        now = json.loads(text)[0]
        if self.journal.fact("made", bool) and (now.get("Labels") or {}) != (before.get("Labels") or {}):
            raise RepositoryError(f"{before['Name']} has other labels: {now.get('Labels')}")
        return super().test()


KINDS: Mapping[str, type[FilesInPlace]] = {
    "files": FilesInPlace,
    "key_value": KeyValueInPlace,
    "volume": VolumeInPlace,
}
