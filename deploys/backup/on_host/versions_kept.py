"""Whether the bucket of a repository keeps versions, as it was found last."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploys.backup.on_host.repository import record_of


def place(state: Path) -> dict[str, Any]:
    """What was found of a bucket last; empty for a disk."""
    return record_of(state, "place")


def unversioned(state: Path, program: str) -> Iterator[str]:
    """A line where it does not, or does not say."""
    found = place(state)
    if found.get("reached") == "yes" and found.get("versioned") not in ("yes", "not asked"):
        what = "keeps no versions" if found["versioned"] == "no" else "does not say whether it does"
        yield f"{found['place']}: its bucket {what}, so deleted backups are gone: {program} keep-versions"
