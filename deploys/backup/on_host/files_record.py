"""Where backups of files are on this host, what is declared, and what is known of each backup."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploys.backup.on_host.copied import nothing_is_copied
from deploys.backup.on_host.repository import RepositoryError, reached, ready, record_of, write
from deploys.backup.on_host.restic import Restic
from deploys.backup.on_host.s3 import Bucket
from deploys.backup.retention import Made, Policy, to_remove
from deploys.backup.snapshots import FUTURE_SECONDS, Snapshot, newest, tag

SETTINGS = "/usr/local/lib/rigwright/backup/files.json"
DECLARED = "/etc/rigwright/backup/protected.json"
REPOSITORY = "/usr/local/lib/rigwright/backup/files-repository"
WEEK_SECONDS = 7 * 86_400


@dataclass(frozen=True)
class Declared:
    """Data that this program backs up."""

    name: str
    kind: str
    paths: tuple[str, ...]
    rhythm: int
    at_least_files: int
    exclude: tuple[str, ...]
    details: Mapping[str, str]


@dataclass(frozen=True)
class Place:
    """Everything that the host's settings say.

    Attributes:
        mount: The mount point of the repository's disk; empty for a bucket.
        at: The time of day at which data of a day or more is backed up.
        parts: In so many weeks the whole repository is read.
        whole_bytes: Data of at most this size is restored whole in a trial, of larger data a sample.
    """

    restic: Restic
    mount: str
    state: Path
    scratch: Path
    at: str
    parts: int
    whole_bytes: int
    policy: Policy
    declared: tuple[Declared, ...]

    @classmethod
    def read(cls) -> Place:
        """As the host has it."""
        given = json.loads(Path(SETTINGS).read_text(encoding="utf-8"))
        state = Path(given["state"])
        restic = Restic(
            given["path"],
            given["passphrase_file"],
            str(state),
            given["limit_kib"],
            sparse=given["sparse"],
            bucket=Bucket.read(given["bucket"]) if "bucket" in given else None,
        )
        return cls(
            restic,
            given["mount"],
            state,
            Path(given["scratch"]),
            given["at"],
            given["parts"],
            given["whole_bytes"],
            Policy(**given["keep"]),
            declared(),
        )

    def ready(self) -> None:
        """Open the repository.

        Raises:
            RepositoryError: It is away, another host's, damaged, or has another passphrase.
        """
        ready(REPOSITORY)
        self.restic.open()

    def readable(self) -> None:
        """See that it can be read; of another host too, which a host that is built again restores from.

        Raises:
            RepositoryError: It is away, empty, damaged, or has another passphrase.
        """
        reached(REPOSITORY)
        self.restic.readable()

    def part(self, now: float) -> int:
        """Which part of the repository is read this week, from 1."""
        return int(now) // WEEK_SECONDS % self.parts + 1

    def notes(self, name: str) -> Path:
        """The file with what a restore of this data must know; it is backed up with it."""
        return self.state / "notes" / tag(name) / "notes.json"

    def known(self, name: str) -> dict[str, Any]:
        """A record, such as ``made``; empty where there is none."""
        return record_of(self.state, name)

    def write(self, name: str, value: object) -> None:
        """Replace a record whole."""
        write(self.state / f"{name}.json", value)

    def last(self) -> dict[str, int]:
        """When the newest backup of each name was begun, by the record."""
        now = time.time() + FUTURE_SECONDS
        found: dict[str, int] = {}
        for one in self.known("repository").get("backups", ()):
            if 0 < one["started"] <= now:
                found[one["data"]] = max(found.get(one["data"], 0), one["started"])
        return found


def declared() -> tuple[Declared, ...]:
    """What the host declares, without databases: of those only their own tools take a whole copy."""
    return tuple(
        Declared(
            one["name"],
            one["kind"],
            tuple(one["paths"]),
            one["rhythm_seconds"],
            one["at_least_files"],
            tuple(one["exclude"]),
            dict(one["details"]),
        )
        for one in json.loads(Path(DECLARED).read_text(encoding="utf-8"))
        if one["kind"] != "database"
    )


@contextlib.contextmanager
def locked(place: Place, *, wait: bool = True) -> Iterator[None]:
    """One at a time: the second waits, as long as its unit may, or says that another one runs."""
    with (place.state / "lock").open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RepositoryError("a backup or a restore runs: try again when it has ended") from None
        yield


def daily(at: str, now: float) -> int:
    """The newest moment of the past at which the host's clock shows this time of day."""
    hour, minute = map(int, at.split(":"))
    here = time.localtime(now)
    today = time.mktime((*here[:3], hour, minute, 0, 0, 0, -1))
    if today > now:
        today = time.mktime((here.tm_year, here.tm_mon, here.tm_mday - 1, hour, minute, 0, 0, 0, -1))
    return int(today)


def removed(place: Place) -> None:
    """Forget what the policy does not keep, by label; each name for itself.

    While a copy to the second place is made, nothing is removed.
    """
    with nothing_is_copied(place.state) as free:
        if free:
            _forget(place)


def _forget(place: Place) -> None:
    every = place.restic.snapshots()
    proved = {*place.known("proved")}
    gone: set[str] = set()
    for name in {one.data for one in every}:
        made = [Made(one.label, one.at) for one in every if one.data == name]
        gone |= to_remove(made, place.policy, proved, int(time.time()))
    place.restic.forget(sorted(gone))
    for label in sorted(gone):
        sys.stdout.write(f"{label[:8]}: removed\n")


def record(place: Place) -> None:
    """Write down what the repository holds; metrics and people read that, at no cost to the repository."""
    every = place.restic.snapshots()
    labels = {one.label for one in every}
    made = {label: one for label, one in place.known("made").items() if label in labels}
    proved = {label: one for label, one in place.known("proved").items() if label in labels}
    place.write("made", made)
    place.write("proved", proved)
    backups = [_backup(one, made.get(one.label, {}), proved.get(one.label)) for one in every]
    place.write("repository", {"at": int(time.time()), "backups": backups})


def _backup(one: Snapshot, made: Mapping[str, Any], proved: object) -> dict[str, Any]:
    return {
        "label": one.label,
        "data": one.data,
        "type": "snapshot",
        "started": one.at,
        "ended": made.get("ended", one.at),
        "bytes": made.get("bytes"),
        "files": made.get("files"),
        "repository_bytes": made.get("added"),
        "proved": proved,
    }


def room(folder: Path) -> int:
    """Bytes that are free for files there."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def newest_of(place: Place, name: str) -> Snapshot:
    """The newest backup of a name.

    Raises:
        RepositoryError: There is none that is dated and not in the future.
    """
    best = newest(place.restic.snapshots(), name, int(time.time()) + FUTURE_SECONDS)
    if best is None:
        raise RepositoryError("there is no backup of it")
    return best
