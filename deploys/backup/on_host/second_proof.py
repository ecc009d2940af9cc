"""The trial restore out of the second place: what is there comes back without the first one.

A bucket is read by restic and pgBackRest themselves. Of other remotes restic reads through rclone; pgBackRest
knows none of them, so that its copy is fetched into a folder first.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from deploys.backup.on_host.files_proof import NotRestoredError, tried
from deploys.backup.on_host.files_record import Place, newest_of, room
from deploys.backup.on_host.files_restore import clear
from deploys.backup.on_host.rclone import Rclone
from deploys.backup.on_host.repository import RepositoryError
from deploys.backup.on_host.restic import Restic
from deploys.backup.on_host.s3 import Bucket
from deploys.backup.on_host.second_sources import Source

UNIT = "rigwright-backup-prove-second.service"


def prove(given: Mapping[str, Any], rclone: Rclone, one: Source) -> dict[str, Any]:
    """Restore the newest of a repository's copy, and return when it began, how long it took, and what came.

    Raises:
        NotRestoredError: It does not come back as it was.
        RepositoryError: The copy cannot be read, or there is none.
    """
    started = time.time()
    proof = _files(given, rclone) if one.kind == "restic" else _postgres(given, rclone, one)
    return {"at": int(started), "seconds": round(time.time() - started, 1), "proof": proof}


def second_restic(given: Mapping[str, Any], rclone: Rclone, first: Restic) -> Restic:
    """The copy of restic's repository, which is read without a lock: nothing here writes to it by restic."""
    if given["bucket"]:
        bucket = Bucket.read(given["bucket"])
        return replace(
            first, path=f"s3:{bucket.url}/files", bucket=bucket, read_only=True, listed=[], texts={}
        )
    environment = {"RCLONE_CONFIG": str(rclone.config())}
    path = f"rclone:{given['target']}/files"
    return replace(
        first, path=path, bucket=None, environment=environment, read_only=True, listed=[], texts={}
    )


def second_place(given: Mapping[str, Any], rclone: Rclone) -> Place:
    """Files' place with the copy for the repository."""
    first = Place.read()
    return replace(
        first,
        restic=second_restic(given, rclone, first.restic),
        scratch=Path(given["scratch"]),
        whole_bytes=given["whole_bytes"],
    )


def _files(given: Mapping[str, Any], rclone: Rclone) -> str:
    place = second_place(given, rclone)
    names = sorted({one.data for one in place.restic.snapshots()})
    if not names:
        raise RepositoryError("there is no backup in the copy")
    place.restic.run("check")
    files = compared = 0
    for name in names:
        clear(place.scratch)
        try:
            found = tried(place, newest_of(place, name))
        except NotRestoredError:
            raise
        except RepositoryError as error:
            raise NotRestoredError(f"{name}: {error}") from None
        finally:
            clear(place.scratch)
        files, compared = files + found["files"], compared + found["compared"]
    return f"{compared} of {files} files of {len(names)} kinds of data compared"


def _postgres(given: Mapping[str, Any], rclone: Rclone, one: Source) -> str:
    fetched = Path(given["fetched"]) if given["fetched"] else None
    try:
        if fetched:
            fetch(rclone, one, fetched)
        done = subprocess.run(["systemctl", "start", UNIT], capture_output=True, text=True, check=False)
    finally:
        if fetched:
            shutil.rmtree(fetched, ignore_errors=True)
    if done.returncode:
        raise NotRestoredError(f"the newest does not come back: journalctl -u {UNIT}")
    result = json.loads((one.state / "second-proved.json").read_text(encoding="utf-8"))
    return f"{result['label']}: {result['rows']} rows in {result['tables']} tables"


def fetch(rclone: Rclone, one: Source, folder: Path) -> None:
    """Copy a repository back into a folder, for the account that the folder above belongs to.

    Raises:
        RepositoryError: There is no room for it, or it cannot be read.
    """
    size = sum(rclone.sizes(one.target).values())
    if size > room(folder.parent):
        raise RepositoryError(
            f"{folder.parent} has room for {room(folder.parent)} bytes, and {size} come back"
        )
    rclone.copy(one.target, str(folder))
    owner = folder.parent.stat()
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, owner.st_uid, owner.st_gid)
