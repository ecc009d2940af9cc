"""A restore of files, a volume or a server's dump: what it would do, and beside what is there."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from deploys.backup.choice import RefusedError, seconds, utc, wanted
from deploys.backup.on_host import restore_journal, second_known
from deploys.backup.on_host.files_proof import compare
from deploys.backup.on_host.files_record import Place, locked
from deploys.backup.on_host.files_restore import bring_back, noted
from deploys.backup.on_host.repository import RepositoryError
from deploys.backup.on_host.restore_item import Item, room_at
from deploys.backup.on_host.restore_journal import FOLDER, Journal
from deploys.backup.on_host.restore_request import Request, Wanted, local
from deploys.backup.on_host.second_proof import second_place
from deploys.backup.on_host.second_sources import SETTINGS as SECOND
from deploys.backup.snapshots import LABEL, NoSnapshotError, Snapshot, chosen

BESIDE = FOLDER / "beside"


class DamagedError(RepositoryError):
    """What came back is not what was backed up."""


def opened(request: Request) -> Place:
    """The repository that the request names.

    Raises:
        RefusedError: There is no second place.
        RepositoryError: It cannot be read.
    """
    place = Place.read()
    if request.place == "primary":
        place.readable()
        return place
    if not Path(SECOND).exists():
        raise RefusedError("there is no second place of backups of files", "--from primary")
    second = second_known.Place.read()
    return second_place(second.given, second.rclone)


class Opening:
    """The repository that a request names, opened once, when it is first needed.

    Each opening derives restic's key, and one that is away is waited for: the second time costs nothing.
    """

    def __init__(self, request: Request, open_it: Callable[[Request], Place] = opened) -> None:
        self._request = request
        self._open = open_it
        self._place: Place | None = None
        self._error: Exception | None = None

    def place(self) -> Place:
        """The same each time, or the same error.

        Raises:
            RefusedError: There is no second place.
            RepositoryError: It cannot be read.
        """
        if self._error:
            raise self._error
        if self._place is None:
            try:
                self._place = self._open(self._request)
            except Exception as error:
                self._error = error
                raise
        return self._place


def snapshot_of(place: Place, one: Wanted, to: str) -> Snapshot:
    """The backup that is restored.

    Raises:
        RefusedError: There is none.
    """
    now = int(time.time())
    if not LABEL.fullmatch(to):
        wanted(to, now, local())
    every = place.restic.snapshots()
    try:
        return chosen(every, one.data, to, now, local())
    except NoSnapshotError as error:
        mine = [each.at for each in every if each.data == one.data and each.at]
        possible = f"{utc(min(mine))} to {utc(max(mine))}" if mine else "nothing of it"
        raise RefusedError(str(error), possible) from None


def plan(place: Place, one: Wanted, request: Request) -> Item:
    """What a restore beside does.

    Raises:
        RefusedError: It cannot be.
    """
    found = snapshot_of(place, one, request.to)
    now = int(time.time())
    mine = [
        each.at for each in place.restic.snapshots() if each.data == one.data and 0 < each.at <= now + 300
    ]
    notes = noted(place, found)
    folder = Path(request.folder) if request.folder else BESIDE
    return Item(
        one.word,
        one.data,
        one.kind,
        one.part,
        found.label[:8],
        found.at,
        utc(found.at),
        min(mine, default=found.at),
        max(mine, default=found.at),
        loss_seconds=max(0, now - found.at),
        bytes=notes["bytes"],
        folder=str(folder),
        room_needed=notes["bytes"],
        room_there=room_at(folder),
        seconds=seconds(notes["bytes"], [*_proofs(place, one.data), *restore_journal.past(one.word)]),
    ).with_room()


def _proofs(place: Place, data: str) -> Iterable[tuple[int, float]]:
    """Bytes and seconds of trial restores of the whole of it."""
    for one in place.known("repository").get("backups", ()):
        proof = one["proved"]
        if one["data"] == data and proof and proof["whole"]:
            yield proof["bytes"], proof["seconds"]


def beside(journal: Journal, one: Wanted, item: Mapping[str, Any], request: Request) -> None:
    """Restore into a new folder, and compare with what was recorded of the source."""
    name = f"{one.safe}-{journal.stamp}"
    folder = Path(request.folder) / name if request.folder else BESIDE / name
    place = opened(request)
    with locked(place, wait=False):
        found = snapshot_of(place, one, str(item["label"]))
        notes = noted(place, found)
        folder.mkdir(mode=0o700, parents=True)
        only = [one.part] if one.part else []
        said = bring_back(place, found, notes, folder, only)
    journal.say(f"{one.word}: in {folder}")
    for line in said:
        journal.say(line)
    journal.say(f"{one.word}: {checked(place, found, notes, folder, one.part)}")


def checked(place: Place, found: Snapshot, notes: Mapping[str, Any], folder: Path, part: str = "") -> str:
    """Compare all that came into a folder, or the part of it that was restored.

    Raises:
        DamagedError: It differs.
    """
    paths = [Path(part)] if part else [Path(path) for path in notes["paths"]]
    return compared(place, found, notes, dict.fromkeys(paths, folder))


def compared(place: Place, found: Snapshot, notes: Mapping[str, Any], folders: Mapping[Path, Path]) -> str:
    """Compare with the checksums that were taken of the source, and count.

    Args:
        place: The repository.
        found: The backup.
        notes: Its record.
        folders: Below which folder each path of it came.

    Raises:
        DamagedError: It differs.
    """
    changing = {*place.known("made").get(found.label, {}).get("changing", ())}
    number = files = held = 0
    for path, folder in folders.items():
        if not (new := Path(f"{folder}{path}")).exists():
            raise DamagedError(f"{found.label[:8]}: {path} is not in it")
        sample = [one for one in notes["sample"] if Path(one["path"]).is_relative_to(path)]
        some, wrong = compare(sample, changing, folder)
        if wrong:
            raise DamagedError(f"{found.label[:8]}: {wrong[0]}; {len(wrong)} of {some} files differ")
        number, files, held = (
            number + some,
            files + count(new),
            held + place.restic.files(found.label, str(path)),
        )
    if files != held:
        raise DamagedError(f"{found.label[:8]}: {files} of {held} files came back")
    return f"{files} files, {number} of them compared with their checksums"


def count(path: Path) -> int:
    """Regular files at and below it."""
    if path.is_file():
        return 1
    every = (Path(top) / name for top, _, names in os.walk(path) for name in names)
    return sum(1 for one in every if one.is_file() and not one.is_symlink())
