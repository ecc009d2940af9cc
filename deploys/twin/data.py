"""Databases and their backups in the lab."""

from __future__ import annotations

from deploys.backup.settings import BackupSettings, Local
from deploys.postgres.settings import OwnCertificate, PostgresSettings
from deploys.postgres.versions import VERSIONS
from deploys.redis.settings import RedisSettings
from deploys.twin.lab import Lab, Notes, changed

MIB = 2**20
POSTGRES_BYTES = 256 * MIB
REDIS_BYTES = 64 * MIB
MOUNT = "/mnt/lab-backup"
"""Where a disk of backups would be, in place of a bucket."""


def postgres(one: PostgresSettings, lab: Lab, notes: Notes) -> PostgresSettings:
    """The version of the distribution, with little memory."""
    packaged = VERSIONS[lab.os]
    if one.pgdg is not None or one.version not in (None, packaged):
        notes.add("version", f"{packaged}, which {lab.os} packages: PostgreSQL's own repository is away")
    if one.memory > POSTGRES_BYTES:
        notes.add("memory", "256 MiB")
    if not isinstance(one.certificate, OwnCertificate):
        notes.add("certificate", "one of its own: no key leaves its place")
    own = one.certificate if isinstance(one.certificate, OwnCertificate) else OwnCertificate()
    return changed(
        one,
        certificate=own,
        version=None,
        pgdg=None,
        memory=min(one.memory, POSTGRES_BYTES),
        huge_pages="try",
    )


def redis(one: RedisSettings, _lab: Lab, notes: Notes) -> RedisSettings:
    """Little memory."""
    if one.memory > REDIS_BYTES:
        notes.add("memory", "64 MiB")
    return changed(one, memory=min(one.memory, REDIS_BYTES))


def backup(one: BackupSettings, _lab: Lab, notes: Notes) -> BackupSettings:
    """A file system in memory for the disk of backups; no second place."""
    if one.second:
        notes.add("second", "left out: its place is on the internet")
    if isinstance(one.repository, Local) or (one.restic and isinstance(one.restic.repository, Local)):
        notes.add("repository", "its disk is a file system in memory")
    restic = one.restic and changed(one.restic, repository=_local(one.restic.repository, "files", notes))
    repository = one.repository and _local(one.repository, "postgresql", notes)
    return changed(one, repository=repository, restic=restic, second=None)


def _local(repository: object, folder: str, notes: Notes) -> Local:
    if isinstance(repository, Local):
        return repository
    notes.add("repository", f"{MOUNT}/{folder} in place of a bucket on the internet")
    return Local(path=f"{MOUNT}/{folder}", mount=MOUNT)
