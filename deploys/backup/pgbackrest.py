"""PostgreSQL by pgBackRest: its configuration, the programs and timers on the host, and what watches them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from deploys.backup.alerts import UNPROVED_SECONDS
from deploys.backup.bundles import place_of
from deploys.backup.lateness import late_seconds
from deploys.backup.pgbackrest_configuration import configuration, where
from deploys.backup.places import Repository, location
from deploys.backup.postgres_alerts import alerts
from deploys.backup.postgres_settings import STATE, Local, PostgresBackups
from deploys.backup.repository import (
    FOLDER,
    METRICS,
    SYSTEMD,
    TOOLS,
    Place,
    metrics_units,
    on_disk,
    own_place,
)
from deploys.backup.settings import BackupSettings
from deploys.backup.versions import VERSIONS, Packaged, packaged
from rigwright.desired import BackupTool, Desired, Directory, File, Protected, Unit
from rigwright.desired.program import program
from rigwright.desired.protection import HOUR_SECONDS
from rigwright.desired.render import render
from rigwright.errors import RigError
from rigwright.remote.archive import archive
from rigwright.settings.platform import Platform

CONFIG = f"{FOLDER}/pgbackrest.conf"
SECOND_CONFIG = f"{FOLDER}/pgbackrest-second.conf"
"""The same for the copy in the second place: ``pgbackrest --config=`` it restores out of that."""
ARCHIVE = f"{TOOLS}/pgbackrest-push"
"""pgBackRest refuses to work with an archive_command that does not name it."""
STANZA = "main"
PUSH_SECONDS = 120
SEGMENT_BYTES = 16 * 2**20
"""Of every cluster that is made without ``--wal-segsize``."""
PPM = 1_000_000
PROGRAMS = (
    ("pgbackrest-push", "archive_push.sh"),
    ("prove", "prove.sh"),
    ("restore-beside", "restore_beside.sh"),
    ("scratch.sh", "scratch.sh"),
    ("rows.sql", "rows.sql"),
)


@dataclass(frozen=True)
class Task:
    """A command with a service and a timer of its own.

    Attributes:
        word: What the program is called with.
        at: When, as systemd writes times.
        wait: How long it may take, as systemd writes it.
    """

    word: str
    description: str
    at: tuple[str, ...]
    wait: str

    @property
    def unit(self) -> str:
        """The name of its units without their kind."""
        return f"rigwright-backup-{self.word}"


def tasks(postgres: PostgresBackups) -> tuple[Task, ...]:
    """What runs by timers as postgres."""
    return (
        Task("full", "Full backup of PostgreSQL", (f"*-*-* {postgres.full_at}",), "24h"),
        Task(
            "incremental",
            "Incremental backup of PostgreSQL",
            tuple(f"*-*-* {one}" for one in postgres.incrementals_at),
            "24h",
        ),
        Task("prove", "Restore PostgreSQL's newest backup and read it", (postgres.verify_at,), "24h"),
        Task("query", "List PostgreSQL's backups and search its log for gaps", ("*:4/15",), "10min"),
    )


def part(
    settings: BackupSettings,
    repository: Repository,
    postgres: PostgresBackups,
    platform: Platform,
    data: Protected,
) -> Desired:
    """Everything of it on a host.

    Args:
        settings: All of them.
        repository: Where backups go.
        postgres: How they are made.
        platform: The host's.
        data: The cluster, as its subsystem declares it, with its ``version`` and ``port``.
    """
    cluster = dict(data.details)
    tool = packaged(platform.choose(VERSIONS), int(cluster["version"]))
    place = own_place("repository", "repository", repository, STATE)
    known = values(repository, postgres, data, second=settings.second is not None)
    return Desired(
        "backup",
        packages=("pgbackrest", "util-linux"),
        versions=(("pgbackrest", tool.version),),
        files=(*_files(place, postgres, tool, known), *place.files(), *_units(repository, postgres)),
        directories=(
            Directory("/usr/local/lib/rigwright"),
            Directory(TOOLS, owned=True),
            Directory(STATE, mode=0o750, owner="postgres", group="postgres"),
            Directory(postgres.scratch, mode=0o700, owner="postgres", group="postgres"),
        ),
        units=tuple(Unit(f"{name}.timer") for name in (*(one.unit for one in tasks(postgres)), METRICS)),
        checks=place.checks,
        steps=(place.mark(),),
        runtime_states=(place.whose,),
        alerts=tuple(alerts(settings.promise)),
        requires=("postgres",),
        backup_tools=(_tool(postgres, data.name),),
        backup_places=(
            place_of(
                "repository", repository, "pgBackRest", postgres.passphrase, state=STATE, objects="first"
            ),
        ),
    )


def _tool(postgres: PostgresBackups, data: str) -> BackupTool:
    return BackupTool(
        data,
        known=f"/usr/bin/python3 -I {TOOLS}/known.pyz",
        make="rigwright-backup-incremental.service",
        prove="rigwright-backup-prove.service",
        late_seconds=late_seconds(postgres.incremental_hours * HOUR_SECONDS),
        unproved_seconds=UNPROVED_SECONDS,
        restore=f"/usr/bin/python3 -I {TOOLS}/restore.pyz",
    )


def cluster_of(others: tuple[Desired, ...]) -> Protected:
    """The cluster to back up.

    Raises:
        RigError: The host has none.
    """
    for one in others:
        for data in one.protects:
            if data.kind == "database" and {"version", "port"} <= {*dict(data.details)}:
                return data
    raise RigError(
        "the host has no PostgreSQL to back up",
        setting="backup.postgres",
        next_step="give the host postgres, or leave it out",
    )


def values(
    repository: Repository, postgres: PostgresBackups, data: Protected, *, second: bool
) -> dict[str, str]:
    """What the programs need to know, as lines for a shell; no value but the last needs quotes.

    Args:
        repository: Where backups go.
        postgres: How they are made.
        data: The cluster, with its ``version`` and ``port``.
        second: Whether there is a second place.
    """
    cluster = dict(data.details)
    return {
        **({"second_config": SECOND_CONFIG} if second else {}),
        "stanza": STANZA,
        "config": CONFIG,
        "tools": TOOLS,
        "state": STATE,
        "scratch": postgres.scratch,
        "path": location(repository)[:-1],
        "mount": repository.mount if isinstance(repository, Local) else "",
        "data": data.paths[0],
        "programs": f"/usr/lib/postgresql/{cluster['version']}/bin",
        "port": cluster["port"],
        "segment_bytes": str(SEGMENT_BYTES),
        "share_ppm": str(round(postgres.wal_queue * PPM)),
        "push_seconds": str(PUSH_SECONDS),
        "late_seconds": str(late_seconds(postgres.incremental_hours * HOUR_SECONDS)),
        "keep": json.dumps(postgres.keep.model_dump(), separators=(",", ":")),
    }


def _files(
    place: Place, postgres: PostgresBackups, tool: Packaged, known: Mapping[str, str]
) -> Iterator[File]:
    text = configuration(where(place), postgres, tool, known)
    yield File(CONFIG, text, mode=0o640, group="postgres", secret=True)
    lines = (f"{name}={value}\n" for name, value in known.items())
    yield File(f"{TOOLS}/values.env", "".join(lines).encode())
    for name, source in PROGRAMS:
        mode = 0o644 if "." in name else 0o755
        yield File(f"{TOOLS}/{name}", program(f"backup/programs/{source}").encode(), mode=mode)
    yield File(f"{TOOLS}/backup.pyz", archive("deploys.backup.on_host.run"))
    for name in ("metrics", "known"):
        yield File(f"{TOOLS}/{name}.pyz", archive(f"deploys.backup.on_host.{name}"))


def _units(repository: Repository, postgres: PostgresBackups) -> Iterator[File]:
    local = on_disk(repository)
    also = f" -{local.path}" if local else ""
    for task in tasks(postgres):
        for kind in ("service", "timer"):
            part = f"backup{SYSTEMD}/_task.{kind}.j2"
            text = render(part, task=task, also=also, local=local, scratch=postgres.scratch, state=STATE)
            yield File(f"{SYSTEMD}/{task.unit}.{kind}", text)
    yield from metrics_units()
