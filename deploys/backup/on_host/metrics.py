"""What is known of backups, for Prometheus, each minute; starts a full one that is due. It runs as root."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from deploys.backup.on_host.pgbackrest import values

TEXTFILES = Path("/var/lib/prometheus/node-exporter")
FULL = "rigwright-backup-full.service"
FUTURE_SECONDS = 300
"""A clock may be so wrong."""
AGAIN_SECONDS = 900
"""Between two attempts of a full backup that is due."""
HELP = {
    "repository_ready": "Whether the repository is mounted and marked as this host's.",
    "repository_free_ratio": "Free share of the repository's file system.",
    "newest_timestamp_seconds": "When the newest backup ended.",
    "proved_timestamp_seconds": "When a backup was restored with success last.",
    "wal_waiting_seconds": "Age of the oldest segment that waits for the repository.",
    "wal_queue_ratio": "What waiting segments take, as a share of what they may.",
    "wal_dropped": "Segments that were dropped since the last full backup began.",
    "wal_gaps": "Gaps in the log of the repository.",
    "future": "Backups with a date in the future.",
}


def main() -> int:
    """Write the metrics: 0, or the exception that says why not."""
    given = values()
    state = Path(given["state"])
    ready = (
        subprocess.run([f"{given['tools']}/repository", "ready"], capture_output=True, check=False).returncode
        == 0
    )
    found = {"repository_ready": float(ready), **dict(on_disk(given)), **dict(_repository(state))}
    if ready:
        room = os.statvfs(given["path"])
        found["repository_free_ratio"] = room.f_bavail / room.f_blocks
    if TEXTFILES.is_dir():
        lines = [line for name, value in found.items() for line in _lines(name, value)]
        new = TEXTFILES / "rigwright_backup.prom.new"
        new.write_text("\n".join(lines) + "\n", encoding="utf-8")
        new.chmod(0o644)
        new.replace(TEXTFILES / "rigwright_backup.prom")
    # Pushes may fail until there is a first backup, so that whether they do says nothing.
    if (
        ready
        and (state / "full-due").exists()
        and time.time() - _changed(state / "full-tried") > AGAIN_SECONDS
    ):
        subprocess.run(["systemctl", "start", "--no-block", FULL], check=True)
    return 0


def _lines(name: str, value: float) -> tuple[str, ...]:
    full = f"rigwright_backup_{name}"
    return (f"# HELP {full} {HELP[name]}", f"# TYPE {full} gauge", f"{full} {value:.15g}")


def on_disk(given: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    """Segments that wait, by the server's own marks."""
    folder = Path(given["data"], "pg_wal")
    ages = [time.time() - at for at in map(_changed, (folder / "archive_status").glob("*.ready")) if at]
    room = os.statvfs(folder)
    bound = room.f_blocks * room.f_frsize * int(given["share_ppm"]) / 1_000_000
    yield "wal_waiting_seconds", max((0.0, *ages))
    yield "wal_queue_ratio", len(ages) * int(given["segment_bytes"]) / bound
    dropped = Path(given["state"], "dropped")
    due = Path(given["state"], "full-due").exists()
    yield (
        "wal_dropped",
        len(dropped.read_text(encoding="utf-8").splitlines()) if due and dropped.exists() else 0,
    )


def _repository(state: Path) -> Iterator[tuple[str, float]]:
    try:
        known = json.loads((state / "repository.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    now = time.time()
    past = [one for one in known["backups"] if one["ended"] <= now + FUTURE_SECONDS]
    yield "future", len(known["backups"]) - len(past)
    yield "wal_gaps", len(known["gaps"])
    if past:
        yield "newest_timestamp_seconds", max(one["ended"] for one in past)
    if proved := [one["proved"]["at"] for one in past if one["proved"]]:
        yield "proved_timestamp_seconds", max(proved)


def _changed(path: Path) -> float:
    """When it was written; 0 where it is gone, because the segment has just been taken."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0
