"""Small files of other programs, kept beside the repositories in both places.

``objects put NAME FILE`` in ``/usr/local/lib/rigwright/backup`` writes one, ``objects get PLACE NAME FILE``
reads it, and ``objects list PLACE`` has the names; a place is ``first`` or ``second``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from deploys.backup.postgres_settings import Local
from deploys.backup.repository import FOLDER, TOOLS
from deploys.backup.settings import BackupSettings
from rigwright.desired import File
from rigwright.desired.program import program
from rigwright.remote.archive import archive

SECOND = "second-repository"


def files(settings: BackupSettings) -> Iterator[File]:
    """Its program, and where both places are; none where nothing is backed up."""
    first = (settings.repository, "repository") if settings.repository else None
    first = first or ((settings.restic.repository, "files-repository") if settings.restic else None)
    if first is None:
        return
    repository, tool = first
    places = {"first": _place(tool, repository.path if isinstance(repository, Local) else "")}
    if settings.second:
        places["second"] = _place(SECOND, "")
    yield File(f"{TOOLS}/objects.json", json.dumps(places, indent=2).encode() + b"\n")
    yield File(f"{TOOLS}/objects", program("backup/programs/objects.sh").encode(), mode=0o755)
    yield File(f"{TOOLS}/objects.pyz", archive("deploys.backup.on_host.objects"))


def _place(tool: str, folder: str) -> dict[str, str]:
    file = "" if folder else f"{FOLDER}/{tool}.json"
    return {"program": f"{TOOLS}/{tool}", "folder": folder, "file": file}
