"""What is recorded of an application: the release that serves, the one before it, the change under way.

The file is written whole, flushed to the disk and renamed before each act, so that it names what was meant
whenever power or the program ends.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


class RecordError(Exception):
    """The record, or what is declared, cannot be read or written."""


@dataclass(frozen=True)
class Release:
    """A version of an application with the settings and secrets that it has.

    Attributes:
        number: It counts up from 1 for each application.
        digest: The image's, such as ``sha256:…``.
        settings: Of what its containers are made from, secrets included.
        side: ``a`` or ``b``: which half of the slots it has.
        instances: How many of each process.
        at: When it went live, in seconds of Unix time; 0: not yet.
    """

    number: int
    digest: str
    settings: str
    side: str
    instances: Mapping[str, int]
    at: float

    @property
    def name(self) -> str:
        """What its instances name themselves by: the variable RELEASE."""
        return self.digest.partition(":")[2][:12]


@dataclass(frozen=True)
class Change:
    """A release under way.

    Attributes:
        id: Whoever started it knows it by this.
        kind: ``release`` or ``rollback``.
        by: Who started it.
        since: When, in seconds of Unix time.
        new: The release that shall serve.
        steps: Each step that began, with when. The last one is under way.
        skipped: Checks that were not made, each with the reason.
    """

    id: str
    kind: str
    by: str
    since: float
    new: Release
    steps: tuple[tuple[str, float], ...]
    skipped: Mapping[str, str] = field(default_factory=dict)

    @property
    def step(self) -> str:
        """The one that is under way."""
        return self.steps[-1][0]


@dataclass(frozen=True)
class Event:
    """A change that ended.

    Attributes:
        id: As :class:`Change` has it; so ``kind``, ``by``, ``since`` and ``steps``.
        number: Of the release that it was about.
        digest: That one's image.
        outcome: ``live``, or ``refused``: what served before serves.
        why: Why it was refused, and what was cut.
        ended: When.
        skipped: As :class:`Change` has it.
    """

    id: str
    kind: str
    by: str
    since: float
    steps: tuple[tuple[str, float], ...]
    number: int
    digest: str
    outcome: str
    why: str
    ended: float
    skipped: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """What is recorded of one application.

    Attributes:
        live: The release that serves; None: none does.
        previous: The one that served before.
        change: What is under way.
        kept: Good releases to go back to, newest last, ``live`` and ``previous`` among them.
        last_number: The highest number that a release was given.
        history: What ended, oldest first.
    """

    live: Release | None = None
    previous: Release | None = None
    change: Change | None = None
    kept: tuple[Release, ...] = ()
    last_number: int = 0
    history: tuple[Event, ...] = ()


def parsed(text: str) -> Record:
    """The record in a file's text.

    Raises:
        RecordError: It is none.
    """
    try:
        raw = json.loads(text)
        change = raw["change"]
        return Record(
            _release(raw["live"]),
            _release(raw["previous"]),
            None if change is None else Change(**{**change, **_times(change), "new": _some(change["new"])}),
            tuple(map(_some, raw["kept"])),
            int(raw["last_number"]),
            tuple(Event(**{**one, **_times(one)}) for one in raw["history"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecordError(f"is damaged: {error!r}") from error


def _times(raw: Mapping[str, Any]) -> dict[str, Any]:
    steps = tuple((str(name), float(at)) for name, at in raw["steps"])
    if not steps:
        raise ValueError("a change without a step")
    return {"steps": steps}


def _release(raw: Mapping[str, Any] | None) -> Release | None:
    return None if raw is None else _some(raw)


def _some(raw: Mapping[str, Any]) -> Release:
    instances = {str(name): int(count) for name, count in raw["instances"].items()}
    side = str(raw["side"])
    if side not in ("a", "b"):
        raise ValueError(f"side {side}")
    return Release(
        int(raw["number"]), str(raw["digest"]), str(raw["settings"]), side, instances, float(raw["at"])
    )


def written(record: Record) -> str:
    """The text of its file."""
    return json.dumps(asdict(record), indent=1, sort_keys=True) + "\n"


def read(folder: Path, app: str) -> Record:
    """What is recorded of an application; nothing where there was no release.

    Raises:
        RecordError: The file cannot be read.
    """
    path = folder / f"{app}.json"
    try:
        return parsed(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Record()
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"{path} cannot be read: {error}") from error
    except RecordError as error:
        raise RecordError(f"{path} {error}") from error


def replace(path: Path, text: str) -> None:
    """Write a file so that it is the old or the new one, whatever ends this.

    Raises:
        RecordError: It cannot be written, as on a full disk; the old one is there.
    """
    new = path.with_name(f".{path.name}.new")
    try:
        with new.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.rename(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise RecordError(f"{path} cannot be written: {error}") from error
