"""What runs by timers, the nightly dump, the restore that proves it and the weekly vacuum; and a report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from deploys.postgres.paths import TOOLS, Paths
from deploys.postgres.settings import PostgresSettings
from rigwright.desired import AlertRule, Directory, File, RuntimeState, Step, Unit
from rigwright.desired.render import render

SYSTEMD = "/etc/systemd/system"
DUMP_METRICS = f"{TOOLS}/dump-metrics"
DUMP_MAX_SECONDS = 26 * 3600
"""A day, and as much as a dump may take."""


@dataclass(frozen=True)
class Task:
    """A script with a service and a timer of its own.

    Attributes:
        at: When, as systemd writes times.
        writes: The only folder that it may write to; None: none at all.
        afterwards: A program that runs as root after each run, however that ended; None: none.
    """

    name: str
    description: str
    at: str
    writes: str | None = None
    afterwards: str | None = None

    @property
    def script(self) -> str:
        """Its program."""
        return f"{TOOLS}/{self.name}"

    @property
    def unit(self) -> str:
        """The name of its units without their kind."""
        return f"rigwright-postgres-{self.name}"


def tasks(postgres: PostgresSettings) -> Iterator[Task]:
    """Those that the settings ask for."""
    if backup := postgres.backup:
        folder = backup.directory
        yield Task("dump", "Dump PostgreSQL's roles and databases", backup.dump_at, folder, DUMP_METRICS)
        yield Task("verify", "Restore PostgreSQL's newest dump and compare", backup.verify_at, folder)
    if postgres.vacuum_at:
        yield Task("vacuum", "Vacuum and analyse every database of PostgreSQL", postgres.vacuum_at)


def files(postgres: PostgresSettings, paths: Paths) -> Iterator[File]:
    """Scripts and units, and the report that somebody runs by hand."""
    values = {"programs": paths.programs, "port": postgres.port, "backup": postgres.backup}
    yield File(f"{TOOLS}/report", render(f"postgres{TOOLS}/_report.j2", **values), mode=0o755)
    if postgres.backup:
        yield File(DUMP_METRICS, render(f"postgres{TOOLS}/_dump-metrics.sh.j2", **values), mode=0o755)
    for task in tasks(postgres):
        yield File(task.script, render(f"postgres{TOOLS}/_{task.name}.sh.j2", **values), mode=0o755)
        for kind in ("service", "timer"):
            part = f"postgres{SYSTEMD}/_task.{kind}.j2"
            yield File(f"{SYSTEMD}/{task.unit}.{kind}", render(part, task=task, unit=paths.unit))


def alerts(postgres: PostgresSettings) -> Iterator[AlertRule]:
    """The rules about the nightly dump; that its unit failed, ``UnitFailed`` tells about every unit."""
    if postgres.backup is None:
        return
    told = "rigwright_postgres_dump_timestamp_seconds"
    yield AlertRule(
        "PostgresDumpOld",
        f"time() - {told} > {DUMP_MAX_SECONDS}",
        300,
        "warning",
        "There is no new dump of PostgreSQL",
        "The newest is {{ $value | humanizeDuration }} old, and nothing brings back what came later.",
        "postgres-dump",
    )
    yield AlertRule(
        "PostgresDumpMissing",
        f"absent({told})",
        # A fresh host has its first one by then.
        DUMP_MAX_SECONDS,
        "warning",
        "There is no dump of PostgreSQL",
        "For 26 hours nothing has told of one.",
        "postgres-dump",
    )


def units(postgres: PostgresSettings) -> Iterator[Unit]:
    """The timers."""
    yield from (Unit(f"{task.unit}.timer") for task in tasks(postgres))


def directories(postgres: PostgresSettings) -> Iterator[Directory]:
    """Where the scripts are, and where the dumps go."""
    yield Directory("/usr/local/lib/rigwright")
    yield Directory(TOOLS, owned=True)
    if postgres.backup:
        yield Directory(postgres.backup.directory, mode=0o700, owner="postgres", group="postgres")


def steps(postgres: PostgresSettings) -> Iterator[Step]:
    """The folders above that of the dumps: the server's own account must get through them."""
    if postgres.backup:
        above = postgres.backup.directory.rpartition("/")[0]
        if above:
            yield Step(f"folder {above}", f"[ ! -d {above} ]", f"umask 022 && mkdir -p {above}")


def runtime_states(postgres: PostgresSettings, paths: Paths) -> Iterator[RuntimeState]:
    """A database that nobody dumps is told again and again: nothing could mend it but a setting."""
    if postgres.backup is None:
        command = render("postgres/_read_backup.sh.j2", psql=paths.psql).decode()
        yield RuntimeState("backup", command, (("databases without a dump", "none"),))
