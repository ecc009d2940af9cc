"""One database out of a restored cluster, brought into the running server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploys.backup.choice import LATEST
from deploys.backup.on_host.in_place import InPlace
from deploys.backup.on_host.replace import Swap
from deploys.backup.on_host.repository import RepositoryError
from deploys.backup.on_host.restore_journal import Journal
from deploys.backup.on_host.restore_request import Request, Wanted
from deploys.backup.on_host.restore_server import checked, flushed, locked, restored
from deploys.backup.on_host.server import LIVE, Server

NAME_BYTES = 63
"""Of a name in PostgreSQL (NAMEDATALEN - 1)."""


def dated(name: str, word: str, stamp: str) -> str:
    """A name beside another one, cut to what PostgreSQL takes."""
    end = f"_{word}_{stamp.replace('-', '_')}"
    return name.encode()[: NAME_BYTES - len(end)].decode(errors="ignore") + end


def quoted(name: str) -> str:
    """As an identifier."""
    return '"' + name.replace('"', '""') + '"'


def copy(journal: Journal, one: Wanted, item: Mapping[str, Any], request: Request) -> None:
    """Restore into the scratch cluster, and copy the database into the server under a dated name."""
    server = Server.of(request)
    scratch = Path(server.given["scratch"])
    new = dated(one.part, "restored", journal.stamp)
    with locked(server):
        journal.step("last log out", lambda: flushed(server))
        journal.step("restore", lambda: restored(server, scratch, item, lasting=False))
        journal.step("check", lambda: checked(server, scratch))
        journal.step("copy", lambda: copied(server, scratch, one.part, new))
        journal.step("clear away", lambda: stopped(server))
    journal.say(f"{one.word}: is the database {new}")


def copied(server: Server, scratch: Path, name: str, new: str) -> str:
    """Copy one database of the scratch cluster with its owner, rights and settings.

    Raises:
        RepositoryError: It is not in it, or did not come over whole.
    """
    there = server.sql("SELECT datname FROM pg_database", str(scratch)).splitlines()
    if name in there:
        # There it may have any name, and the dump creates it under that one.
        server.sql(f"ALTER DATABASE {quoted(name)} RENAME TO {quoted(new)}", str(scratch))
    elif new not in there:
        raise RepositoryError(f"there was no database {name} at that moment, only {', '.join(there)}")
    server.sql(f"DROP DATABASE IF EXISTS {quoted(new)}")
    server.run(f"{server.given['tools']}/copy-database", str(scratch), new)
    before, after = server.counts(str(scratch)).get(new), server.counts(LIVE).get(new)
    if before is None or before != after:
        raise RepositoryError(f"{new} has {after} tables and rows, and {before} were restored")
    return f"{before.split()[1]} rows in {before.split()[0]} tables"


def stopped(server: Server) -> str | None:
    """Take the scratch cluster away."""
    server.run(f"{server.given['tools']}/restore-at", "stop")
    return None


@dataclass
class DatabaseInPlace(InPlace):
    """One database in the place of the one of its name: two renames in one transaction."""

    def steps(self) -> Iterable[tuple[str, Callable[[], str | None]]]:
        """For the end of the log what writes stops first."""
        stop = ("stop", self.stop)
        before, after = ([stop], []) if self.item["to"] == LATEST else ([], [stop])
        return (
            *before,
            ("last log out", lambda: flushed(self.server)),
            ("restore", self.restore),
            ("check", self.check),
            ("copy", self.copy),
            *after,
            ("switch", self.switch),
            ("test", self.test),
            ("resume", self.resume),
            ("clear away", self.clear_away),
        )

    @property
    def server(self) -> Server:
        """The running one."""
        return Server.of(self.request)

    @property
    def scratch(self) -> Path:
        """Where the cluster is restored."""
        return Path(self.server.given["scratch"])

    @property
    def new(self) -> str:
        """The name of the restored one until it is in its place."""
        return dated(self.one.part, "restored", self.journal.stamp)

    @property
    def kept(self) -> str:
        """The name of the old one."""
        return dated(self.one.part, "before", self.journal.stamp)

    def units(self) -> list[str]:
        """None: the server runs on."""
        return []

    def restore(self) -> str | None:
        """The whole cluster, beside."""
        with locked(self.server):
            return restored(self.server, self.scratch, self.item, lasting=False)

    def check(self) -> str | None:
        """Every index and row."""
        self.server.run(f"{self.server.given['tools']}/restore-at", "start", str(self.scratch))
        return checked(self.server, self.scratch)

    def copy(self) -> str | None:
        """Into the running server."""
        self.server.run(f"{self.server.given['tools']}/restore-at", "start", str(self.scratch))
        return copied(self.server, self.scratch, self.one.part, self.new)

    def swaps(self) -> list[Swap]:
        """No file is renamed."""
        return []

    def _there(self) -> list[str]:
        return self.server.sql("SELECT datname FROM pg_database").splitlines()

    def switch(self) -> str | None:
        """Both names at once; whoever is connected to the old one is cut off."""
        if self.new in self._there():
            self._rename(self.one.part, self.kept, self.new)
        return f"the old one is {self.kept}" if self.kept in self._there() else None

    def _rename(self, name: str, away: str, new: str) -> None:
        """One goes and the other comes; one that is not there need not go."""
        lines = [f"ALTER DATABASE {quoted(new)} RENAME TO {quoted(name)};"]
        if name in self._there():
            self.server.sql(f"ALTER DATABASE {quoted(name)} ALLOW_CONNECTIONS false")
            literal = name.replace("'", "''")
            self.server.sql(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{literal}'"  # noqa: S608
            )
            lines.insert(0, f"ALTER DATABASE {quoted(name)} RENAME TO {quoted(away)};")
        self.server.sql(f"BEGIN; {' '.join(lines)} COMMIT")
        for one in {name, away} & {*self._there()}:
            self.server.sql(f"ALTER DATABASE {quoted(one)} ALLOW_CONNECTIONS true")

    def test(self) -> str | None:
        """It takes statements."""
        counts = self.server.counts(LIVE)[self.one.part].split()
        return f"{counts[1]} rows in {counts[0]} tables"

    def take_back(self) -> None:
        """Put the old one back, and drop what was copied."""
        if self.journal.begun("switch") and self.kept in self._there():
            self._rename(self.one.part, self.new, self.kept)
        if self.journal.begun("stop"):
            self.resume()
        if self.new in self._there():
            self.server.sql(f"DROP DATABASE {quoted(self.new)}")
        self.clear_away()

    def work(self) -> list[Path]:
        """None: the scratch cluster takes itself away."""
        return []

    def clear_away(self) -> str | None:
        """The scratch cluster."""
        return stopped(self.server)
