"""A host with backups. It is rendered only: the lab's hosts have no second disk."""

from __future__ import annotations

from typing import Any

from deploys.backup.settings import (
    BackupSettings,
    Counts,
    Days,
    Local,
    PostgresBackups,
    Promise,
)
from deploys.postgres.settings import PostgresSettings
from deploys.rig import Machine, Rig
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os

PASSPHRASE = Secret("backup_passphrase", "not-shown-anywhere-7Qw2xY9bK4mT")


def on_disk(**more: Any) -> BackupSettings:
    """Every default, in a repository on another disk."""
    repository = Local(path="/mnt/backup/postgresql", mount="/mnt/backup")
    return BackupSettings(repository=repository, postgres=PostgresBackups(passphrase=PASSPHRASE, **more))


def backups(os: Os) -> Rig:
    """Backups by age, with every default."""
    return Rig(machine=Machine(os=os), postgres=PostgresSettings(), backup=on_disk())


def backups_everything(os: Os) -> Rig:
    """Every setting of backups changed."""
    settings = BackupSettings(
        repository=Local(path="/mnt/vault/database", mount="/mnt/vault"),
        postgres=PostgresBackups(
            passphrase=PASSPHRASE,
            full_at="01:15",
            incremental_hours=6,
            archive_timeout_seconds=30,
            wal_queue=0.25,
            keep=Counts(daily=14, weekly=8, monthly=12),
            verify_at="Sun *-*-* 06:00",
            scratch="/mnt/scratch",
        ),
        promise=Promise(rto_seconds=7200, rpo_seconds=900),
    )
    return Rig(machine=Machine(os=os), postgres=PostgresSettings(port=5433), backup=settings)


def backups_by_age(os: Os) -> Rig:
    """Backups of another number of days."""
    return Rig(machine=Machine(os=os), postgres=PostgresSettings(), backup=on_disk(keep=Days(days=90)))
