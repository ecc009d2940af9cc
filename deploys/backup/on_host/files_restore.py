"""Bring files back beside what is there: into a new folder, with owners by name and holes as they were."""

from __future__ import annotations

import grp
import json
import os
import pwd
import shutil
import stat
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from deploys.backup.on_host.files_record import Place, room
from deploys.backup.on_host.repository import RepositoryError
from deploys.backup.owners import ACLS, Numbers, acl, mapping
from deploys.backup.snapshots import Snapshot, chosen

NOTES = "rigwright-notes.json"
CAPABILITY = "security.capability"


def restore(place: Place, data: str, which: str, target: str) -> str:
    """Restore one backup to a new folder, and return what to print of it.

    Raises:
        NoSnapshotError: There is no such backup.
        RepositoryError: The target is not empty, has no room, or not everything came back.
    """
    folder = Path(target).absolute()
    local = datetime.now().astimezone().tzinfo
    assert isinstance(local, timezone)  # noqa: S101  astimezone() makes no other
    snapshot = chosen(place.restic.snapshots(), data, which, int(time.time()), local)
    if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
        raise RepositoryError(f"{folder} is not an empty folder: name a new one")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    notes = noted(place, snapshot)
    if notes["bytes"] > room(folder):
        raise RepositoryError(f"{folder} has room for {room(folder)} bytes, and {notes['bytes']} come back")
    changed = bring_back(place, snapshot, notes, folder)
    at = datetime.fromtimestamp(snapshot.at, timezone.utc).isoformat(sep=" ")
    lines = [
        f"{data}: backup {snapshot.label[:8]} of {at} is in {folder}",
        f"{notes['files']} files and {notes['bytes']} bytes were in it; {NOTES} has what is known of them",
        *changed,
    ]
    return "".join(f"{line}\n" for line in lines)


def noted(place: Place, snapshot: Snapshot) -> dict[str, Any]:
    """What was recorded of the data when it was backed up.

    Raises:
        RepositoryError: The repository cannot be read, or the backup is none of this program's.
    """
    text = place.restic.read(snapshot.label, str(place.notes(snapshot.data)))
    try:
        found: dict[str, Any] = json.loads(text)
    except ValueError:
        raise RepositoryError(f"{snapshot.label[:8]} has no record of its data") from None
    return found


def bring_back(
    place: Place, snapshot: Snapshot, notes: Mapping[str, Any], folder: Path, only: Iterable[str] = ()
) -> list[str]:
    """Restore into an empty folder that only root enters, and return lines about accounts."""
    place.restic.restore(snapshot.label, str(folder), only)
    beside = folder / str(place.notes(snapshot.data)).lstrip("/")
    if beside.exists():
        beside.rename(folder / NOTES)
        _remove_empty(beside.parent, folder)
    users = mapping(notes["users"], user_number)
    groups = mapping(notes["groups"], group_number)
    own(folder, users, groups)
    _dig(folder, notes["sparse"])
    return [*_lines("account", notes["users"], users), *_lines("group", notes["groups"], groups)]


def own(folder: Path, users: Numbers, groups: Numbers) -> None:
    """Give everything below a folder to the accounts of this host; each file once, whatever its names."""
    if not (users.changes or groups.changes):
        return
    seen: set[int] = set()
    for path in _tree(folder):
        at = os.lstat(path)
        if at.st_nlink > 1 and not stat.S_ISDIR(at.st_mode):
            if at.st_ino in seen:
                continue
            seen.add(at.st_ino)
        _own(path, at, users, groups)


def _own(path: str, at: os.stat_result, users: Numbers, groups: Numbers) -> None:
    user, group = users.of(at.st_uid), groups.of(at.st_gid)
    if (user, group) != (at.st_uid, at.st_gid):
        rights = _attribute(path, CAPABILITY)
        os.chown(path, user, group, follow_symlinks=False)
        if not stat.S_ISLNK(at.st_mode):
            Path(path).chmod(stat.S_IMODE(at.st_mode))  # another owner takes the bits of set-user-ID away
        if rights is not None:
            os.setxattr(path, CAPABILITY, rights, follow_symlinks=False)
    for name in ACLS:
        value = _attribute(path, name)
        if value is not None and (new := acl(value, users, groups)) != value:
            os.setxattr(path, name, new, follow_symlinks=False)


def _attribute(path: str, name: str) -> bytes | None:
    try:
        return os.getxattr(path, name, follow_symlinks=False)
    except OSError:
        return None


def _tree(folder: Path) -> Iterator[str]:
    for top, folders, files in os.walk(folder):
        yield from (f"{top}/{name}" for name in (*folders, *files))


def _dig(folder: Path, paths: Iterable[str]) -> None:
    """Leave holes where the source had some; room is not worth failing a restore for."""
    for path in paths:
        here = Path(f"{folder}{path}")
        if here.is_file() and not here.is_symlink():
            subprocess.run(["fallocate", "--dig-holes", str(here)], capture_output=True, check=False)


def _remove_empty(path: Path, until: Path) -> None:
    while path != until and not any(path.iterdir()):
        path.rmdir()
        path = path.parent


def user_number(name: str | None) -> int | None:
    """Of this host."""
    try:
        return pwd.getpwnam(name).pw_uid if name else None
    except KeyError:
        return None


def group_number(name: str | None) -> int | None:
    """Of this host."""
    try:
        return grp.getgrnam(name).gr_gid if name else None
    except KeyError:
        return None


def _lines(what: str, names: Mapping[str, str], numbers: Numbers) -> Iterator[str]:
    for before, now in sorted(numbers.changes.items()):
        yield f"{what} {names[str(before)]}: was {before}, is {now} here"
    for number, name in sorted(numbers.unknown.items()):
        yield f"{what} {name} is not on this host: its files keep the number {number}"


def clear(folder: Path) -> None:
    """Remove all in a folder."""
    for path in [*folder.iterdir()] if folder.is_dir() else ():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
