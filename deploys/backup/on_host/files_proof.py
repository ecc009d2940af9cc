"""The trial restore: what comes back must be what the source's checksums said before the backup."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from deploys.backup.on_host.files_record import Place, newest_of, room
from deploys.backup.on_host.files_restore import NOTES, bring_back, clear, group_number, noted, user_number
from deploys.backup.on_host.repository import RepositoryError
from deploys.backup.on_host.source import fingerprint
from deploys.backup.snapshots import Snapshot


class NotRestoredError(RepositoryError):
    """A backup that did not come back as it was."""


def prove(place: Place, name: str) -> str:
    """Restore the newest backup of a name into the scratch folder, compare, and record it.

    Raises:
        RepositoryError: There is none.
        NotRestoredError: It does not come back as it was.
    """
    newest = newest_of(place, name)
    started = time.time()
    clear(place.scratch)
    try:
        found = tried(place, newest)
    except RepositoryError as error:
        raise NotRestoredError(str(error)) from None
    finally:
        clear(place.scratch)
    result = {"at": int(started), "seconds": round(time.time() - started, 1), **found}
    place.write("proved", {**place.known("proved"), newest.label: result})
    how = "restored" if found["whole"] else "a sample restored"
    return f"{newest.label[:8]}: {how} in {result['seconds']} s, {found['compared']} files compared"


def tried(place: Place, newest: Snapshot) -> dict[str, Any]:
    """Restore all into the empty scratch folder where it is small and there is room, else the sample.

    Raises:
        NotRestoredError: It does not come back as it was.
    """
    notes = noted(place, newest)
    whole = notes["bytes"] <= min(place.whole_bytes, room(place.scratch))
    sample = [one["path"] for one in notes["sample"]]
    if whole or sample:
        bring_back(place, newest, notes, place.scratch, () if whole else sample)
    changing = {*place.known("made").get(newest.label, {}).get("changing", ())}
    compared, wrong = compare(notes["sample"], changing, place.scratch)
    if wrong:
        raise NotRestoredError(f"{newest.label[:8]}: {wrong[0]}; {len(wrong)} of {compared} files differ")
    files = sum(len(names) for _, _, names in os.walk(place.scratch)) - (place.scratch / NOTES).exists()
    if notes["files"] and (not files or (notes["sample"] and not compared)):
        raise NotRestoredError(f"{newest.label[:8]}: none of its files could be compared")
    return {"whole": whole, "files": files, "bytes": notes["bytes"], "compared": compared}


def compare(
    sample: Iterable[Mapping[str, Any]], changing: Collection[str], folder: Path
) -> tuple[int, list[str]]:
    """How many files were compared, and what is wrong with those that differ.

    Files that were written to while the backup was made are left out.
    """
    compared, wrong = 0, []
    for before in sample:
        if before["path"] in changing:
            continue
        compared += 1
        after = fingerprint(f"{folder}{before['path']}")
        if after is None:
            wrong.append(f"{before['path']} did not come back")
            continue
        differing = [key for key in ("bytes", "sha256", "user", "group") if after[key] != before[key]]
        if differing and not _account_is_gone(before, differing):
            wrong.append(f"{before['path']} has another {differing[0]}")
    return compared, wrong


def _account_is_gone(before: Mapping[str, Any], differing: Collection[str]) -> bool:
    """An owner without a name, or that was removed since, is none to compare by."""
    here = {"user": user_number, "group": group_number}
    return {*differing} <= {*here} and all(here[key](before[key]) is None for key in differing)
