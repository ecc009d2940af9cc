"""The second place: a copy of the repositories, away from the first. It runs as root.

second copy     copy what is new, and delete what has been gone from the first place for long enough
second trim     the same without copying
second prove    restore the newest of each out of the copy in a trial
second known    print what is known of the copy, as JSON; it asks no network
second restore NAME WHICH TARGET    restore files beside, out of the copy; as restore-files does
second fetch FOLDER                 bring PostgreSQL's repository back to a new folder for pgBackRest
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deploys.backup.on_host.files_proof import NotRestoredError
from deploys.backup.on_host.files_restore import restore
from deploys.backup.on_host.repository import RepositoryError, ready, why_not, write
from deploys.backup.on_host.second_known import Place, known
from deploys.backup.on_host.second_proof import fetch, prove, second_place
from deploys.backup.on_host.second_sources import Source
from deploys.backup.snapshots import NoSnapshotError
from deploys.backup.trimming import trim

COUNTS = {"restore": 3, "fetch": 1}
"""How many words follow a verb."""
COPIES = 30
"""So many are written down."""
FAILURES = (RepositoryError, NoSnapshotError, OSError, ValueError, subprocess.SubprocessError)


def main() -> int:
    """0: done. 1: it failed. 2: a backup did not come back. 64: wrong usage.

    Of what failed a line each on standard error says why.
    """
    verbs: dict[str, Callable[..., int]] = {
        "copy": _copy,
        "trim": _trim,
        "prove": _prove,
        "known": known,
        "restore": _restore,
        "fetch": _fetch,
    }
    words = sys.argv[1:]
    if not words or words[0] not in verbs or len(words) - 1 != COUNTS.get(words[0], 0):
        sys.stderr.write(__doc__ or "")
        return 64
    try:
        return verbs[words[0]](Place.read(), *words[1:])
    except FAILURES as error:
        sys.stderr.write(f"{words[0]}: {error}\n")
        return 1


def _restore(place: Place, name: str, which: str, target: str) -> int:
    """Whoever's the copy is: it is read alone."""
    sys.stdout.write(restore(second_place(place.given, place.rclone), name, which, target))
    return 0


def _fetch(place: Place, folder: str) -> int:
    found = [one for one in place.sources if one.kind == "pgbackrest"]
    if not found:
        raise RepositoryError("no backups of PostgreSQL are copied")
    target = Path(folder).absolute()
    if target.exists():
        raise RepositoryError(f"{target} is there: name a new folder")
    fetch(place.rclone, found[0], target)
    return 0


def _copy(place: Place) -> int:
    """Each repository by itself; only of what was copied whole anything is deleted."""
    with place.locked():
        ready(place.program)
        return max([_each(place, one) for one in place.sources], default=1)


def _each(place: Place, one: Source) -> int:
    started = time.time()
    try:
        with one.held():
            newest = one.newest()
            sys.stdout.write(f"{one.name}: copied to {place.target}\n")
            sys.stdout.flush()
            one.copy(place.rclone, place.state)
            copied = one.files(place.rclone, one.target)
            made = {
                "at": int(started),
                "seconds": round(time.time() - started, 1),
                "newest": newest,
                "files": len(copied),
                "bytes": sum(copied.values()),
            }
            _record(place, one, made)
            deleted = _deleted(place, one, copied)
    except FAILURES as error:
        _record(place, one, None, str(error))
        sys.stderr.write(f"{one.name}: {error}\n")
        return 1
    line = f"{made['files']} files, {made['bytes']} bytes in {made['seconds']} s"
    sys.stdout.write(f"{one.name}: the copy is whole: {line}; {deleted} deleted\n")
    return 0


def _record(place: Place, one: Source, made: dict[str, Any] | None, problem: str = "") -> None:
    """Write down a copy, or why there is none; beside the data too."""
    every = place.known("copies")
    mine = every.get(one.name, {"copies": []})
    copies = [*mine["copies"], made][-COPIES:] if made else mine["copies"]
    write(place.state / "copies.json", {**every, one.name: {"copies": copies, "problem": problem}})
    if made:
        text = json.dumps(made, indent=1).encode() + b"\n"
        place.rclone.run("rcat", f"{one.target}/rigwright-copy.json", given=text)


def _deleted(place: Place, one: Source, copied: dict[str, int]) -> int:
    """Delete what is due of a copy, and return how many files that was."""
    before = place.known(f"gone-{one.name}")
    now = time.time()
    found = trim(
        one.files(place.rclone, one.path),
        copied,
        before.get("waited", {}),
        now - before.get("at", now),
        place.delay,
    )
    if found.delete:
        one.delete(place.rclone, found.delete)
    write(
        place.state / f"gone-{one.name}.json",
        {"at": int(now), "waited": found.waited, "refused": found.refused},
    )
    if found.refused:
        sys.stderr.write(f"{one.name}: {found.refused}\n")
    return len(found.delete)


def _trim(place: Place) -> int:
    with place.locked():
        ready(place.program)
        for one in place.sources:
            with one.held():
                count = _deleted(place, one, one.files(place.rclone, one.target))
            sys.stdout.write(f"{one.name}: {count} deleted\n")
    return 0


def _prove(place: Place) -> int:
    with place.locked():
        if (reason := why_not(place.program, "reached")) is not None:
            raise RepositoryError(reason)
        codes = [_proved(place, one) for one in place.sources]
    return 1 if 1 in codes else max(codes)


def _proved(place: Place, one: Source) -> int:
    try:
        result = prove(place.given, place.rclone, one)
    except FAILURES as error:
        sys.stderr.write(f"{one.name}: {error}\n")
        return 2 if isinstance(error, NotRestoredError) else 1
    sys.stdout.write(f"{one.name}: {result['proof']}\n")
    write(place.state / "proved.json", {**place.known("proved"), one.name: result})
    return 0
