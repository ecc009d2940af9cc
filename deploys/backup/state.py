"""What a host declares to be worth a backup, gathered from all other subsystems and searched for on it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, replace

from deploys.backup import objects, pgbackrest, restic, restoring, second
from deploys.backup.recovery import RECOVERY, known_key
from deploys.backup.settings import BackupSettings, ProtectedFiles
from rigwright.desired import Desired, Directory, File, RuntimeState
from rigwright.desired.program import python
from rigwright.desired.protection import HOUR_SECONDS, Protected
from rigwright.desired.render import render_tree
from rigwright.settings.platform import Platform

AGGREGATOR = 1
"""The firewall and monitoring come after it: they are made from what it opens and exposes too."""
FOLDER = "/etc/rigwright/backup"
DECLARED = f"{FOLDER}/protected.json"
ZFS = "zfsutils-linux"
"""The package of what takes a snapshot of a dataset."""
DATABASES = (
    "/var/lib/docker/volumes/*/_data",
    "/var/lib/mongodb",
    "/var/lib/mysql",
    "/var/lib/postgresql/*/*",
    "/var/lib/redis",
    "/var/lib/valkey",
)
"""Where packages of the distribution keep data, whether or not the inventory has their subsystem."""


def desired(
    settings: BackupSettings,
    platform: Platform,
    others: tuple[Desired, ...],
) -> Desired:
    """The data that the settings and the others declare, and the search for what none of them does.

    Raises:
        ValueError: Two declare data of the same name.
        RigError: There is nothing of what is to be backed up.
    """
    own = tuple(map(_files, settings.files))
    protected = _named_once((*own, *(item for one in others for item in one.protects)))
    folders = tuple(dict.fromkeys((*DATABASES, *(path for one in others for path in one.data_folders))))
    contents = {**render_tree("backup", {}), DECLARED: _declared(protected)}
    gathered = Desired(
        subsystem="backup",
        packages=("python3",),
        files=tuple(File(path, content) for path, content in sorted(contents.items())),
        directories=(Directory("/etc/rigwright"), Directory(FOLDER, owned=True)),
        runtime_states=(_data(protected, folders, settings.data_folders),),
        protects=own,
    )
    parts = [replace(gathered, files=(*gathered.files, *objects.files(settings)))]
    if settings.repository and settings.postgres:
        cluster = pgbackrest.cluster_of(others)
        parts.append(pgbackrest.part(settings, settings.repository, settings.postgres, platform, cluster))
    if settings.restic:
        pools = any(ZFS in one.packages for one in others)
        parts.append(
            restic.part(
                settings.restic,
                platform,
                protected,
                pools=pools,
                objects=None if settings.repository else "first",
            )
        )
    if settings.second:
        of = pgbackrest.cluster_of(others) if settings.postgres else None
        parts.append(second.part(settings, settings.second, platform, of))
    if len(parts) > 1:
        parts.append(restoring.part(settings, others))
    if key := known_key(place.store for part in parts for place in part.backup_places):
        parts.append(Desired("backup", files=(File(RECOVERY, key),)))
    return Desired.merge(*parts)


def _files(one: ProtectedFiles) -> Protected:
    return Protected(
        one.name,
        "files",
        tuple(one.paths),
        one.hours * HOUR_SECONDS,
        at_least_files=one.at_least_files,
        exclude=tuple(one.exclude),
    )


def _named_once(protected: tuple[Protected, ...]) -> tuple[Protected, ...]:
    names = [one.name for one in protected]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"backup.files: {twice[0]} is declared twice: give your files another name")
    return protected


def _declared(protected: Iterable[Protected]) -> bytes:
    """As an operator and other programs of the host read it."""
    return json.dumps([asdict(one) for one in protected], indent=2).encode() + b"\n"


def _data(protected: tuple[Protected, ...], folders: tuple[str, ...], served: Iterable[str]) -> RuntimeState:
    """Declared data that is gone, and data that nothing declares; a person decides what becomes of it."""
    given = {
        "protected": [[one.name, one.paths, one.at_least_files] for one in protected],
        "patterns": [*folders, *(f"{folder}/*" for folder in served)],
    }
    command = python("backup/programs/data.py", json.dumps(given))
    expected = tuple((one.name, "there") for one in protected)
    return RuntimeState("data", command, expected, exact=True)
