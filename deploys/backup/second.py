"""The second place: what copies the repositories there, proves the copy, and lets programs read it.

On the host, ``/etc/rigwright/backup/pgbackrest-second.conf`` is pgBackRest's configuration of the copy of
PostgreSQL's repository; where the place is no bucket, its ``repo1-path`` is a folder that
``second fetch postgresql`` fills. The copy of restic's is read by ``second restore NAME WHICH TARGET``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from deploys.backup.alerts import UNPROVED_SECONDS, second_alerts
from deploys.backup.bundles import Objects, place_of
from deploys.backup.objects import SECOND as TOOL
from deploys.backup.pgbackrest import SECOND_CONFIG, STANZA, Task, values
from deploys.backup.pgbackrest_configuration import configuration, where
from deploys.backup.places import S3, location
from deploys.backup.postgres_settings import STATE
from deploys.backup.repository import FOLDER, SYSTEMD, TOOLS, AtRemote, InBucket
from deploys.backup.restic_settings import FILES_STATE
from deploys.backup.second_settings import SECOND_STATE, Rclone, Second
from deploys.backup.settings import BackupSettings
from deploys.backup.versions import VERSIONS, packaged
from rigwright.desired import BackupPlace, BackupTool, Desired, Directory, File, Protected, Unit
from rigwright.desired.program import program
from rigwright.desired.render import render
from rigwright.remote.archive import archive
from rigwright.settings.platform import Platform

DATA = "second place"
"""What ``rig backup status`` calls it."""
FETCHED = f"{STATE}/second"
"""Where the copy of PostgreSQL's repository comes back to, where pgBackRest cannot read it in its place."""
RCLONE = f"{FOLDER}/rclone.conf"
UNIT = "rigwright-backup-second"
DAY_SECONDS = 86_400
LATE_SECONDS = 8 * DAY_SECONDS
MIB = 2**20


def part(settings: BackupSettings, second: Second, platform: Platform, cluster: Protected | None) -> Desired:
    """Everything of it on a host.

    Args:
        settings: All of them.
        second: Those of the second place.
        platform: The host's.
        cluster: PostgreSQL's, where that is backed up.
    """
    place = _place(second)
    files = [*_files(settings, second, place), *place.files(), *_units(settings, second)]
    if cluster and settings.repository and settings.postgres:
        files += _postgres(settings, place, platform, cluster)
    return Desired(
        "backup",
        packages=("ca-certificates", "rclone"),
        files=tuple(files),
        directories=(
            Directory("/usr/local/lib/rigwright"),
            Directory(TOOLS, owned=True),
            Directory(SECOND_STATE, mode=0o700),
            Directory(second.scratch, mode=0o700),
        ),
        units=(Unit(f"{UNIT}.timer"), Unit(f"{UNIT}-prove.timer")),
        steps=(place.mark(),),
        runtime_states=(place.whose,),
        alerts=tuple(second_alerts()),
        backup_places=tuple(_copies(settings, second)),
        backup_tools=(
            BackupTool(
                DATA,
                known=f"/usr/bin/python3 -I {TOOLS}/second.pyz known",
                make=f"{UNIT}.service",
                prove=f"{UNIT}-prove.service",
                late_seconds=LATE_SECONDS,
                unproved_seconds=UNPROVED_SECONDS,
            ),
        ),
    )


def _place(second: Second) -> InBucket | AtRemote:
    if isinstance(second.place, S3):
        return InBucket(DATA, TOOL, second.place, SECOND_STATE, "root", LATE_SECONDS)
    return AtRemote(DATA, TOOL, second.place, SECOND_STATE, LATE_SECONDS)


def _target(second: Second) -> str:
    """As rclone writes it."""
    place = second.place
    return f"second:{place.bucket}/{place.prefix}" if isinstance(place, S3) else place.path


def _sources(settings: BackupSettings) -> Iterator[tuple[dict[str, str], S3 | None]]:
    """What is copied, and the bucket that it is in."""
    found = []
    if settings.repository and settings.postgres:
        found.append(("postgresql", "pgbackrest", settings.repository, "repository", STATE))
    if settings.restic:
        found.append(("files", "restic", settings.restic.repository, "files-repository", FILES_STATE))
    for name, kind, repository, tool, state in found:
        bucket = repository if isinstance(repository, S3) else None
        path = f"{name}:{bucket.bucket}/{bucket.prefix}" if bucket else location(repository)[:-1]
        known = {"name": name, "kind": kind, "path": path, "program": f"{TOOLS}/{tool}", "state": state}
        yield {**known, "stanza": STANZA if kind == "pgbackrest" else ""}, bucket


def _copies(settings: BackupSettings, second: Second) -> Iterator[BackupPlace]:
    """As they must be found once the host is gone."""
    place = second.place
    if settings.postgres and settings.repository:
        where = place.below("postgresql")
        passphrase = settings.postgres.passphrase
        name = "copy of PostgreSQL's repository"
        yield place_of(name, where, "pgBackRest", passphrase, state=SECOND_STATE, objects="second")
    if settings.restic:
        passphrase = settings.restic.passphrase
        kept: Objects = None if settings.postgres else "second"
        yield place_of(
            "copy of files' repository",
            place.below("files"),
            "restic",
            passphrase,
            state=SECOND_STATE,
            objects=kept,
        )


def _files(settings: BackupSettings, second: Second, place: InBucket | AtRemote) -> Iterator[File]:
    sources = [*_sources(settings)]
    target = _target(second)
    authorities = [
        f"{FOLDER}/{one['program'].rpartition('/')[2]}-ca.pem"
        for one, bucket in sources
        if bucket and bucket.ca
    ]
    bucket_file, ca_file = (place.file, place.ca_file) if isinstance(place, InBucket) else ("", None)
    known = {
        "program": f"{TOOLS}/{TOOL}",
        "target": target,
        "bucket": bucket_file,
        "state": SECOND_STATE,
        "scratch": second.scratch,
        "whole_bytes": second.verify_whole_mib * MIB,
        "fetched": "" if bucket_file else FETCHED,
        "bandwidth": second.bandwidth,
        "delete_after_days": second.delete_after_days,
        "authorities": [*authorities, *([ca_file] if ca_file else [])],
        "sources": [{**one, "target": f"{target}/{one['name']}"} for one, _ in sources],
    }
    yield File(f"{TOOLS}/second-place.json", json.dumps(known, indent=2).encode() + b"\n")
    buckets = {one["name"]: bucket for one, bucket in sources if bucket}
    yield File(RCLONE, _rclone(second, buckets).encode(), mode=0o600, secret=True)
    yield File(f"{TOOLS}/second", program("backup/programs/second.sh").encode(), mode=0o755)
    yield File(f"{TOOLS}/second.pyz", archive("deploys.backup.on_host.second"))


def _rclone(second: Second, buckets: Mapping[str, S3]) -> str:
    """The configuration of rclone: a remote for each bucket, and that which the inventory gives."""
    every = {**buckets, "second": second.place} if isinstance(second.place, S3) else {**buckets}
    text = "".join(
        render(
            f"backup{FOLDER}/_rclone.conf.j2",
            name=name,
            bucket=bucket,
            secret_key=bucket.secret_key.reveal(),
        ).decode()
        for name, bucket in every.items()
    )
    return text + (second.place.configuration.reveal() + "\n" if isinstance(second.place, Rclone) else "")


def _units(settings: BackupSettings, second: Second) -> Iterator[File]:
    states = [one["state"] for one, _ in _sources(settings)]
    known = {
        "program": "second",
        "state": SECOND_STATE,
        "scratch": second.scratch,
        "local": None,
        "also": "".join(f" {state}" for state in states),
    }
    tasks = (
        (UNIT, "copy", "Copy backups to the second place", second.at),
        (f"{UNIT}-prove", "prove", "Restore the newest backups out of the second place", second.verify_at),
    )
    for unit, words, description, at in tasks:
        for kind in ("service", "timer"):
            part = f"backup{SYSTEMD}/_files.{kind}.j2"
            text = render(part, words=words, description=description, at=at, pools=False, **known)
            yield File(f"{SYSTEMD}/{unit}.{kind}", text)


def _postgres(
    settings: BackupSettings, place: InBucket | AtRemote, platform: Platform, cluster: Protected
) -> Iterator[File]:
    """What reads the copy of PostgreSQL's repository, as its own account."""
    assert settings.postgres  # noqa: S101  its caller has it
    assert settings.repository  # noqa: S101  the same
    tool = packaged(platform.choose(VERSIONS), int(dict(cluster.details)["version"]))
    known = values(settings.repository, settings.postgres, cluster, second=True)
    if isinstance(place, InBucket):
        copy = where(replace(place, bucket=place.bucket.below("postgresql")))
    else:
        copy = {"path": FETCHED, "bucket": None}
    text = configuration(copy, settings.postgres, tool, known)
    yield File(SECOND_CONFIG, text, mode=0o640, group="postgres", secret=True)
    task = Task("prove-second", "Restore PostgreSQL's newest backup out of the second place", (), "24h")
    service = render(
        f"backup{SYSTEMD}/_task.service.j2",
        task=task,
        also="",
        local=None,
        scratch=settings.postgres.scratch,
        state=STATE,
    )
    yield File(f"{SYSTEMD}/{task.unit}.service", service)
