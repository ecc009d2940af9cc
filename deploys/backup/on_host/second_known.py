"""The second place as the host has it, and what is known of the copy there; it asks no network."""

from __future__ import annotations

import contextlib
import fcntl
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploys.backup.on_host.rclone import Rclone
from deploys.backup.on_host.repository import record_of
from deploys.backup.on_host.second_sources import SETTINGS, Source, sources
from deploys.backup.on_host.versions_kept import unversioned
from deploys.backup.trimming import DAY_SECONDS


@dataclass(frozen=True)
class Place:
    """The second place, as the host's settings have it.

    Attributes:
        program: What says whether it is there and this host's.
        target: Where it is, as rclone writes it.
        delay: Seconds for which a file must be gone from the first place before its copy is deleted.
    """

    program: str
    target: str
    state: Path
    rclone: Rclone
    delay: float
    sources: list[Source]
    given: dict[str, Any]

    @classmethod
    def read(cls) -> Place:
        """As the host has it."""
        given = json.loads(Path(SETTINGS).read_text(encoding="utf-8"))
        state = Path(given["state"])
        rclone = Rclone(state, tuple(given["authorities"]), given["bandwidth"])
        delay = given["delete_after_days"] * DAY_SECONDS
        return cls(given["program"], given["target"], state, rclone, delay, sources(given), given)

    def known(self, name: str) -> dict[str, Any]:
        """A record; empty where there is none."""
        return record_of(self.state, name)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """One at a time: the second waits, as long as its unit may."""
        with (self.state / "lock").open("w", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def known(place: Place) -> int:
    """As ``rigwright/backup/known.py`` has it: a copy is as old as the older of its repositories' copies."""
    every, proved = place.known("copies"), place.known("proved")
    mine = [every.get(one.name, {"copies": [], "problem": ""}) for one in place.sources]
    last = [one["copies"][-1] for one in mine if one["copies"]]
    whole = len(last) == len(place.sources)
    proofs = [proved[one.name] for one in place.sources if one.name in proved]
    all_proved = whole and len(proofs) == len(place.sources)
    backups = []
    if whole:
        oldest = min(one["at"] for one in last)
        backups = [
            {
                "label": time.strftime("%Y%m%d-%H%M%S", time.gmtime(oldest)),
                "kind": "copy",
                "at": oldest,
                "bytes": sum(one["bytes"] for one in last),
                "stored_bytes": sum(one["bytes"] for one in last),
                "proved_at": min(one["at"] for one in proofs) if all_proved else None,
                "proof": "; ".join(one["proof"] for one in proofs) if all_proved else None,
            }
        ]
    at = max((one["at"] for one in last), default=None)
    found = {"at": at, "backups": backups, "problems": [*_problems(place)]}
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


def _problems(place: Place) -> Iterator[str]:
    seen = place.known("place")
    if not seen:
        yield f"{place.target} was never reached: sudo {place.program} ready"
    elif seen["reached"] != "yes":
        yield seen["reason"]
    elif seen["owner"] != "this host":
        yield f"{seen['place']} is not marked as this host's: nothing is copied"
    yield from unversioned(place.state, place.program)
    every = place.known("copies")
    for one in place.sources:
        if problem := every.get(one.name, {}).get("problem"):
            yield f"{one.name} was not copied: {problem}"
        if refused := place.known(f"gone-{one.name}").get("refused"):
            yield f"{one.name}: {refused}"
