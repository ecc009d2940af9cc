"""What a host knows of the backups of some data, out of what its tool prints. Pure.

The tool prints one JSON object. Times are seconds since the epoch.

- ``at``: when the repository was read last, or null.
- ``backups``, oldest first, each with ``label``, ``kind``, ``at`` (when it ended), ``bytes`` (of what it
  holds), ``stored_bytes`` (that it takes alone), ``proved_at`` (when a restore of it succeeded, or null) and
  ``proof`` (what was found in it, or null).
- ``problems``: one line for each thing that keeps the data from coming back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from rigwright.errors import RigError


@dataclass(frozen=True)
class Backup:
    """A backup.

    Attributes:
        label: Its name in the repository.
        kind: Such as ``full``.
        at: When it ended.
        bytes: Of what it brings back.
        stored_bytes: That it takes in the repository, without those that it depends on.
        proved: When a restore of it succeeded in a trial.
        proof: What was found in it then.
    """

    label: str
    kind: str
    at: datetime
    bytes: int
    stored_bytes: int
    proved: datetime | None
    proof: str | None


@dataclass(frozen=True)
class Known:
    """What is known of the backups of some data.

    Attributes:
        at: When the repository was read last; None: never.
        backups: Oldest first.
        problems: What keeps the data from coming back as promised, one line each.
    """

    at: datetime | None
    backups: tuple[Backup, ...]
    problems: tuple[str, ...]


def known(text: str, host: str) -> Known:
    """What a tool's output shows.

    Raises:
        RigError: It cannot be read.
    """
    try:
        raw = json.loads(text)
        return Known(
            _moment(raw["at"]), tuple(map(_backup, raw["backups"])), tuple(map(str, raw["problems"]))
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise RigError(
            "what it knows of its backups cannot be read", host=host, next_step=f"rig plan --limit {host}"
        ) from error


def _backup(raw: Mapping[str, Any]) -> Backup:
    at = _moment(raw["at"])
    if at is None:
        raise ValueError("a backup without a time")
    return Backup(
        str(raw["label"]),
        str(raw["kind"]),
        at,
        int(raw["bytes"]),
        int(raw["stored_bytes"]),
        _moment(raw["proved_at"]),
        None if raw["proof"] is None else str(raw["proof"]),
    )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, timezone.utc)
