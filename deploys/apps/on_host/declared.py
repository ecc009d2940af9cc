"""The applications that apply declared on this host, and the slots that a record of theirs comes to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploys.apps.on_host.record import Record, RecordError, Release

OF_CONTAINERS = ("command", "port", "memory", "memory_reservation", "cpus", "instances")
"""What of a process its containers are made from; all else is of the release itself, or of HAProxy."""
SECRETS = ".secrets.json"


@dataclass(frozen=True)
class Declared:
    """An application as its description has it.

    Attributes:
        name: Its name.
        raw: The description.
        secrets: Variables whose values are secrets.
    """

    name: str
    raw: Mapping[str, Any]
    secrets: Mapping[str, str]

    def __repr__(self) -> str:
        """Without secrets."""
        return f"Declared({self.name!r})"

    @property
    def processes(self) -> Mapping[str, Mapping[str, Any]]:
        """Its processes by name."""
        found: Mapping[str, Mapping[str, Any]] = self.raw["processes"]
        return found

    @property
    def settings(self) -> str:
        """The digest of all that its containers are made from, secrets included."""
        made_from = {
            "processes": {
                name: {key: one[key] for key in OF_CONTAINERS} for name, one in self.processes.items()
            },
            "image": self.raw["image"],
            "variables": self.raw["variables"],
            "files": self.raw["files"],
            "secrets": dict(self.secrets),
        }
        return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Slot:
    """A place of an instance.

    Attributes:
        backend: What HAProxy calls the process.
        name: What it calls the place: the release's side and a number.
        port: On 127.0.0.1.
        container: The name of its container.
    """

    backend: str
    name: str
    port: int
    container: str


def read(folder: Path) -> list[Declared]:
    """Every application that is declared.

    Raises:
        RecordError: A description cannot be read.
    """
    found = []
    for path in sorted(folder.glob("*.json")):
        beside = path.with_name(path.stem + SECRETS)
        if path.name.endswith(SECRETS) or not beside.exists():  # not of apply's: it writes both at once
            continue
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            secrets = json.loads(beside.read_text(encoding="utf-8"))
            found.append(Declared(str(raw["name"]), raw, secrets))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RecordError(
                f"{path} cannot be read: {type(error).__name__}; apply writes it anew"
            ) from error
    return found


def slots(app: Declared) -> Iterator[Slot]:
    """Every place that an instance of it can have."""
    for process, one in app.processes.items():
        for name, port in one["slots"].items():
            yield Slot(f"{app.name}-{process}", name, int(port), container(app.name, process, name))


def container(app: str, process: str, slot: str) -> str:
    """The name of the container at a slot."""
    return f"rig-{app}-{process}-{slot}"


def of(app: Declared, release: Release | None) -> frozenset[tuple[str, str]]:
    """Backend and name of each slot that a release has."""
    if release is None:
        return frozenset()
    return frozenset(
        (f"{app.name}-{process}", f"{release.side}{number}")
        for process, count in release.instances.items()
        for number in range(1, count + 1)
    )


def serving(app: Declared, record: Record) -> frozenset[tuple[str, str]]:
    """Backend and name of each slot that takes requests by the record."""
    change = record.change
    return of(app, change.new if change and change.step == "switching" else record.live)
