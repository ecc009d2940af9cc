"""How each repository is found once its host is gone, and how the inventory's bundle is kept beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from deploys.backup.places import S3, Repository
from deploys.backup.postgres_settings import Local
from deploys.backup.second_settings import Rclone
from rigwright.desired import BackupPlace
from rigwright.desired.program import shell
from rigwright.secrets.value import Secret

Objects = Literal["first", "second"] | None
"""The place of :mod:`deploys.backup.objects` that a repository is in."""


def place_of(
    name: str, place: Repository | Rclone, tool: str, passphrase: Secret, *, state: str, objects: Objects
) -> BackupPlace:
    """A repository or its copy.

    Args:
        name: What drift calls it.
        place: Where it is.
        tool: Its program.
        passphrase: What it is encrypted with.
        state: The folder on the host of what is known of it.
        objects: None: small files beside it are another repository's.
    """
    where, access = _found(place)
    store = str(Path(passphrase.store).parent) if passphrase.store else None
    keep, about, get = _bundle(place, state, objects)
    return BackupPlace(name, where, tool, passphrase.name, store, keep, about, get, access)


def _found(place: Repository | Rclone) -> tuple[str, Secret | None]:
    """Where a person finds it, and what opens the place itself, which the secrets in the bundle cannot."""
    if isinstance(place, Local):
        return f"{place.path}, on the disk that the host mounts at {place.mount}", None
    if isinstance(place, S3):
        return f"{place.url}, with the key {place.key_id}", place.secret_key
    return f"{place.path}, a remote of rclone", place.configuration


def _bundle(place: Repository | Rclone, state: str, objects: Objects) -> tuple[str, str, str]:
    """Commands that keep the bundle, show what is known of it, and print it; empty where none is kept."""
    if isinstance(place, Local):
        values = {"path": place.path, "mount": place.mount, "state": state}
        program = "backup/programs/bundle.sh"
        ready = shell("backup/programs/repository.sh", "ready", variables=values)
    elif objects:
        values = {"place": objects, "state": state}
        program, ready = "backup/programs/bundle_object.sh", ""
    else:
        return "", "", ""
    keep, about, get = (shell(program, verb, variables=values) for verb in ("keep", "about", "get"))
    return f"{ready}\n{keep}", about, get
