"""One backup of declared data, after its source was found whole."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deploys.backup.on_host.files_record import Declared, Place
from deploys.backup.on_host.repository import RepositoryError, write
from deploys.backup.on_host.restic import Saved
from deploys.backup.on_host.source import (
    SourceError,
    excluded,
    expanded,
    mount_points,
    names,
    sample,
    survey,
    unchanged,
    unmounted,
)
from deploys.backup.on_host.zfs_source import at_one_moment
from deploys.backup.snapshots import FUTURE_SECONDS, newest

SAVE_SECONDS = 3600
FORMAT = 1


def back_up(place: Place, one: Declared) -> str:
    """Make one, and return what to print of it.

    Raises:
        SourceError: Its data is not all there, or a server could not save it.
        RepositoryError: It could not be made, or some of its files could not be read: then it is removed.
    """
    _save(one)
    expansion = expanded(_sources(one))
    paths = [path for found in expansion.values() for path in found]
    _refuse(place, paths)
    with at_one_moment(paths, (str(place.state), str(place.scratch), place.mount)):
        return _backed_up(place, one, paths, [str(place.scratch), *excluded(one.exclude, expansion)])


def _backed_up(place: Place, one: Declared, paths: Sequence[str], exclude: Sequence[str]) -> str:
    found = survey(paths, exclude, f"{one.name} {time.time()}")
    if found.files < one.at_least_files:
        raise SourceError(
            f"{found.files} files are there and {one.at_least_files} must be: nothing is backed up; "
            "mount its file system, or restore it"
        )
    checked = sample(found)
    notes = {
        "format": FORMAT,
        "data": one.name,
        "kind": one.kind,
        "at": int(time.time()),
        "host": os.uname().nodename,
        "paths": paths,
        "files": found.files,
        "bytes": found.bytes,
        **names(found),
        "sparse": found.sparse,
        "sample": checked,
        "volume": _volume(place, one) if one.kind == "volume" else None,
    }
    beside = place.notes(one.name)
    beside.parent.mkdir(parents=True, exist_ok=True)
    write(beside, notes)
    before = newest(place.restic.snapshots(), one.name, int(time.time()) + FUTURE_SECONDS)
    saved = place.restic.backup(one.name, [*paths, str(beside)], exclude, before.label if before else None)
    label = _whole(place, one, saved)
    made = {
        "ended": int(time.time()),
        "bytes": found.bytes,
        "files": found.files,
        "added": saved.added,
        "changing": [each["path"] for each in checked if not unchanged(each)],
    }
    place.write("made", {**place.known("made"), label: made})
    return f"{label[:8]}: {found.files} files, {found.bytes} bytes, {saved.added} new in the repository"


def _sources(one: Declared) -> tuple[str, ...]:
    """What is read: of a server's data only the file that it saved whole."""
    if "saved" in one.details:
        return tuple(f"{path}/{one.details['saved']}" for path in one.paths)
    return one.paths


def _save(one: Declared) -> None:
    """Let a server write its data down."""
    if "save" not in one.details:
        return
    done = subprocess.run(
        one.details["save"].split(), capture_output=True, text=True, timeout=SAVE_SECONDS, check=False
    )
    if done.returncode:
        raise SourceError(f"it was not saved: {done.stderr.strip() or done.returncode}")


def _refuse(place: Place, paths: Sequence[str]) -> None:
    """A source that is not mounted, or that is on the repository's own disk."""
    fstab = Path("/etc/fstab")
    text = fstab.read_text(encoding="utf-8", errors="surrogateescape") if fstab.exists() else ""
    if away := unmounted(paths, text, mount_points()):
        raise SourceError(f"{away} is not mounted: nothing is backed up; mount it")
    if not place.mount:
        return
    disk = Path(place.mount).stat().st_dev
    if same := [path for path in paths if Path(path).stat().st_dev == disk]:
        raise SourceError(f"{same[0]} is on the repository's disk: a lost disk would take both; move one")


def _volume(place: Place, one: Declared) -> dict[str, Any]:
    """Labels and driver of a volume, or those of the last backup while the engine does not respond.

    Raises:
        SourceError: They are not known.
    """
    name = Path(one.paths[0]).parent.name
    command = ["docker", "volume", "inspect", name]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        done = subprocess.CompletedProcess(command, 1, "", str(error))
    if done.returncode == 0:
        found: dict[str, Any] = json.loads(done.stdout)[0]
        return found
    try:
        last: dict[str, Any] = json.loads(place.notes(one.name).read_text(encoding="utf-8"))["volume"]
    except (OSError, ValueError, KeyError):
        reason = done.stderr.strip().splitlines()[-1:]
        raise SourceError(f"its labels cannot be read: {' '.join(reason)}; start docker") from None
    return last


def _whole(place: Place, one: Declared, saved: Saved) -> str:
    """The label of a backup that holds all of its source; files that are gone since were never missed."""
    labels = [each.label for each in place.restic.snapshots() if each.label.startswith(saved.label)]
    if len(labels) != 1:
        raise RepositoryError(f"{saved.label} was made and is not in the repository")
    unread = [path for path in saved.unread if os.path.lexists(path) or not path.startswith("/")]
    if unread or saved.files < one.at_least_files:
        place.restic.forget(labels)
        what = f"{unread[0]} could not be read" if unread else f"it holds {saved.files} files"
        raise RepositoryError(f"{what}: this backup is removed, and older ones stay")
    return labels[0]
