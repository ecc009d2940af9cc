"""A host with backups. It is rendered only: the lab's hosts have no second disk."""

from __future__ import annotations

from typing import Any

from deploys.backup.settings import (
    S3,
    BackupSettings,
    Counts,
    Days,
    Local,
    OfficeHours,
    PostgresBackups,
    Promise,
    Rclone,
    ResticBackups,
    Second,
)
from deploys.postgres.settings import PostgresSettings
from deploys.rig import Machine, Rig
from deploys.zfs.settings import Pool, ZfsSettings
from inventories.scenarios.redis import defaults as redis
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os

PASSPHRASE = Secret("backup_passphrase", "not-shown-anywhere-7Qw2xY9bK4mT")
S3_KEY = Secret("s3_key", "not-shown-here-5Bq8rT1nW6vK")
REMOTE = Secret("drive", "[drive]\ntype = drive\ntoken = not-shown-elsewhere-3Xk9")
CA = "-----BEGIN CERTIFICATE-----\nof the endpoint's authority\n-----END CERTIFICATE-----\n"
RESTIC_PASSPHRASE = Secret("restic_passphrase", "not-shown-either-9Zt4hV2kQ8nB")


def on_disk(**more: Any) -> BackupSettings:
    """Every default, in a repository on another disk."""
    repository = Local(path="/mnt/backup/postgresql", mount="/mnt/backup")
    return BackupSettings(repository=repository, postgres=PostgresBackups(passphrase=PASSPHRASE, **more))


def in_two_places() -> BackupSettings:
    """Backups on another disk, and a copy in a bucket."""
    return on_disk().model_copy(update={"second": Second(place=bucket("studio"))})


def backups_of_files(os: Os) -> Rig:
    """Backups of files with every default, and none of PostgreSQL."""
    return Rig(machine=Machine(os=os), redis=redis(os), backup=BackupSettings(restic=by_restic()))


def by_restic(**more: Any) -> ResticBackups:
    """Every default, in a repository on another disk."""
    repository = Local(path="/mnt/backup/files", mount="/mnt/backup")
    return ResticBackups(**{"repository": repository, "passphrase": RESTIC_PASSPHRASE, **more})


def backups(os: Os) -> Rig:
    """Backups by age, with every default."""
    return Rig(machine=Machine(os=os), postgres=PostgresSettings(), backup=on_disk())


def backups_everything(os: Os) -> Rig:
    """Every setting of backups changed, on a host with ZFS."""
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
        restic=by_restic(
            repository=Local(path="/mnt/vault/other", mount="/mnt/vault"),
            at="04:45",
            keep=Counts(daily=10, weekly=5, monthly=6),
            verify_at="Mon *-*-* 02:00",
            verify_whole_mib=64,
            verify_weeks=8,
            limit_mib=40,
            scratch="/mnt/trial",
        ),
        second=Second(
            place=Rclone(path="drive:backups/studio", configuration=REMOTE),
            at="*-*-* 01:30",
            upload_limit_mib=8,
            office_hours=OfficeHours(upload_limit_mib=1, begin="07:30", end="19:00"),
            delete_after_days=45,
            verify_at="Tue *-*-* 03:00",
            verify_whole_mib=32,
            scratch="/mnt/second-trial",
        ),
        promise=Promise(rto_seconds=7200, rpo_seconds=900),
    )
    pools = ZfsSettings(arc_limit=2**30, pools=[Pool(name="data", disks=["ata-A"])])
    return Rig(machine=Machine(os=os), zfs=pools, postgres=PostgresSettings(port=5433), backup=settings)


def bucket(folder: str, **more: Any) -> S3:
    """A folder of a bucket."""
    given = {"endpoint": "https://s3.example.com", "bucket": "studio-backup", "prefix": folder}
    return S3(**{**given, "key_id": "AKIAEXAMPLE", "secret_key": S3_KEY, **more})


def backups_in_bucket(os: Os) -> Rig:
    """Backups of everything in a bucket, with every default but that of an own authority."""
    settings = BackupSettings(
        second=Second(place=bucket("studio", bucket="studio-second")),
        repository=bucket("studio/postgresql", ca=CA),
        postgres=PostgresBackups(passphrase=PASSPHRASE),
        restic=by_restic(
            repository=bucket("studio/files", endpoint="https://s3.example.net:8443", region="eu-1", ca=CA)
        ),
    )
    return Rig(machine=Machine(os=os), postgres=PostgresSettings(), backup=settings)


def backups_by_age(os: Os) -> Rig:
    """Backups of another number of days."""
    return Rig(machine=Machine(os=os), postgres=PostgresSettings(), backup=on_disk(keep=Days(days=90)))
