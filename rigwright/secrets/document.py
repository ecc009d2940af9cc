"""The content of a decrypted store: secrets, whom it is encrypted for, and who lost access when.

All of it is pure. Times are in UTC.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any, cast

from rigwright.errors import RigError
from rigwright.secrets.quality import KINDS, Kind
from rigwright.secrets.recipients import Recipient
from rigwright.secrets.value import Secret

VERSION = 1


@dataclass(frozen=True)
class Entry:
    """A secret with its kind, when its name first appeared, and when its value last changed."""

    secret: Secret
    kind: Kind
    created: datetime
    rotated: datetime

    def age_days(self, now: datetime) -> float:
        """Days since the value last changed."""
        return (now - self.rotated).total_seconds() / 86400


@dataclass(frozen=True)
class Removal:
    """A recipient who could read every value that is older than ``at``."""

    recipient: Recipient
    at: datetime


@dataclass(frozen=True)
class Document:
    """The content of one store."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    recipients: tuple[Recipient, ...] = ()
    removals: tuple[Removal, ...] = ()

    def with_secret(self, secret: Secret, kind: Kind, now: datetime) -> Document:
        """The document with this secret new or in place of the one of the same name."""
        old = self.entries.get(secret.name)
        entry = Entry(secret, kind, created=old.created if old else now, rotated=now)
        return replace(self, entries={**self.entries, secret.name: entry})

    def without(self, name: str) -> Document:
        """The document without the secret of this name."""
        return replace(self, entries={key: entry for key, entry in self.entries.items() if key != name})

    def for_recipients(self, recipients: tuple[Recipient, ...], now: datetime) -> Document:
        """The document for these recipients; an earlier one that is not among them is recorded as removed."""
        keys = {recipient.key for recipient in recipients}
        gone = [Removal(one, now) for one in self.recipients if one.key not in keys]
        kept = [removal for removal in self.removals if removal.recipient.key not in keys]
        return replace(self, recipients=recipients, removals=(*kept, *gone))

    def known_to(self, name: str) -> tuple[Recipient, ...]:
        """Who lost access since the secret was last rotated, and so still knows its value."""
        rotated = self.entries[name].rotated
        return tuple(removal.recipient for removal in self.removals if removal.at >= rotated)


def render(document: Document) -> bytes:
    """The document as JSON."""
    content = {
        "version": VERSION,
        "secrets": {name: _entry_out(entry) for name, entry in sorted(document.entries.items())},
        "recipients": [vars(recipient) for recipient in document.recipients],
        "removals": [{**vars(one.recipient), "at": one.at.isoformat()} for one in document.removals],
    }
    return json.dumps(content, indent=1).encode()


def _entry_out(entry: Entry) -> dict[str, str]:
    out = {"kind": entry.kind, "created": entry.created.isoformat(), "rotated": entry.rotated.isoformat()}
    try:
        return {**out, "value": entry.secret.reveal()}
    except RigError:
        encoded = base64.b64encode(entry.secret.reveal_bytes()).decode()
        return {**out, "value": encoded, "encoding": "base64"}


def parse(content: bytes, file: str) -> Document:
    """The document in the bytes that :func:`render` gave.

    Raises:
        RigError: They are something else. The error and its traceback hold nothing of them.
    """
    document = _load(content)
    del content
    if document is None:
        raise RigError(
            "decrypted, but its content is not what this version of rig writes",
            file=file,
            next_step=f"upgrade rig, or take an earlier version back: git log -- {file}",
        )
    return document


def _load(content: bytes) -> Document | None:
    # json's error carries the whole text, so it must not get out of here, not even as a cause.
    try:
        raw = json.loads(content)
        if raw["version"] != VERSION:
            return None
        return Document(
            entries={name: _entry_in(name, entry) for name, entry in raw["secrets"].items()},
            recipients=tuple(Recipient(one["name"], one["key"]) for one in raw["recipients"]),
            removals=tuple(
                Removal(Recipient(one["name"], one["key"]), _time(one["at"])) for one in raw["removals"]
            ),
        )
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def _entry_in(name: str, raw: Mapping[str, Any]) -> Entry:
    if raw["kind"] not in KINDS:
        raise ValueError(name)
    value = base64.b64decode(raw["value"]) if raw.get("encoding") == "base64" else raw["value"]
    return Entry(Secret(name, value), cast("Kind", raw["kind"]), _time(raw["created"]), _time(raw["rotated"]))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(timezone.utc)
