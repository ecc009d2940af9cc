"""What is known of the backups of one declared name, as ``rig backup`` reads it; it reads no repository."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from deploys.backup.on_host.files_record import REPOSITORY, Place
from deploys.backup.on_host.repository import why_not
from deploys.backup.on_host.versions_kept import unversioned


def known(place: Place, name: str) -> str:
    """One JSON object, as ``rigwright/backup/known.py`` has it."""
    listed = place.known("repository")
    found = {
        "at": listed.get("at"),
        "backups": [_backup(one) for one in listed.get("backups", ()) if one["data"] == name],
        "problems": [*_problems(place, listed)],
    }
    return json.dumps(found) + "\n"


def _backup(one: Mapping[str, Any]) -> dict[str, Any]:
    proved = one["proved"]
    return {
        "label": one["label"][:8],
        "kind": one["type"],
        # What came after it was begun is not in it.
        "at": one["started"],
        "bytes": one["bytes"] or 0,
        "stored_bytes": one["repository_bytes"] or 0,
        "proved_at": proved["at"] if proved else None,
        "proof": f"{proved['compared']} of {proved['files']} files compared" if proved else None,
    }


def _problems(place: Place, listed: Mapping[str, Any]) -> Iterator[str]:
    if (reason := why_not(REPOSITORY, "seen")) is not None:
        yield reason
    yield from unversioned(place.state, REPOSITORY)
    if not listed:
        yield "the repository was never read: journalctl -u rigwright-backup-files"
