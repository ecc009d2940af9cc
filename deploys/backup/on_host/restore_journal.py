"""The journal of restores on this host: what is being done, how long each step took, and where one ended.

It is the state of a restore: one that was killed is taken up again by it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploys.backup.on_host.repository import RepositoryError, write

FOLDER = Path("/var/lib/rigwright-restore")
JOURNAL = FOLDER / "journal.json"
PAST = FOLDER / "past.json"
LOCK = FOLDER / "lock"
KEPT_RESTORES = 100


@dataclass
class Journal:
    """One restore.

    Attributes:
        held: What is written down; ``steps`` are those that ended, by name.
        item: Which of its items is restored.
    """

    held: dict[str, Any]
    item: str = ""

    @classmethod
    def begin(cls, request: Mapping[str, str], items: Sequence[Mapping[str, Any]]) -> Journal:
        """A new one."""
        now = time.time()
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(now))
        held = {
            "id": stamp,
            "request": dict(request),
            "items": [dict(one) for one in items],
            "state": "running",
            "begun": now,
            "ended": None,
            "code": None,
            "error": None,
            "steps": [],
            "lines": [],
            "facts": {},
            "measured": [],
        }
        found = cls(held)
        found.save()
        return found

    @classmethod
    def read(cls) -> Journal | None:
        """The last one."""
        try:
            return cls(json.loads(JOURNAL.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return None

    def save(self) -> None:
        """Write it down, so that it is there after a power cut too."""
        write(JOURNAL, self.held)
        with JOURNAL.open("rb") as file:
            os.fsync(file.fileno())

    @property
    def stamp(self) -> str:
        """When it was begun, for the names of folders."""
        return str(self.held["id"])

    def say(self, line: str) -> None:
        """A line for whoever follows it."""
        sys.stdout.write(f"{line}\n")
        self.held["lines"].append(line)
        self.save()

    def fact(self, name: str, make: Callable[[], Any]) -> Any:
        """A value that is found out once, and stays the same where the restore is taken up again."""
        facts = self.held["facts"].setdefault(self.item, {})
        if name not in facts:
            facts[name] = make()
            self.save()
        return facts[name]

    def ended(self, name: str) -> bool:
        """Whether a step of this item ended."""
        return any(
            (one["item"], one["name"]) == (self.item, name) and one["ended"] for one in self.held["steps"]
        )

    def begun(self, name: str) -> bool:
        """Whether a step of this item was begun."""
        return any((one["item"], one["name"]) == (self.item, name) for one in self.held["steps"])

    def step(self, name: str, do: Callable[[], str | None]) -> None:
        """Do it where it did not end before; ``do`` may have been killed at any point, and returns a line."""
        if self.ended(name):
            return
        now = time.time()
        entry = {"item": self.item, "name": name, "begun": now, "ended": None, "seconds": None, "said": None}
        self.held["steps"] = [
            one for one in self.held["steps"] if (one["item"], one["name"]) != (self.item, name)
        ]
        self.held["steps"].append(entry)
        self.save()
        started = time.monotonic()
        said = do()
        entry.update(ended=time.time(), seconds=round(time.monotonic() - started, 1), said=said)
        self.say(f"{name}: {said or 'done'} ({entry['seconds']} s)")

    def end(self, state: str, code: int, error: str | None = None) -> None:
        """Write down how it ended."""
        now = time.time()
        self.held.update(state=state, code=code, error=error, ended=now)
        self.held["seconds"] = round(now - self.held["begun"], 1)
        self.save()


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One restore at a time.

    Raises:
        RepositoryError: Another one runs.
    """
    with LOCK.open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RepositoryError("a restore runs: wait until it has ended") from None
        yield


def runs() -> bool:
    """Whether one runs at this moment."""
    if not LOCK.exists():
        return False
    try:
        with alone():
            return False
    except RepositoryError:
        return True


def past(word: str) -> list[tuple[int, float]]:
    """Bytes and seconds of restores of this before, oldest first."""
    return [(one["bytes"], one["seconds"]) for one in _past() if one["what"] == word]


def remember(word: str, size: int, seconds: float) -> None:
    """Keep how long it took."""
    one = {"what": word, "bytes": size, "seconds": seconds, "at": int(time.time())}
    write(PAST, [*_past(), one][-KEPT_RESTORES:])


def _past() -> list[dict[str, Any]]:
    try:
        found: list[dict[str, Any]] = json.loads(PAST.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return found
