"""A repository in an S3 bucket: whether it may be written to, whose it is, and whether it keeps versions.

bucket FILE ready          exits 0 where it is marked as this host's, else 1 with the reason
bucket FILE seen           the same as it was when it was reached last, without the network
bucket FILE reached        exits 0 where it can be read, whoever's it is
bucket FILE first          marks an empty one as this host's; one that has anything in it stays as it is
bucket FILE adopt          marks it as this host's, whatever is in it
bucket FILE keep-versions  has the bucket keep what is deleted or replaced

FILE is the host's, with endpoint, folder and key. Each verb but ``seen`` writes what it found to
``place.json`` in the state folder, which drift, metrics and people read at no cost.
"""

from __future__ import annotations

import json
import os
import pwd
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploys.backup.on_host.rclone import Remote
from deploys.backup.on_host.repository import RepositoryError
from deploys.backup.on_host.s3 import Bucket

MARKER = "rigwright-host"
DEADLINE_SECONDS = 40
STALE_SECONDS = 3600
"""Each is reached every 15 minutes."""


@dataclass(frozen=True)
class Marked:
    """A bucket's folder with a mark of whose it is.

    Attributes:
        state: The folder of what is known of it.
        account: Who backs up into it.
        program: What an operator calls.
        stale_seconds: So often it is reached at least.
    """

    bucket: Bucket | Remote
    state: Path
    account: str
    program: str
    stale_seconds: int = STALE_SECONDS

    @classmethod
    def read(cls, path: str) -> Marked:
        """As the host's file has it."""
        given = json.loads(Path(path).read_text(encoding="utf-8"))
        bucket = Remote.read(path) if given.get("remote") else Bucket.read(path)
        stale = given.get("stale_seconds", STALE_SECONDS)
        return cls(bucket, Path(given["state"]), given["account"], given["program"], stale)

    def seen(self) -> dict[str, Any]:
        """What was found last; of another place nothing is known."""
        try:
            found: dict[str, Any] = json.loads((self.state / "place.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if found.get("place") == self.bucket.url else {}

    def find(self) -> dict[str, Any]:
        """Ask it, and write down what it says.

        Raises:
            RepositoryError: It cannot be reached.
        """
        try:
            owner = self._owner()
            versioned = self.bucket.versioned()
        except RepositoryError as error:
            before = self.seen()
            known = {name: before.get(name, "unknown") for name in ("owner", "versioned")}
            self._write({"reached": "no", **known, "reason": str(error)})
            raise
        return self._write({"reached": "yes", "owner": owner, "versioned": versioned, "reason": ""})

    def _write(self, found: dict[str, Any]) -> dict[str, Any]:
        whole = {"place": self.bucket.url, "at": int(time.time()), **found}
        # Pushes of the log and backups may write it at once.
        new = self.state / f".place.json.{os.getpid()}"
        new.write_text(json.dumps(whole) + "\n", encoding="utf-8")
        new.replace(self.state / "place.json")
        return whole

    def _owner(self) -> str:
        mark = self.bucket.get(MARKER)
        if mark is None:
            return "none"
        return "this host" if mark.decode(errors="replace").split(" ")[0] == machine() else "another host"

    def mark(self) -> None:
        """Make it this host's, and have a full backup of PostgreSQL made at once."""
        self.bucket.put(MARKER, f"{machine()} {os.uname().nodename}\n".encode())
        if self.account != "postgres":
            return
        # Until there is a backup in it, it takes no log, and that would wait until the next full one.
        (self.state / "full-tried").unlink(missing_ok=True)
        due = self.state / "full-due"
        due.touch(mode=0o640)
        owner = pwd.getpwnam(self.account)
        os.chown(due, owner.pw_uid, owner.pw_gid)


def machine() -> str:
    """This host, for as long as it is not built again."""
    return Path("/etc/machine-id").read_text(encoding="ascii").strip()


def not_this_hosts(found: dict[str, Any], url: str) -> str | None:
    """Why nothing is written to it; None where it may be."""
    if found.get("owner") == "this host":
        return None
    whose = {"another host": "is marked as another host's"}.get(
        str(found.get("owner")), "has no mark of this host"
    )
    return f"{url} {whose}: nothing is written to it"


def _ready(place: Marked) -> None:
    if reason := not_this_hosts(place.find(), place.bucket.url):
        raise RepositoryError(reason)


def _seen(place: Marked) -> None:
    found = place.seen()
    if not found:
        raise RepositoryError(f"{place.bucket.url} was never reached: {place.program} ready")
    if found["reached"] != "yes":
        raise RepositoryError(found["reason"])
    if reason := not_this_hosts(found, place.bucket.url):
        raise RepositoryError(reason)
    if found["at"] < time.time() - place.stale_seconds:
        hours = place.stale_seconds // 3600
        raise RepositoryError(f"{place.bucket.url} was not reached for {hours} h: {place.program} ready")


def _first(place: Marked) -> None:
    if place.find()["owner"] == "none" and not place.bucket.names(limit=1):
        place.mark()
        place.find()


def _adopt(place: Marked) -> None:
    place.mark()
    place.find()


def _keep_versions(place: Marked) -> None:
    place.bucket.keep_versions()
    place.find()


VERBS: dict[str, Callable[[Marked], object]] = {
    "ready": _ready,
    "seen": _seen,
    "reached": Marked.find,
    "first": _first,
    "adopt": _adopt,
    "keep-versions": _keep_versions,
}


def _too_long(_signal: int, _frame: object) -> None:
    raise RepositoryError(f"it took longer than {DEADLINE_SECONDS} s: check the network and the endpoint")


def main() -> int:
    """0: done, or yes. 1: no, or it cannot be known; a line on standard error says why. 64: wrong usage."""
    if len(sys.argv) != 3 or sys.argv[2] not in VERBS:  # noqa: PLR2004  the program, its file and a verb
        sys.stderr.write(__doc__ or "")
        return 64
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(DEADLINE_SECONDS)
    try:
        VERBS[sys.argv[2]](Marked.read(sys.argv[1]))
    except (RepositoryError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
