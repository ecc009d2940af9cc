"""What is known of the backups, as ``rig backup`` reads it. It runs as root, and reads no repository."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from deploys.backup.on_host.metrics import on_disk
from deploys.backup.on_host.pgbackrest import values
from deploys.backup.on_host.repository import why_not
from deploys.backup.on_host.versions_kept import unversioned

STALE_SECONDS = 3600
"""The repository is read every 15 minutes."""
WAITING_SECONDS = 300


def main() -> int:
    """Print it: 0, or the exception that says why not."""
    given = values()
    state = Path(given["state"])
    listed = _listed(state)
    log = dict(on_disk(given))
    found = {
        "at": listed["at"] if listed else None,
        "backups": [_backup(one) for one in listed["backups"]] if listed else [],
        "problems": [*_repository(given), *_list(listed), *_log(log)],
    }
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


def _listed(state: Path) -> Mapping[str, Any] | None:
    try:
        found: Mapping[str, Any] = json.loads((state / "repository.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found


def _backup(one: Mapping[str, Any]) -> dict[str, Any]:
    proved = one["proved"]
    return {
        "label": one["label"],
        "kind": one["type"],
        "at": one["ended"],
        "bytes": one["bytes"],
        "stored_bytes": one["repository_bytes"],
        "proved_at": proved["at"] if proved else None,
        "proof": f"{proved['rows']} rows in {proved['tables']} tables" if proved else None,
    }


def _repository(given: Mapping[str, str]) -> Iterator[str]:
    if (reason := why_not(f"{given['tools']}/repository", "seen")) is not None:
        yield reason
    yield from unversioned(Path(given["state"]), f"{given['tools']}/repository")


def _list(listed: Mapping[str, Any] | None) -> Iterator[str]:
    if listed is None:
        yield "the repository was never read: journalctl -u rigwright-backup-query"
        return
    if listed["at"] < time.time() - STALE_SECONDS:
        at = time.strftime("%Y-%m-%d %H:%M", time.gmtime(listed["at"]))
        yield f"the repository was not read since {at} UTC: journalctl -u rigwright-backup-query"
    for first, last in listed["gaps"]:
        yield f"the log lacks {first} to {last}: no restore gets past that"


def _log(log: Mapping[str, float]) -> Iterator[str]:
    if log["wal_dropped"]:
        yield f"{log['wal_dropped']:.0f} segments of the log were dropped: a full backup is due"
    if log["wal_waiting_seconds"] > WAITING_SECONDS:
        yield f"a segment of the log has waited for {log['wal_waiting_seconds']:.0f} s"
