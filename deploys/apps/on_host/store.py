"""The folder of records: locks, each release's own copy of its settings, and HAProxy's state file."""

from __future__ import annotations

import contextlib
import fcntl
import json
import shutil
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

from deploys.apps.on_host import declared, record
from deploys.apps.on_host.balancer import state_file
from deploys.apps.on_host.declared import Declared, Slot
from deploys.apps.on_host.record import Record, RecordError, Release

QUERY_SECONDS = 5


def _taken(file: IO[str], kind: int, until: float) -> bool:
    while True:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:  # noqa: PERF203  it is tried again
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        else:
            return True


class Store:
    """What is declared and what is recorded on this host."""

    def __init__(self, declared_in: str, records: str, server_state: str) -> None:
        self.declared_in = Path(declared_in)
        self.records = Path(records)
        self.server_state = Path(server_state)

    def apps(self) -> list[Declared]:
        """Every application that is declared."""
        return declared.read(self.declared_in)

    def app(self, name: str) -> Declared:
        """One of them.

        Raises:
            RecordError: It is not declared.
        """
        apps = self.apps()
        for one in apps:
            if one.name == name:
                return one
        names = ", ".join(one.name for one in apps) or "none"
        raise RecordError(f"no application {name} is declared on this host; there are: {names}")

    def record(self, app: str) -> Record:
        """What is recorded of an application."""
        return record.read(self.records, app)

    def save(self, app: str, known: Record) -> None:
        """Record it, on the disk before this returns."""
        record.replace(self.records / f"{app}.json", record.written(known))

    @contextlib.contextmanager
    def locked(self, app: str, *, shared: bool = False) -> Iterator[bool]:
        """Whether nothing changes the application while this program has it; the lock ends with the program.

        Args:
            app: Its name.
            shared: For a query, beside which others may be. A change waits for queries, which are quick.
        """
        with (self.records / f".{app}.lock").open("w", encoding="utf-8") as file:
            until = time.monotonic() + (0 if shared else QUERY_SECONDS)
            yield _taken(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX, until)

    def write_server_state(self) -> None:
        """Write by the records which slots take requests, for HAProxy's next start."""
        with (self.records / ".haproxy.lock").open("w", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            apps = self.apps()
            wanted = {slot for app in apps for slot in declared.serving(app, self.record(app.name))}
            slots = [slot for app in apps for slot in self._slots(app)]
            record.replace(self.server_state, state_file(slots, wanted))

    def _slots(self, app: Declared) -> list[Slot]:
        """Its slots, at the ports that containers of the live release have: they keep them until the next."""
        live, found = (
            self.record(app.name).live,
            {(one.backend, one.name): one for one in declared.slots(app)},
        )
        with contextlib.suppress(RecordError):
            own = self.settings(app.name, live) if live else app
            kept = {(one.backend, one.name): one for one in declared.slots(own)}
            found.update({key: kept[key] for key in declared.of(app, live) if key in found and key in kept})
        return list(found.values())

    def _folder(self, app: str, release: Release) -> Path:
        return self.records / "releases" / app / str(release.number)

    def keep_settings(self, app: Declared, release: Release) -> None:
        """Give a release its own copy of the settings and secrets that are declared."""
        folder = self._folder(app.name, release)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise RecordError(f"{folder} cannot be made: {error}") from error
        for number, content in enumerate(dict(sorted(app.raw["files"].items())).values()):
            path = folder / f"file{number}"
            record.replace(path, content)
            path.chmod(0o644)
        record.replace(folder / "app.json", json.dumps(app.raw))
        record.replace(folder / "secrets.json", json.dumps(dict(app.secrets)))

    def settings(self, app: str, release: Release) -> Declared:
        """The settings that a release was made with.

        Raises:
            RecordError: They cannot be read.
        """
        folder = self._folder(app, release)
        try:
            raw = json.loads((folder / "app.json").read_text(encoding="utf-8"))
            return Declared(app, raw, json.loads((folder / "secrets.json").read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise RecordError(f"the settings of release {release.number} are gone: {folder}") from error

    def files(self, app: Declared, release: Release) -> dict[str, str]:
        """Path on the host of each configuration file of a release, by path in its containers."""
        folder = self._folder(app.name, release)
        return {
            inside: str(folder / f"file{number}") for number, inside in enumerate(sorted(app.raw["files"]))
        }

    def keep_output(self, app: str, text: str) -> None:
        """What the instances of the last refused release printed, for root alone."""
        path = self.records / f"{app}.refused.log"
        path.touch(mode=0o600)
        record.replace(path, text)

    def forget_all_but(self, app: str, kept: Collection[int]) -> None:
        """Remove the copies of settings of all other releases."""
        for folder in (self.records / "releases" / app).glob("*"):
            if folder.name.isdigit() and int(folder.name) not in kept:
                shutil.rmtree(folder, ignore_errors=True)
