"""Files, volumes and Redis by restic: programs and timers on the host, and what watches them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence

from deploys.backup.alerts import UNPROVED_SECONDS, common
from deploys.backup.bundles import Objects, place_of
from deploys.backup.lateness import late_seconds
from deploys.backup.postgres_settings import Local
from deploys.backup.repository import (
    FOLDER,
    METRICS,
    SYSTEMD,
    TOOLS,
    InBucket,
    Place,
    metrics_units,
    on_disk,
    own_place,
)
from deploys.backup.restic_settings import FILES_STATE, ResticBackups
from deploys.backup.versions import RESTIC, PackagedRestic
from rigwright.desired import BackupPlace, BackupTool, Desired, Directory, File, Protected, Unit
from rigwright.desired.program import program
from rigwright.desired.render import render
from rigwright.errors import RigError
from rigwright.remote.archive import archive
from rigwright.settings.platform import Platform

PASSPHRASE = f"{FOLDER}/restic-passphrase"
UNITS = ("rigwright-backup-files", "rigwright-backup-files-prove")
MIB = 2**20
KIB_OF_MIB = 1024


def part(
    settings: ResticBackups,
    platform: Platform,
    protected: Sequence[Protected],
    *,
    pools: bool = False,
    objects: Objects = "first",
) -> Desired:
    """Everything of it on a host.

    Args:
        settings: What is chosen.
        platform: The host's.
        protected: All that the host declares.
        pools: Whether the host has ZFS: then a snapshot is read.
        objects: None where small files are beside another repository.

    Raises:
        RigError: The repository would hold data of its own disk, or itself.
    """
    if local := on_disk(settings.repository):
        for data in protected:
            _refuse_same_disk(local, data)
    packaged = platform.choose(RESTIC)
    own = own_place(
        "repository of files", "files-repository", settings.repository, FILES_STATE, account="root"
    )
    return Desired(
        "backup",
        packages=("restic", "util-linux"),
        versions=(("restic", packaged.version),),
        files=(*_files(settings, packaged, own), *own.files(), *_units(settings, pools=pools)),
        directories=(
            Directory("/usr/local/lib/rigwright"),
            Directory(TOOLS, owned=True),
            Directory(FILES_STATE, mode=0o700),
            Directory(settings.scratch, mode=0o700),
        ),
        units=tuple(Unit(f"{name}.timer") for name in (*UNITS, METRICS)),
        checks=own.checks,
        steps=(own.mark(f"systemctl start --no-block {UNITS[0]}.service"),),
        runtime_states=(own.whose,),
        alerts=tuple(common()),
        backup_tools=tuple(_tool(one) for one in protected if one.kind != "database"),
        backup_places=(_found(settings, own.name, objects),),
    )


def _found(settings: ResticBackups, name: str, objects: Objects) -> BackupPlace:
    where = settings.repository
    return place_of(name, where, "restic", settings.passphrase, state=FILES_STATE, objects=objects)


def _tool(data: Protected) -> BackupTool:
    instance = escaped(data.name)
    return BackupTool(
        data.name,
        known=shlex.join(["/usr/bin/python3", "-I", f"{TOOLS}/files.pyz", "known", data.name]),
        make=f"{UNITS[0]}-now@{instance}.service",
        prove=f"{UNITS[1]}@{instance}.service",
        late_seconds=late_seconds(data.rhythm_seconds),
        unproved_seconds=UNPROVED_SECONDS,
        restore=f"/usr/bin/python3 -I {TOOLS}/restore.pyz",
    )


def escaped(text: str) -> str:
    """As the instance of a unit, by the rules of systemd-escape(1)."""
    plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_."
    letters = [
        "-" if byte == ord("/") else chr(byte) if chr(byte) in plain else f"\\x{byte:02x}"
        for byte in text.encode()
    ]
    if letters[0] == ".":
        letters[0] = "\\x2e"
    return "".join(letters)


def _refuse_same_disk(repository: Local, data: Protected) -> None:
    """A lost disk would take the data and its backups, and a repository cannot hold itself."""
    for path in data.paths:
        fixed = path.split("*")[0].split("?")[0].split("[")[0].rstrip("/")
        if f"{fixed}/".startswith(f"{repository.mount}/"):
            raise RigError(
                f"{data.name} is in {path}, on the disk of the repository: a lost disk would take both",
                setting="backup.restic.repository",
                next_step="take another disk",
            )
        if f"{repository.path}/".startswith(f"{fixed}/"):
            raise RigError(
                f"{repository.path} is below {path}, which is {data.name}: it would back itself up",
                setting="backup.restic.repository",
                next_step="take a folder outside of it",
            )


def _known(settings: ResticBackups, packaged: PackagedRestic, own: Place) -> Mapping[str, object]:
    """What the programs need to know."""
    return {
        **_where(own),
        "passphrase_file": PASSPHRASE,
        "state": FILES_STATE,
        "scratch": settings.scratch,
        "at": settings.at,
        "parts": settings.verify_weeks,
        "whole_bytes": settings.verify_whole_mib * MIB,
        "limit_kib": (settings.limit_mib or 0) * KIB_OF_MIB,
        "sparse": packaged.sparse,
        "keep": settings.keep.model_dump(),
    }


def _where(own: Place) -> Mapping[str, str]:
    """The repository as restic names it, and the disk or the bucket that it is in."""
    if isinstance(own, InBucket):
        return {"path": f"s3:{own.bucket.url}", "mount": "", "bucket": own.file}
    return {"path": own.local.path, "mount": own.local.mount}


def _files(settings: ResticBackups, packaged: PackagedRestic, own: Place) -> Iterator[File]:
    yield File(PASSPHRASE, f"{settings.passphrase.reveal()}\n".encode(), mode=0o600, secret=True)
    known = json.dumps(_known(settings, packaged, own), indent=2)
    yield File(f"{TOOLS}/files.json", f"{known}\n".encode())
    restore = program("backup/programs/restore_files.sh")
    yield File(f"{TOOLS}/restore-files", restore.encode(), mode=0o755)
    yield File(f"{TOOLS}/files.pyz", archive("deploys.backup.on_host.files"))
    yield File(f"{TOOLS}/metrics.pyz", archive("deploys.backup.on_host.metrics"))


def _units(settings: ResticBackups, *, pools: bool) -> Iterator[File]:
    local = on_disk(settings.repository)
    also = f" -{local.path}" if local else ""
    known = {
        "program": "files",
        "state": FILES_STATE,
        "local": local,
        "scratch": settings.scratch,
        "also": also,
    }
    makes = (UNITS[0], f"{UNITS[0]}-now@")
    tasks = (
        (UNITS[0], "due", "Back up files, volumes and Redis that are due", "*:7/15"),
        (UNITS[1], "prove", "Restore the newest backups of files and compare them", settings.verify_at),
        (makes[1], "now %I", "Back up %I", None),
        (f"{UNITS[1]}@", "prove %I", "Restore the newest backup of %I and compare it", None),
    )
    for unit, words, description, at in tasks:
        for kind in ("service", "timer") if at else ("service",):
            part = f"backup{SYSTEMD}/_files.{kind}.j2"
            freezes = pools and unit in makes
            text = render(part, words=words, description=description, at=at, pools=freezes, **known)
            yield File(f"{SYSTEMD}/{unit}.{kind}", text)
    yield from metrics_units()
