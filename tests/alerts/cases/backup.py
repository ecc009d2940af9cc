"""Backups of anything, and of PostgreSQL's log by default settings: an hour of loss at most."""

from tests.alerts.case import NODE, Case, Fires, pair, series

METRIC = "rigwright_backup"
NEWEST = f"{METRIC}_newest_timestamp_seconds"

LATE = f"{METRIC}_late_seconds"
PLACE = {"repository": "/mnt/backup/files"}
DATA = {"data": "Redis"}

CASES = (
    *pair(
        "BackupOld",
        DATA,
        {NEWEST: -23_460, LATE: 23_400},
        {NEWEST: 1800 - 22_000, LATE: 23_400},
        ("There is no new backup of Redis", "The newest is 7h 1m 0s old."),
    ),
    Case("BackupOld", {**series(NEWEST, "-90000+0x400", data="media"), **series(LATE, "9+0x400", **DATA)}),
    Case(
        "BackupMissing",
        {**series(LATE, "7200+0x3300", **DATA), **series(NEWEST, "0+0x3300", data="media")},
        Fires(
            "There is no backup of Redis",
            "For 26 hours none has been reported: what is lost does not come back.",
            {**NODE, **DATA},
        ),
        at="27h",
    ),
    Case(
        "BackupMissing",
        {**series(LATE, "7200+0x3300", **DATA), **series(NEWEST, "0+0x3300", **DATA)},
        at="27h",
    ),
    *pair(
        "BackupFromFuture",
        DATA,
        {f"{METRIC}_future": 1},
        {f"{METRIC}_future": 0},
        (
            "A backup of Redis is dated in the future",
            "1 of them: the clock is wrong, or was when they were made.",
        ),
    ),
    *pair(
        "BackupShrank",
        DATA,
        {f"{METRIC}_bytes": 1048, f"{METRIC}_usual_bytes": 2100},
        {f"{METRIC}_bytes": 1052, f"{METRIC}_usual_bytes": 2100},
        (
            "A backup of Redis is less than half of what is usual",
            "It holds 1.023kiB: data may be gone from its source.",
        ),
    ),
    *pair(
        "RestoreProofOld",
        DATA,
        {f"{METRIC}_proved_timestamp_seconds": -691_260},
        {f"{METRIC}_proved_timestamp_seconds": 1800 - 670_000},
        (
            "No backup of Redis was restored for a while",
            "For 8d 0h 31m 0s none came back in a trial, and old ones are kept.",
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
        PLACE,
        {f"{METRIC}_repository_ready": 0},
        {f"{METRIC}_repository_ready": 1},
        (
            "The repository of backups is away",
            "/mnt/backup/files is not mounted, or not marked as this host's: nothing is written.",
        ),
    ),
    *pair(
        "BucketUnversioned",
        {"repository": "https://s3.example.com/studio-backup/files"},
        {f"{METRIC}_repository_versioned": 0},
        {f"{METRIC}_repository_versioned": 1},
        (
            "The bucket of backups keeps no versions",
            "What is deleted or replaced in https://s3.example.com/studio-backup/files is gone.",
        ),
    ),
    *pair(
        "SecondPlaceOld",
        {"repository": "files"},
        {f"{METRIC}_second_timestamp_seconds": -8.5 * 86_400},
        {f"{METRIC}_second_timestamp_seconds": -7.5 * 86_400},
        (
            "The copy of files in the second place is old",
            "The last whole one is 8d 12h 30m 0s old: what is newer is in one place alone.",
        ),
    ),
    *pair(
        "RepositoryFull",
        PLACE,
        {f"{METRIC}_repository_free_ratio": 0.145},
        {f"{METRIC}_repository_free_ratio": 0.155},
        ("The disk of backups is nearly full", "14.5% of that of /mnt/backup/files are free."),
    ),
    *pair(
        "RecoveryKeyMissing",
        {},
        {f"{METRIC}_recovery_key": 0},
        {f"{METRIC}_recovery_key": 1},
        (
            "No recovery sheet opens the backups",
            "The passphrases are lost with this host and the identities of its operators.",
        ),
        at="70m",
    ),
    *pair(
        "RecoveryKeyUnproved",
        {},
        {f"{METRIC}_recovery_checked_timestamp_seconds": -380 * 86_400 - 10},
        {f"{METRIC}_recovery_checked_timestamp_seconds": -379 * 86_400},
        (
            "The recovery sheet was not checked for a year",
            "For 380d 1h 10m 10s nothing has proved that the paper opens the secrets.",
        ),
        at="70m",
    ),
)
