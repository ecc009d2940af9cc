"""Backups of PostgreSQL, by default settings: every 4 hours, an hour of loss at most."""

from tests.alerts.case import Case, Fires, pair, series

METRIC = "rigwright_backup"
NEWEST = f"{METRIC}_newest_timestamp_seconds"
UP = {'up{instance="h", job="node"}': "1+0x120"}

CASES = (
    *pair(
        "BackupOld",
        {},
        {NEWEST: -23_460},
        {NEWEST: 1800 - 22_000},
        ("There is no new backup of PostgreSQL", "The newest is 7h 1m 0s old."),
    ),
    Case(
        "BackupMissing",
        {'up{instance="h", job="node"}': "1+0x3300"},
        Fires(
            "There is no backup of PostgreSQL",
            "For 26 hours none has been reported: a lost database does not come back to any second.",
        ),
        at="27h",
    ),
    Case("BackupMissing", {**UP, **series(NEWEST, "0+0x120")}),
    *pair(
        "BackupFromFuture",
        {},
        {f"{METRIC}_future": 1},
        {f"{METRIC}_future": 0},
        (
            "A backup is dated in the future",
            "1 of them: the clock is wrong, or was when they were made.",
        ),
    ),
    *pair(
        "RestoreProofOld",
        {},
        {f"{METRIC}_proved_timestamp_seconds": -691_260},
        {f"{METRIC}_proved_timestamp_seconds": 1800 - 670_000},
        (
            "No backup of PostgreSQL was restored for a while",
            "The last that came back in a trial did 8d 0h 31m 0s ago, and old ones are kept.",
        ),
    ),
    *pair(
        "WalWaiting",
        {},
        {f"{METRIC}_wal_waiting_seconds": 310},
        {f"{METRIC}_wal_waiting_seconds": 290},
        (
            "PostgreSQL's log does not reach the repository",
            "A segment has waited for 5m 10s: what is in it is lost with the host.",
        ),
    ),
    *pair(
        "WalWaitingLong",
        {},
        {f"{METRIC}_wal_waiting_seconds": 1830},
        {f"{METRIC}_wal_waiting_seconds": 1750},
        (
            "More of PostgreSQL's log would be lost than is promised",
            "A segment has waited for 30m 30s.",
        ),
    ),
    *pair(
        "WalQueue",
        {},
        {f"{METRIC}_wal_queue_ratio": 0.52},
        {f"{METRIC}_wal_queue_ratio": 0.48},
        ("PostgreSQL's log piles up", "52% of what may wait; beyond that, segments are dropped."),
    ),
    *pair(
        "WalDropped",
        {},
        {f"{METRIC}_wal_dropped": 1},
        {f"{METRIC}_wal_dropped": 0},
        (
            "PostgreSQL's log was dropped",
            "1 segments, so that the server goes on: no restore gets past them.",
        ),
    ),
    *pair(
        "WalGap",
        {},
        {f"{METRIC}_wal_gaps": 1},
        {f"{METRIC}_wal_gaps": 0},
        (
            "The log in the repository has a gap",
            "1 of them: a restore to a time behind one ends before it.",
        ),
    ),
    *pair(
        "BackupRepositoryAway",
        {},
        {f"{METRIC}_repository_ready": 0},
        {f"{METRIC}_repository_ready": 1},
        (
            "The repository of backups is away",
            "It is not mounted, or not marked as this host's, and nothing is written to it.",
        ),
    ),
    *pair(
        "RepositoryFull",
        {},
        {f"{METRIC}_repository_free_ratio": 0.145},
        {f"{METRIC}_repository_free_ratio": 0.155},
        ("The disk of backups is nearly full", "14.5% of it are free."),
    ),
)
