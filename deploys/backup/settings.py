"""What can be chosen about the data that must come back."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator
from typing_extensions import Self

from deploys.backup.places import S3, location
from deploys.backup.postgres_settings import Counts, Days, Local, PostgresBackups, Promise
from deploys.backup.restic_settings import ResticBackups
from deploys.backup.second_settings import OfficeHours, Rclone, Second
from deploys.backup.values import Folder, Path
from rigwright.settings.base import Many, Settings, Text

__all__ = [
    "S3",
    "BackupSettings",
    "Counts",
    "Days",
    "Local",
    "OfficeHours",
    "PostgresBackups",
    "Promise",
    "ProtectedFiles",
    "Rclone",
    "ResticBackups",
    "Second",
]

FHS_DATA = "/srv"
"""Data that a host serves is there by the Filesystem Hierarchy Standard 3.0, section 3.17."""
SWITCH_SECONDS = 60
"""What a segment takes at most from its end to the repository, on a disk that is not the slowest."""


class ProtectedFiles(Settings):
    """Files of an application that must come back."""

    name: Text
    """What they are, such as ``"uploads"``."""

    paths: Annotated[Many[Path], Field(min_length=1)]
    """Files and folders, with all below them."""

    exclude: Many[Path] = ()
    """Paths below them that need not come back, such as ``"/srv/media/*.tmp"``."""

    hours: Annotated[int, Field(ge=1, le=8784)] = 24
    """The longest time between two backups of them."""

    at_least_files: Annotated[int, Field(ge=0, le=10_000)] = 1
    """So many are there at least; fewer are a finding, such as on a file system that is not mounted. Files on
    another machine are not counted: 0 for those."""

    @model_validator(mode="after")
    def _exclude_is_below(self) -> Self:
        folders = tuple(f"{path}/" for path in self.paths)
        if outside := [path for path in self.exclude if not path.startswith(folders)]:
            raise ValueError(
                f"exclude: {outside[0]} is below none of paths, so there is nothing to leave out"
            )
        return self


class BackupSettings(Settings):
    """What must come back after a loss, besides what the host's subsystems declare themselves.

    PostgreSQL, Redis, volumes of compose stacks, the registry, certificates, host keys and ``/etc`` are
    declared by their own subsystems.
    """

    files: Many[ProtectedFiles] = ()
    """Files of applications."""

    data_folders: Many[Folder] = (FHS_DATA,)
    """Folders of which each entry is data: drift reports each that nothing declares. Folders of databases and
    volumes of containers are searched without being named here."""

    repository: Local | S3 | None = None
    """Where backups of PostgreSQL go, with its log; None: none are made here."""

    postgres: PostgresBackups | None = None
    """Backups of PostgreSQL to any second, in ``repository``; None: it has its nightly dump alone."""

    restic: ResticBackups | None = None
    """Backups of all declared data but databases; None: none are made here."""

    second: Second | None = None
    """A copy of the repositories in another place; None: there is one place alone."""

    promise: Promise = Promise()
    """What you promise whoever uses the host."""

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        names = [one.name for one in self.files]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"files: two are named {', '.join(twice)}: give each a name of its own")
        return self

    @model_validator(mode="after")
    def _repository_is_in_use(self) -> Self:
        if self.postgres and self.repository is None:
            raise ValueError("postgres: its backups need a repository: set repository=Local(...) or S3(...)")
        if self.repository and self.postgres is None:
            raise ValueError("repository: nothing is backed up in it: set postgres, or leave it out")
        return self

    @model_validator(mode="after")
    def _repositories_are_apart(self) -> Self:
        if self.repository is None or self.restic is None:
            return self
        one, other = location(self.repository), location(self.restic.repository)
        if one.startswith(other) or other.startswith(one):
            raise ValueError(
                f"restic.repository: {other[:-1]} and {one[:-1]} of PostgreSQL are one folder, or one in the "
                "other: name two beside each other"
            )
        return self

    @model_validator(mode="after")
    def _second_is_another_place(self) -> Self:
        if self.second is None:
            return self
        firsts = [one for one in (self.repository, self.restic and self.restic.repository) if one]
        if not firsts:
            raise ValueError("second: there is nothing to copy: set repository or restic, or leave it out")
        place = self.second.place
        for one in firsts:
            if isinstance(place, S3) and isinstance(one, S3) and place.beside(one):
                raise ValueError(
                    f"second: {place.bucket} at {place.endpoint} is the first place too: what becomes of the "
                    "bucket would take both; take another one"
                )
        return self

    @model_validator(mode="after")
    def _promise_can_be_kept(self) -> Self:
        if self.postgres is None:
            return self
        loss = self.postgres.archive_timeout_seconds + SWITCH_SECONDS
        if loss > self.promise.rpo_seconds:
            raise ValueError(
                f"promise: {self.promise.rpo_seconds} s of loss at most, and with archive_timeout_seconds="
                f"{self.postgres.archive_timeout_seconds} it can be {loss} s: lower that, or promise less"
            )
        return self
