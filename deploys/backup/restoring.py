"""What a restore needs on the host: its program, what was promised, and the folder of its journal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from deploys.backup.repository import TOOLS
from deploys.backup.settings import BackupSettings
from rigwright.desired import Desired, Directory, File
from rigwright.desired.program import program
from rigwright.remote.archive import archive

STATE = "/var/lib/rigwright-restore"

OF_SERVER = (
    ("restore-at", "restore_at.sh", 0o755),
    ("copy-database", "copy_database.sh", 0o755),
    ("amcheck.sql", "amcheck.sql", 0o644),
    ("content.sql", "content.sql", 0o644),
)


def part(settings: BackupSettings, others: tuple[Desired, ...]) -> Desired:
    """Everything of it on a host that has backups."""
    return Desired(
        "backup",
        files=tuple(_files(settings, others)),
        directories=(
            Directory("/usr/local/lib/rigwright"),
            Directory(TOOLS, owned=True),
            Directory(STATE, mode=0o700),
        ),
    )


def _files(settings: BackupSettings, others: tuple[Desired, ...]) -> Iterator[File]:
    yield File(f"{TOOLS}/restore.pyz", archive("deploys.backup.on_host.restore"))
    promise = json.dumps(settings.promise.model_dump(), indent=2)
    yield File(f"{TOOLS}/promise.json", f"{promise}\n".encode())
    writers = json.dumps([asdict(writer) for one in others for writer in one.writers], indent=2)
    yield File(f"{TOOLS}/writers.json", f"{writers}\n".encode())
    for name, source, mode in OF_SERVER if settings.postgres else ():
        yield File(f"{TOOLS}/{name}", program(f"backup/programs/{source}").encode(), mode=mode)
