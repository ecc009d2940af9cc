"""What can be chosen about backups of PostgreSQL, and where they are kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator, model_validator
from typing_extensions import Self

from deploys.backup.values import Calendar, Folder, Hour, refuse_weak_passphrase
from rigwright.secrets.value import Secret
from rigwright.settings.base import Settings

DAY_HOURS = 24
STATE = "/var/lib/rigwright-backup"


class Local(Settings):
    """A folder on a disk of the host that holds nothing of what is backed up."""

    path: Folder
    """The repository's own folder."""

    mount: Folder
    """The mount point of its disk, which ``path`` is on: while it is not mounted, nothing is written."""

    @model_validator(mode="after")
    def _path_is_on_it(self) -> Self:
        if not self.path.startswith(f"{self.mount}/"):
            raise ValueError(f"path: {self.path} is not below {self.mount}: name a folder on that disk")
        return self


class Days(Settings):
    """Keep what is younger, and the full backups that this needs."""

    days: Annotated[int, Field(ge=1, le=3650)] = 30
    """Days."""


class Counts(Settings):
    """Keep the newest full backup of so many days, weeks and months, with what depends on it."""

    daily: Annotated[int, Field(ge=1, le=1000)] = 7
    """Days."""

    weekly: Annotated[int, Field(ge=0, le=1000)] = 4
    """Weeks, by ISO 8601."""

    monthly: Annotated[int, Field(ge=0, le=1000)] = 3
    """Months."""


class Promise(Settings):
    """What is promised of a restore; rules and the page of backups compare with it."""

    rto_seconds: Annotated[int, Field(ge=60, le=30 * 86_400)] = 4 * 3600
    """The longest until the data is back (recovery time objective)."""

    rpo_seconds: Annotated[int, Field(ge=60, le=30 * 86_400)] = 3600
    """The most that is lost, counted back from the loss (recovery point objective)."""


class PostgresBackups(Settings):
    """pgBackRest: full and incremental backups, and each segment of the write-ahead log (WAL)."""

    passphrase: Secret
    """Encrypts the repository (AES-256). Without it no backup can be read: keep it elsewhere too."""

    full_at: Hour = "02:00"
    """When a full backup is made each day."""

    incremental_hours: Annotated[int, Field(ge=1, le=12)] = 4
    """How often what changed since the last one is saved, counted from ``full_at``: a divisor of 24."""

    archive_timeout_seconds: Annotated[int, Field(ge=10, le=3600)] = 60
    """A segment of the log goes to the repository after so long, full or not."""

    wal_queue: Annotated[float, Field(gt=0, le=0.5)] = 0.1
    """The share of the log's file system that segments may take while they wait for the repository. Beyond it
    they are dropped, so that the server goes on: a gap, an alert, and a full backup as soon as it can be."""

    keep: Days | Counts = Days()
    """How long backups are kept. Never removed are the newest that was restored with success, and what it
    depends on."""

    verify_at: Calendar = "Sat *-*-* 05:00"
    """When the newest backup is restored into a scratch cluster and every table is read."""

    scratch: Folder = f"{STATE}/scratch"
    """Where the scratch cluster is meanwhile: it needs room for a copy of the databases."""

    @field_validator("passphrase")
    @classmethod
    def _strong(cls, value: Secret) -> Secret:
        return refuse_weak_passphrase(value)

    @field_validator("incremental_hours")
    @classmethod
    def _divides_a_day(cls, value: int) -> int:
        if DAY_HOURS % value:
            raise ValueError(f"{value} does not divide 24: take 1, 2, 3, 4, 6, 8 or 12")
        return value

    @property
    def incrementals_at(self) -> tuple[str, ...]:
        """The times of day at which one is made."""
        hour, minute = map(int, self.full_at.split(":"))
        every = range(self.incremental_hours, DAY_HOURS, self.incremental_hours)
        return tuple(f"{(hour + more) % DAY_HOURS:02}:{minute:02}" for more in every)
