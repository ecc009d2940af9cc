"""What an operator asks of a restore, and which declared data that is."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from deploys.backup.choice import RefusedError
from deploys.backup.on_host.files_record import DECLARED, SETTINGS
from deploys.backup.on_host.pgbackrest import VALUES

HOST = "host"
WORDS: Mapping[str, tuple[str, ...]] = {
    "database": ("postgres", "postgresql"),
    "key_value": ("redis", "valkey"),
}
"""What a server's data is called beside its own name."""
ORDER = ("files", "volume", "bucket", "key_value", "database")
"""Of a whole host what others need comes first: servers start with their certificates and keys."""
PARTS: Mapping[str, str] = {"volume": "volume ", "files": ""}
"""What stands before the name of declared data of these kinds."""
SAFE = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True)
class Request:
    """A restore.

    Attributes:
        what: ``postgres``, ``database:N``, ``volume:N``, ``redis``, ``files:N``, or ``host``.
        to: ``latest``, a label of a backup of files, or a time.
        way: ``beside`` or ``replace``.
        place: ``primary`` or ``second``: where the backups are read.
        folder: Where files come beside; empty: a new one of this program's.
    """

    what: str
    to: str
    way: str = "beside"
    place: str = "primary"
    folder: str = ""

    @classmethod
    def of(cls, text: str) -> Request:
        """As JSON has it.

        Raises:
            RefusedError: It is none.
        """
        try:
            given = json.loads(text)
            found = cls(**{name: str(value) for name, value in given.items()})
        except (ValueError, TypeError, AttributeError):
            raise RefusedError("it is no request of a restore", "rig restore --help") from None
        if found.way not in ("beside", "replace") or found.place not in ("primary", "second"):
            raise RefusedError("it is no request of a restore", "rig restore --help")
        if found.folder and not found.folder.startswith("/"):
            raise RefusedError(f"{found.folder} is no absolute path", "a folder such as /srv/restored")
        return found


@dataclass(frozen=True)
class Wanted:
    """Declared data that is restored, or a part of it.

    Attributes:
        word: As an operator names it.
        declared: As the host declares it.
        part: A database of it, or a path in it; empty: all.
    """

    word: str
    declared: Mapping[str, Any]
    part: str = ""

    @property
    def data(self) -> str:
        """Its declared name."""
        return str(self.declared["name"])

    @property
    def kind(self) -> str:
        """Its declared kind."""
        return str(self.declared["kind"])

    @property
    def details(self) -> Mapping[str, str]:
        """What its tools must know."""
        return dict(self.declared["details"])

    @property
    def safe(self) -> str:
        """For the name of a folder."""
        return SAFE.sub("-", self.word).strip("-.") or "data"


def backed_up() -> list[Mapping[str, Any]]:
    """Declared data of which this host has backups."""
    declared = json.loads(Path(DECLARED).read_text(encoding="utf-8"))
    server, files = Path(VALUES).exists(), Path(SETTINGS).exists()
    return [one for one in declared if (server if one["kind"] == "database" else files)]


def resolve(what: str, declared: Sequence[Mapping[str, Any]]) -> list[Wanted]:
    """The data that these words name; pure.

    Raises:
        RefusedError: None is of this name.
    """
    if what == HOST and declared:
        return [
            Wanted(word_of(one), one) for one in sorted(declared, key=lambda one: ORDER.index(one["kind"]))
        ]
    for one in declared:
        if what.lower() in {word_of(one), *WORDS.get(one["kind"], ())} and one["kind"] in WORDS:
            return [Wanted(what, one)]
        if what == word_of(one):
            return [Wanted(what, one)]
    kind, _, name = what.partition(":")
    databases = [one for one in declared if one["kind"] == "database"]
    if kind == "database" and name and databases:
        return [Wanted(what, databases[0], name)]
    if kind == "files" and name.startswith("/"):
        path = os.path.normpath(name)
        for one in declared:
            if one["kind"] == "files" and any(_within(path, folder) for folder in one["paths"]):
                return [Wanted(what, one, path)]
    raise RefusedError(f"there is no backup of {what!r}", ", ".join(words(declared)) or "nothing")


def words(declared: Iterable[Mapping[str, Any]]) -> list[str]:
    """What can be restored, as an operator names it."""
    found = []
    for one in declared:
        found.append(word_of(one))
        found += ["database:NAME"] if one["kind"] == "database" else []
    return [*found, HOST] if found else []


def word_of(one: Mapping[str, Any]) -> str:
    """How an operator names declared data."""
    kind, name = str(one["kind"]), str(one["name"])
    if kind in WORDS:
        return next((word for word in WORDS[kind] if word in name.lower()), name.lower())
    return f"{kind}:{name.removeprefix(PARTS.get(kind, ''))}"


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")


def local() -> timezone:
    """The host's zone, in which a time that names none is read."""
    zone = datetime.now().astimezone().tzinfo
    assert isinstance(zone, timezone)  # noqa: S101  astimezone() makes no other
    return zone
