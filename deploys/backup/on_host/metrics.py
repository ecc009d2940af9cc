"""What is known of backups, for Prometheus, each minute; starts a full one that is due. It runs as root."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from deploys.backup.on_host.files_measured import measured
from deploys.backup.on_host.files_record import REPOSITORY, SETTINGS, declared
from deploys.backup.on_host.pgbackrest import VALUES, values
from deploys.backup.on_host.repository import why_not
from deploys.backup.on_host.versions_kept import place

Sample = tuple[str, str, float]
"""Name, labels in braces or nothing, and value."""
PREFIX = "rigwright_backup"
RECOVERY = "/etc/rigwright/backup/recovery.json"
TEXTFILES = Path("/var/lib/prometheus/node-exporter")
SECOND = "/usr/local/lib/rigwright/backup/second-place.json"
FULL = "rigwright-backup-full.service"
FUTURE_SECONDS = 300
"""A clock may be so wrong."""
AGAIN_SECONDS = 900
"""Between two attempts of a full backup that is due."""
HELP = {
    "repository_ready": "Whether the repository is mounted and marked as this host's.",
    "repository_free_ratio": "Free share of the repository's file system.",
    "repository_versioned": "Whether the bucket keeps what is deleted or replaced in it.",
    "newest_timestamp_seconds": "The moment of the newest backup.",
    "proved_timestamp_seconds": "When a backup was restored with success last.",
    "second_timestamp_seconds": "When the last whole copy in the second place was begun.",
    "second_bytes": "What that copy holds.",
    "wal_waiting_seconds": "Age of the oldest segment that waits for the repository.",
    "wal_queue_ratio": "What waiting segments take, as a share of what they may.",
    "wal_dropped": "Segments that were dropped since the last full backup began.",
    "wal_gaps": "Gaps in the log of the repository.",
    "future": "Backups with a date in the future.",
    "late_seconds": "The age at which the newest backup is too old.",
    "bytes": "What the newest backup holds.",
    "usual_bytes": "The median of what the seven before it hold.",
    "recovery_key": "Whether a recovery sheet opens the repositories' passphrases.",
    "recovery_checked_timestamp_seconds": "When the recovery sheet was checked last, or made.",
}


def main() -> int:
    """Write the metrics: 0, or the exception that says why not."""
    found: list[Sample] = []
    given = values() if Path(VALUES).exists() else {}
    if given:
        found += _place(given["path"], f"{given['tools']}/repository", Path(given["state"]))
        found += ((name, "", value) for name, value in on_disk(given))
        found += _repository(given)
    if Path(SETTINGS).exists():
        found += _files()
    if Path(SECOND).exists():
        found += _second()
    found += _recovery()
    if TEXTFILES.is_dir():
        new = TEXTFILES / "rigwright_backup.prom.new"
        new.write_text(exposition(found), encoding="utf-8")
        new.chmod(0o644)
        new.replace(TEXTFILES / "rigwright_backup.prom")
    if given:
        _full_where_due(Path(given["state"]), ready=found[0][2] == 1)
    return 0


def exposition(found: Iterable[Sample]) -> str:
    """Samples as the node exporter reads them: those of one name together."""
    by_name: dict[str, list[str]] = {}
    for name, labels, value in found:
        full = f"{PREFIX}_{name}"
        head = [f"# HELP {full} {HELP[name]}", f"# TYPE {full} gauge"]
        by_name.setdefault(name, head).append(f"{full}{labels} {value:.15g}")
    return "".join(f"{line}\n" for lines in by_name.values() for line in lines)


def label(name: str, value: str) -> str:
    """One label, as the format has it (prometheus.io/docs/instrumenting/exposition_formats)."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{{{name}="{escaped}"}}'


def _place(path: str, program: str, state: Path) -> Iterator[Sample]:
    """A repository."""
    # Of a bucket its address, as everywhere else, and not as one of the tools writes it.
    labels = label("repository", place(state).get("place", path))
    ready = why_not(program, "seen") is None
    yield "repository_ready", labels, float(ready)
    if not path.startswith("/"):
        versioned = place(state).get("versioned", "unknown")
        if versioned != "not asked":
            yield "repository_versioned", labels, float(versioned == "yes")
    elif ready:
        room = os.statvfs(path)
        yield "repository_free_ratio", labels, room.f_bavail / room.f_blocks


def _full_where_due(state: Path, *, ready: bool) -> None:
    """Pushes may fail until there is a first backup, so that whether they do says nothing."""
    tried = time.time() - _changed(state / "full-tried")
    if ready and (state / "full-due").exists() and tried > AGAIN_SECONDS:
        subprocess.run(["systemctl", "start", "--no-block", FULL], check=True)


def _files() -> Iterator[Sample]:
    """Of everything that restic backs up."""
    given = json.loads(Path(SETTINGS).read_text(encoding="utf-8"))
    yield from _place(given["path"], REPOSITORY, Path(given["state"]))
    try:
        text = Path(given["state"], "repository.json").read_text(encoding="utf-8")
        backups = json.loads(text)["backups"]
    except (OSError, ValueError):
        backups = []
    for one in declared():
        labels = label("data", one.name)
        for name, value in measured(one, backups, time.time()):
            yield name, labels, float(value)


def _second() -> Iterator[Sample]:
    """Of the copies in the second place; of one that was never made, since when it should be."""
    given = json.loads(Path(SECOND).read_text(encoding="utf-8"))
    yield from _place(given["target"], given["program"], Path(given["state"]))
    try:
        copies = json.loads(Path(given["state"], "copies.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        copies = {}
    for one in given["sources"]:
        made = copies.get(one["name"], {}).get("copies", ())
        at = made[-1]["at"] if made else _changed(Path(SECOND))
        labels = label("repository", one["name"])
        yield "second_timestamp_seconds", labels, at
        if made:
            yield "second_bytes", labels, made[-1]["bytes"]


def _recovery() -> Iterator[Sample]:
    """Of the sheet, as it was known at the last apply."""
    try:
        known = json.loads(Path(RECOVERY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    yield "recovery_key", "", float(known["key"] is not None)
    if known["key"]:
        yield "recovery_checked_timestamp_seconds", "", float(known["checked"])


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


def _repository(given: Mapping[str, str]) -> Iterator[Sample]:
    """Of PostgreSQL's backups."""
    labels = label("data", "PostgreSQL")
    yield "late_seconds", labels, float(given["late_seconds"])
    try:
        known = json.loads(Path(given["state"], "repository.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    now = time.time()
    past = [one for one in known["backups"] if one["ended"] <= now + FUTURE_SECONDS]
    yield "future", labels, len(known["backups"]) - len(past)
    yield "wal_gaps", "", len(known["gaps"])
    if past:
        yield "newest_timestamp_seconds", labels, max(one["ended"] for one in past)
    if proved := [one["proved"]["at"] for one in past if one["proved"]]:
        yield "proved_timestamp_seconds", labels, max(proved)


def _changed(path: Path) -> float:
    """When it was written; 0 where it is gone, because the segment has just been taken."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0
