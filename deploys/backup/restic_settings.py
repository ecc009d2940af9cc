"""What can be chosen about backups of files, volumes and Redis."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from deploys.backup.places import S3
from deploys.backup.postgres_settings import Counts, Days, Local
from deploys.backup.values import Calendar, Folder, Hour, refuse_weak_passphrase
from rigwright.secrets.value import Secret
from rigwright.settings.base import Settings

FILES_STATE = "/var/lib/rigwright-backup-files"


class ResticBackups(Settings):
    """restic: all declared data but databases, each by its own rhythm, encrypted and without duplicates."""

    repository: Local | S3
    """Its folder, which no other program uses: in a bucket, or on a disk of which nothing is backed up into
    it."""

    passphrase: Secret
    """Encrypts the repository (AES-256). Without it no backup can be read: keep it elsewhere too."""

    at: Hour = "03:30"
    """When data with a rhythm of a day or more is backed up, by the host's clock; other data is backed up as
    soon as its rhythm says."""

    keep: Days | Counts = Days()
    """How long backups are kept, of each declared name for itself. Never removed is the newest that was
    restored with success."""

    verify_at: Calendar = "Sun *-*-* 05:00"
    """When the newest backup of each is restored into a scratch folder and compared with checksums that were
    taken of its source."""

    verify_whole_mib: Annotated[int, Field(ge=0, le=2**30)] = 1024
    """Data of at most so many MiB is restored whole then, of larger data a sample."""

    verify_weeks: Annotated[int, Field(ge=1, le=52)] = 4
    """In so many weeks every byte of the repository is read, a part each week."""

    limit_mib: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """MiB per second that it writes at most; None: no limit. It runs with idle I/O anyway."""

    scratch: Folder = f"{FILES_STATE}/scratch"
    """Where the trial restore is meanwhile."""

    @field_validator("passphrase")
    @classmethod
    def _strong(cls, value: Secret) -> Secret:
        return refuse_weak_passphrase(value)
