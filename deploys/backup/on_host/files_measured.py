"""Metrics of the backups of declared data, from the record."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from typing import Any

from deploys.backup.lateness import late_seconds
from deploys.backup.on_host.files_record import Declared
from deploys.backup.snapshots import FUTURE_SECONDS

USUAL = 7
"""Backups before the newest of which the median size is what is usual."""


def measured(one: Declared, backups: list[Mapping[str, Any]], now: float) -> Iterator[tuple[str, float]]:
    """Metrics of one declared name, from the record; pure."""
    mine = [backup for backup in backups if backup["data"] == one.name]
    past = [backup for backup in mine if 0 < backup["started"] <= now + FUTURE_SECONDS]
    yield "late_seconds", late_seconds(one.rhythm)
    yield "future", len([backup for backup in mine if backup["started"] > now + FUTURE_SECONDS])
    if not past:
        return
    yield "newest_timestamp_seconds", max(backup["started"] for backup in past)
    proofs = [backup["proved"]["at"] for backup in past if backup["proved"]]
    # Where none was ever proved, time counts from the oldest.
    yield "proved_timestamp_seconds", max(proofs) if proofs else min(backup["started"] for backup in past)
    sizes = [backup["bytes"] for backup in past if backup["bytes"] is not None]
    if sizes:
        yield "bytes", sizes[-1]
        yield "usual_bytes", statistics.median(sizes[-1 - USUAL : -1] or sizes)
