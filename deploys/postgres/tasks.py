"""What runs by timers, the nightly dump, the restore that proves it and the weekly vacuum; and a report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from deploys.postgres.paths import TOOLS, Paths
from deploys.postgres.settings import PostgresSettings
from deploys.postgres.sql import Script, run
from rigwright.desired import AlertRule, Desired, Directory, File, RuntimeState, Step, Unit
from rigwright.desired.program import program
from rigwright.desired.render import render

SYSTEMD = "/etc/systemd/system"
DUMP_METRICS = f"{TOOLS}/dump-metrics"
SHARED = ("dump_common.sh", "rows.sql", "roles.sql")
"""What the dump and its restore read."""
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
    """Those that the settings have."""
    if backup := postgres.backup:
        folder = backup.directory
        yield Task("dump", "Dump PostgreSQL's roles and databases", backup.dump_at, folder, DUMP_METRICS)
        yield Task("verify", "Restore PostgreSQL's newest dump and compare", backup.verify_at, folder)
    if postgres.vacuum_at:
        yield Task("vacuum", "Vacuum and analyse every database of PostgreSQL", postgres.vacuum_at)


def part(postgres: PostgresSettings, paths: Paths) -> Desired:
    """What runs by timers, with its programs, and what is known of the dumps."""
    return Desired(
        "postgres",
        files=tuple(_files(postgres, paths)),
        directories=tuple(_directories(postgres)),
        units=tuple(Unit(f"{task.unit}.timer") for task in tasks(postgres)),
        alerts=tuple(_alerts(postgres)),
        steps=tuple(_steps(postgres)),
        runtime_states=tuple(_runtime_states(postgres, paths)),
    )


def _files(postgres: PostgresSettings, paths: Paths) -> Iterator[File]:
    """Programs with what they need to know, their units, and the report that an operator runs by hand."""
    yield File(f"{TOOLS}/cluster.env", _values(postgres, paths))
    yield File(f"{TOOLS}/report", _program("report.py"), mode=0o755)
    if postgres.backup:
        yield File(DUMP_METRICS, _program("dump_metrics.sh"), mode=0o755)
        for name in SHARED:
            yield File(f"{TOOLS}/{name}", _program(name))
    for task in tasks(postgres):
        yield File(task.script, _program(f"{task.name}.sh"), mode=0o755)
        for kind in ("service", "timer"):
            part = f"postgres{SYSTEMD}/_task.{kind}.j2"
            yield File(f"{SYSTEMD}/{task.unit}.{kind}", render(part, task=task, unit=paths.unit))


def _program(name: str) -> bytes:
    return program(f"postgres/programs/{name}").encode()


def _values(postgres: PostgresSettings, paths: Paths) -> bytes:
    """What the installed programs need to know, as lines for a shell; no value needs quotes."""
    values = {"programs": paths.programs, "port": paths.port}
    if postgres.backup:
        values |= {"directory": postgres.backup.directory, "keep_days": postgres.backup.keep_days}
    return "".join(f"{name}={value}\n" for name, value in values.items()).encode()


def _alerts(postgres: PostgresSettings) -> Iterator[AlertRule]:
    """The rules about the nightly dump; that its unit failed is what ``UnitFailed`` reports of every unit."""
    if postgres.backup is None:
        return
    dumped = "rigwright_postgres_dump_timestamp_seconds"
    yield AlertRule(
        "PostgresDumpOld",
        f"time() - {dumped} > {DUMP_MAX_SECONDS}",
        300,
        "warning",
        "There is no new dump of PostgreSQL",
        "The newest is {{ $value | humanizeDuration }} old, and nothing brings back what came later.",
        "postgres-dump",
    )
    yield AlertRule(
        "PostgresDumpMissing",
        f"absent({dumped})",
        # A fresh host has its first one by then.
        DUMP_MAX_SECONDS,
        "warning",
        "There is no dump of PostgreSQL",
        "For 26 hours no dump has been reported.",
        "postgres-dump",
    )


def _directories(postgres: PostgresSettings) -> Iterator[Directory]:
    """Where the scripts are, and where the dumps go."""
    yield Directory("/usr/local/lib/rigwright")
    yield Directory(TOOLS, owned=True)
    if postgres.backup:
        yield Directory(postgres.backup.directory, mode=0o700, owner="postgres", group="postgres")


def _steps(postgres: PostgresSettings) -> Iterator[Step]:
    """The folders above that of the dumps: the server's own account must get through them."""
    if postgres.backup:
        above = postgres.backup.directory.rpartition("/")[0]
        if above:
            yield Step(f"folder {above}", f"[ ! -d {above} ]", f"umask 022 && mkdir -p {above}")


def _runtime_states(postgres: PostgresSettings, paths: Paths) -> Iterator[RuntimeState]:
    """Databases without a dump are reported again and again: only a setting could correct that."""
    if postgres.backup is None:
        command = run(paths, Script("read_backup"))
        yield RuntimeState("backup", command, (("databases without a dump", "none"),))
