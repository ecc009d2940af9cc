"""Small files of other programs in both places of backups, such as what a host is built again from.

objects put NAME FILE          write it to both places
objects get PLACE NAME FILE    write that of a place, first or second, to a new file that root alone reads
objects list PLACE             print the names that a place has

They are encrypted by whoever puts them there, and are no part of the repositories. It runs as root.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploys.backup.on_host.bucket import Marked
from deploys.backup.on_host.rclone import Remote
from deploys.backup.on_host.repository import RepositoryError, ready
from deploys.backup.on_host.s3 import Bucket

SETTINGS = "/usr/local/lib/rigwright/backup/objects.json"
FOLDER = "rigwright-objects"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
FAILURES = (RepositoryError, OSError, ValueError, subprocess.SubprocessError)
COUNTS = {"put": 2, "get": 3, "list": 1}


@dataclass(frozen=True)
class Folder:
    """A repository's folder on a disk, with the verbs of a bucket."""

    path: Path

    def get(self, name: str) -> bytes | None:
        """A file; None: there is none."""
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, name: str, body: bytes) -> None:
        """Write a file whole, for root alone."""
        target = self.path / name
        target.parent.mkdir(mode=0o700, exist_ok=True)
        new = target.with_name(f".{target.name}.new")
        new.touch(mode=0o600)
        new.write_bytes(body)
        new.replace(target)

    def names(self, folder: str) -> list[str]:
        """Names of files of a folder of it."""
        found = self.path / folder
        return [f"{folder}/{one.name}" for one in sorted(found.iterdir())] if found.is_dir() else []


@dataclass(frozen=True)
class Place:
    """A place of backups.

    Attributes:
        program: What says whether it may be written to.
    """

    program: str
    store: Folder | Bucket | Remote


def places() -> dict[str, Place]:
    """Both, or the first alone, as the host has them."""
    given = json.loads(Path(SETTINGS).read_text(encoding="utf-8"))
    return {
        name: Place(
            one["program"], Folder(Path(one["folder"])) if one["folder"] else Marked.read(one["file"]).bucket
        )
        for name, one in given.items()
    }


def _chosen(name: str) -> Place:
    every = places()
    if name not in every:
        raise RepositoryError(f"{name!r} is no place of this host; it has: {', '.join(every)}")
    return every[name]


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise RepositoryError(f"{text!r} is no name: letters, digits, dots and dashes, at most 100")
    return f"{FOLDER}/{text}"


def _put(words: Sequence[str]) -> None:
    """Into all places; one that is away does not keep it from the other."""
    name, body = _name(words[0]), Path(words[1]).read_bytes()
    failed = {where: reason for where, place in places().items() if (reason := _not_put(place, name, body))}
    if failed:
        raise RepositoryError("; ".join(f"not in the {where} place: {why}" for where, why in failed.items()))


def _not_put(place: Place, name: str, body: bytes) -> str:
    """Why it is not there; empty where it is."""
    try:
        ready(place.program)
        place.store.put(name, body)
    except FAILURES as error:
        return str(error)
    return ""


def _get(words: Sequence[str]) -> None:
    place, name, target = _chosen(words[0]), _name(words[1]), Path(words[2])
    body = place.store.get(name)
    if body is None:
        raise RepositoryError(f"there is no {words[1]} in the {words[0]} place")
    target.touch(mode=0o600, exist_ok=False)
    target.write_bytes(body)


def _list(words: Sequence[str]) -> None:
    names = _chosen(words[0]).store.names(FOLDER)
    sys.stdout.write("".join(f"{name.removeprefix(FOLDER + '/')}\n" for name in names))


def main() -> int:
    """0: done. 1: it failed, and a line on standard error says why. 64: wrong usage."""
    words = sys.argv[1:]
    verbs: dict[str, Callable[[Sequence[str]], None]] = {"put": _put, "get": _get, "list": _list}
    if not words or len(words) - 1 != COUNTS.get(words[0], -2):
        sys.stderr.write(__doc__ or "")
        return 64
    try:
        verbs[words[0]](words[1:])
    except FAILURES as error:
        sys.stderr.write(f"{words[0]}: {error}\n")
        return 1
    return 0
