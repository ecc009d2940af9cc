"""PostgreSQL of this host for a restore: its commands, and how far its log goes."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploys.backup.choice import Base, Moment, Range, RefusedError, names, ranges
from deploys.backup.on_host.pgbackrest import DEADLINE_SECONDS, PgBackRest, values
from deploys.backup.on_host.repository import RepositoryError, why_not
from deploys.backup.on_host.repository import reached as reachable
from deploys.backup.on_host.restore_request import Request
from deploys.backup.on_host.second_sources import SETTINGS

SECOND = "/etc/rigwright/backup/pgbackrest-second.conf"
"""The configuration of pgBackRest that reads the second place."""
AS_POSTGRES = ("/usr/sbin/runuser", "-u", "postgres", "--")
PUSHED_SECONDS = 300
"""A segment that takes longer to the repository waits for what does not come."""
LIVE = "/run/postgresql"
SWITCH = re.compile(r"\d+\t([0-9A-F]+)/([0-9A-F]+)\t.*")
"""The last line of a timeline's history: where it left the one before."""
GRAVE = re.compile(r"\b(FATAL|PANIC|ERROR)\b")
COMMIT = re.compile(r"last completed transaction was at log time ([0-9-]+ [0-9:.]+)")


@dataclass(frozen=True)
class Server:
    """PostgreSQL of this host, and where its backups are read.

    Attributes:
        given: What the host's programs know.
        place: ``primary`` or ``second``.
    """

    given: Mapping[str, str]
    place: str

    @classmethod
    def of(cls, request: Request) -> Server:
        """The one that the request is for.

        Raises:
            RefusedError: There is no second place.
            RepositoryError: The repository is away.
        """
        found = cls(values(), request.place)
        if request.place == "primary":
            reachable(f"{found.given['tools']}/repository")
        elif not Path(SECOND).exists():
            raise RefusedError("there is no second place of backups of PostgreSQL", "--from primary")
        elif (folder := _fetched()) and not Path(folder).exists():
            possible = f"--from primary, or first on the host: {found.given['tools']}/second fetch {folder}"
            raise RefusedError("the copy of PostgreSQL's backups is not on this host", possible)
        return found

    @property
    def is_own(self) -> bool:
        """Whether this server's log goes there; on a host that was built again it does not yet."""
        return self.place == "primary" and why_not(f"{self.given['tools']}/repository") is None

    @property
    def config(self) -> str:
        """The configuration that pgBackRest reads."""
        return SECOND if self.place == "second" else self.given["config"]

    @property
    def repository(self) -> PgBackRest:
        """Its commands, as postgres."""
        return PgBackRest(self.given["stanza"], self.config, AS_POSTGRES)

    def run(self, *words: str, seconds: int = DEADLINE_SECONDS, quiet: bool = False) -> str:
        """What a program prints that runs as postgres.

        Raises:
            RepositoryError: It failed.
        """
        done = subprocess.run(
            [*AS_POSTGRES, *words],
            cwd="/",
            env={"PATH": f"{self.given['programs']}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
        if done.returncode and not quiet:
            lines = (done.stderr or done.stdout).strip().splitlines()
            grave = [line for line in lines if GRAVE.search(line)] or lines[-3:]
            raise RepositoryError(f"{Path(words[0]).name}: {' '.join(grave) or done.returncode}")
        return done.stdout.strip()

    def sql(self, statement: str, where: str = LIVE, database: str = "postgres", *more: str) -> str:
        """What a server prints for a statement; the running one, or one on another socket."""
        port = self.given["port"] if where == LIVE else "5432"
        words = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", where, "-p", port]
        return self.run(*words, "-d", database, *more, *(["-c", statement] if statement else []))

    def responds(self) -> bool:
        """Whether the running server takes statements."""
        try:
            return self.sql("SELECT 1") == "1"
        except (RepositoryError, subprocess.SubprocessError):
            return False

    def ranges(self) -> list[Range]:
        """What can be restored, oldest backup first."""
        now = int(time.time())
        log = self.repository.log(self.repository.info(), int(self.given["segment_bytes"]))
        segments = names(log.files)
        bases = [
            Base(
                one["label"],
                int(one["timestamp"]["stop"]),
                int(one["info"]["size"]),
                one["archive"]["start"],
                one["archive"]["stop"],
            )
            for one in log.backups
            if int(one["timestamp"]["stop"]) <= now
        ]
        live = self.is_own and self.responds()
        return ranges(bases, segments, log.gaps, now if live else max(segments.values(), default=0))

    def last(self) -> str:
        """The last segment in the repository."""
        log = self.repository.log(self.repository.info(), int(self.given["segment_bytes"]))
        return max(names(log.files), default="")

    def flush(self) -> None:
        """Have all that was committed until this moment brought into the repository.

        Raises:
            RepositoryError: It does not get there.
        """
        # Replay ends at a time only where a transaction came after it.
        self.sql("SELECT txid_current()")
        name = self.sql("SELECT pg_walfile_name(pg_switch_wal())")
        waits = f"SELECT coalesce(max(last_archived_wal), '') < '{name}' FROM pg_stat_archiver"  # noqa: S608
        until = time.monotonic() + PUSHED_SECONDS
        while self.sql(waits) == "t":
            if time.monotonic() > until:
                raise RepositoryError(f"{name} does not reach the repository: rig backup status")
            time.sleep(0.3)

    def counts(self, where: str = LIVE) -> dict[str, str]:
        """Tables and rows of each database, by its name."""
        databases = self.sql("SELECT datname FROM pg_database WHERE datallowconn", where).splitlines()
        rows = f"{self.given['tools']}/content.sql"
        return {name: self.sql("", where, name, "-F", " ", "-f", rows) for name in databases}

    def intact(self, where: str) -> None:
        """Read every index and table of every database.

        Raises:
            RepositoryError: Something is damaged.
        """
        for name in self.sql("SELECT datname FROM pg_database WHERE datallowconn", where).splitlines():
            if found := self.sql("", where, name, "-f", f"{self.given['tools']}/amcheck.sql"):
                raise RepositoryError(f"{name} is damaged: {found.splitlines()[0]}")


def _fetched() -> str:
    """Where a copy that pgBackRest cannot read in its place is brought first; empty: it reads it there."""
    return str(json.loads(Path(SETTINGS).read_text(encoding="utf-8"))["fetched"])


def options(chosen: Range, to: Moment) -> Sequence[str]:
    """What pgBackRest is given to restore this moment."""
    if to.at is None:
        return (f"--set={chosen.base.label}", "--type=default")
    return (f"--set={chosen.base.label}", "--type=time", f"--target={to.text}")


def replayed(data: Path) -> int:
    """Where the log ended that a cluster has replayed, as a number of bytes.

    Raises:
        RepositoryError: It did not end recovery.
    """
    histories = sorted((data / "pg_wal").glob("*.history"))
    lines = histories[-1].read_text(encoding="utf-8").strip().splitlines() if histories else []
    found = SWITCH.match(lines[-1]) if lines else None
    if found is None:
        raise RepositoryError("it is unknown how far the log was replayed")
    return int(found[1], 16) * 2**32 + int(found[2], 16)


def whole(data: Path, last: str, segment_bytes: int) -> None:
    """Nothing, where the log was replayed into the last segment that there is.

    Raises:
        RepositoryError: Replay ended before it: trap of a log with a gap, which ends without an error.
    """
    begins = int(last[8:16], 16) * 2**32 + int(last[16:24], 16) * segment_bytes
    if replayed(data) <= begins:
        raise RepositoryError(f"the log was not replayed up to {last}: a part of it is missing or damaged")


def reached(log: Path) -> str | None:
    """When the last transaction was committed that a cluster has replayed, by the server's log."""
    found = COMMIT.findall(log.read_text(encoding="utf-8", errors="replace")) if log.exists() else []
    return f"{found[-1]}+00" if found else None
