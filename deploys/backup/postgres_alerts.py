"""Rules about backups of PostgreSQL and its log; that a unit failed is what ``UnitFailed`` reports."""

from __future__ import annotations

from collections.abc import Iterator

from deploys.backup.postgres_settings import PostgresBackups, Promise
from rigwright.desired import AlertRule

DAY_SECONDS = 86_400
GRACE_SECONDS = 1800
UNPROVED_SECONDS = 8 * DAY_SECONDS
"""A backup is proved each week."""
METRIC = "rigwright_backup"
OLD, LOG, PLACE = "backup-old", "backup-log", "backup-repository"


def alerts(postgres: PostgresBackups, promise: Promise) -> Iterator[AlertRule]:
    """All of them."""
    yield from _backups(postgres)
    yield from _log(promise)
    yield from _repository()


def late_seconds(postgres: PostgresBackups) -> int:
    """A newest backup that is older is late: one and a half times what is between two, and half an hour."""
    return postgres.incremental_hours * 3600 * 3 // 2 + GRACE_SECONDS


def _backups(postgres: PostgresBackups) -> Iterator[AlertRule]:
    late = late_seconds(postgres)
    newest = f"{METRIC}_newest_timestamp_seconds"
    yield AlertRule(
        "BackupOld",
        f"time() - {newest} > {late}",
        300,
        "warning",
        "There is no new backup of PostgreSQL",
        "The newest is {{ $value | humanizeDuration }} old.",
        OLD,
    )
    yield AlertRule(
        "BackupMissing",
        f"absent({newest})",
        26 * 3600,
        "critical",
        "There is no backup of PostgreSQL",
        "For 26 hours none has been reported: a lost database does not come back to any second.",
        OLD,
    )
    yield AlertRule(
        "BackupFromFuture",
        f"{METRIC}_future > 0",
        60,
        "warning",
        "A backup is dated in the future",
        "{{ $value }} of them: the clock is wrong, or was when they were made.",
        OLD,
    )
    yield AlertRule(
        "RestoreProofOld",
        f"time() - {METRIC}_proved_timestamp_seconds > {UNPROVED_SECONDS}",
        300,
        "warning",
        "No backup of PostgreSQL was restored for a while",
        "The last that came back in a trial did {{ $value | humanizeDuration }} ago, and old ones are kept.",
        OLD,
    )


def _log(promise: Promise) -> Iterator[AlertRule]:
    waiting = f"{METRIC}_wal_waiting_seconds"
    yield AlertRule(
        "WalWaiting",
        f"{waiting} > 300",
        0,
        "warning",
        "PostgreSQL's log does not reach the repository",
        "A segment has waited for {{ $value | humanizeDuration }}: what is in it is lost with the host.",
        LOG,
    )
    yield AlertRule(
        "WalWaitingLong",
        f"{waiting} > {promise.rpo_seconds // 2}",
        0,
        "critical",
        "More of PostgreSQL's log would be lost than is promised",
        "A segment has waited for {{ $value | humanizeDuration }}.",
        LOG,
        inhibits=("WalWaiting",),
    )
    yield AlertRule(
        "WalQueue",
        f"{METRIC}_wal_queue_ratio > 0.5",
        60,
        "warning",
        "PostgreSQL's log piles up",
        "{{ $value | humanizePercentage }} of what may wait; beyond that, segments are dropped.",
        LOG,
    )
    yield AlertRule(
        "WalDropped",
        f"{METRIC}_wal_dropped > 0",
        0,
        "critical",
        "PostgreSQL's log was dropped",
        "{{ $value }} segments, so that the server goes on: no restore gets past them.",
        LOG,
        inhibits=("WalQueue", "WalWaiting"),
    )
    yield AlertRule(
        "WalGap",
        f"{METRIC}_wal_gaps > 0",
        0,
        "critical",
        "The log in the repository has a gap",
        "{{ $value }} of them: a restore to a time behind one ends before it.",
        LOG,
    )


def _repository() -> Iterator[AlertRule]:
    yield AlertRule(
        "BackupRepositoryAway",
        f"{METRIC}_repository_ready == 0",
        900,
        "warning",
        "The repository of backups is away",
        "It is not mounted, or not marked as this host's, and nothing is written to it.",
        PLACE,
    )
    yield AlertRule(
        "RepositoryFull",
        f"{METRIC}_repository_free_ratio < 0.15",
        300,
        "warning",
        "The disk of backups is nearly full",
        "{{ $value | humanizePercentage }} of it are free.",
        PLACE,
    )
