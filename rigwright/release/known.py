"""What a host records of an application's releases, out of what its tool prints. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from rigwright.errors import RigError

Steps = tuple[tuple[str, datetime], ...]


@dataclass(frozen=True)
class Version:
    """A release.

    Attributes:
        number: It counts up for each application.
        digest: Its image's.
        at: When it went live; None: not yet.
    """

    number: int
    digest: str
    at: datetime | None


@dataclass(frozen=True)
class Run:
    """A release or rollback, under way or over.

    Attributes:
        id: Whoever started it knows it by this.
        kind: ``release`` or ``rollback``.
        by: Who started it.
        version: What it was about.
        steps: Those that began, each with when.
        outcome: ``live`` or ``refused``; empty while it is under way.
        why: Why it was refused, or what it cut.
        ended: When; None while it is under way.
        skipped: Checks that were not made, each with the reason.
    """

    id: str
    kind: str
    by: str
    version: Version
    steps: Steps
    outcome: str = ""
    why: str = ""
    ended: datetime | None = None
    skipped: Mapping[str, str] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """From its beginning to its end, or to its latest step."""
        return ((self.ended or self.steps[-1][1]) - self.steps[0][1]).total_seconds()


@dataclass(frozen=True)
class Known:
    """What is recorded of an application.

    Attributes:
        app: Its name.
        settings: Whether what serves has today's settings, in words.
        waits: Whether it has not.
        live: What serves.
        previous: What served before.
        kept: What one can go back to.
        under_way: The change that runs at this moment.
        cut_off: A change that ended without its end being recorded.
        history: What is over, oldest first.
    """

    app: str
    settings: str
    waits: bool
    live: Version | None
    previous: Version | None
    kept: tuple[Version, ...]
    under_way: Run | None
    cut_off: Run | None
    history: tuple[Run, ...]

    def run(self, id_: str) -> Run | None:
        """A change by its id, over or under way."""
        found = (*self.history, self.under_way, self.cut_off)
        return next((one for one in found if one and one.id == id_), None)


def known(text: str, host: str) -> tuple[Known, ...]:
    """What a tool prints of each application.

    Raises:
        RigError: It cannot be read.
    """
    try:
        return tuple(map(_known, json.loads(text)))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError, IndexError) as error:
        raise RigError(
            "what it knows of releases cannot be read", host=host, next_step=f"rig drift --limit {host}"
        ) from error


def _known(raw: Mapping[str, Any]) -> Known:
    change = None
    if raw["change"]:
        given = raw["change"]
        version, steps = _version(given["new"]), _steps(given["steps"])
        change = Run(given["id"], given["kind"], given["by"], version, steps, skipped=_skipped(given))
    return Known(
        str(raw["app"]),
        str(raw["settings"]),
        not str(raw["settings"]).startswith("has "),
        _version(raw["live"]) if raw["live"] else None,
        _version(raw["previous"]) if raw["previous"] else None,
        tuple(map(_version, raw["kept"])),
        change if raw["under_way"] else None,
        None if raw["under_way"] else change,
        tuple(map(_event, raw["history"])),
    )


def _event(raw: Mapping[str, Any]) -> Run:
    version = Version(int(raw["number"]), str(raw["digest"]), None)
    ended = _moment(raw["ended"])
    steps, skipped = _steps(raw["steps"]), _skipped(raw)
    return Run(raw["id"], raw["kind"], raw["by"], version, steps, raw["outcome"], raw["why"], ended, skipped)


def _skipped(raw: Mapping[str, Any]) -> dict[str, str]:
    """Of a record that is older than checks, none."""
    return {str(name): str(reason) for name, reason in raw.get("skipped", {}).items()}


def _version(raw: Mapping[str, Any]) -> Version:
    return Version(int(raw["number"]), str(raw["digest"]), _moment(raw["at"]) if raw["at"] else None)


def _steps(raw: list[list[Any]]) -> Steps:
    return tuple((str(name), _moment(at)) for name, at in raw)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc)
