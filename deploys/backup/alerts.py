"""Rules about backups of anything; ``data`` names what, by a label. That a unit failed is ``UnitFailed``."""

from __future__ import annotations

from collections.abc import Iterator

from rigwright.desired import AlertRule
from rigwright.secrets.recovery import UNPROVED_DAYS

DAY_SECONDS = 86_400
UNPROVED_SECONDS = 8 * DAY_SECONDS
"""A backup is proved each week."""
METRIC = "rigwright_backup"
OLD, PLACE, KEY, SECOND = "backup-old", "backup-repository", "recovery-key", "second-place"
DATA = "{{ $labels.data }}"


def common() -> Iterator[AlertRule]:
    """All of them."""
    yield from _age()
    yield from _content()
    yield from _repository()
    yield from _recovery()


def second_alerts() -> Iterator[AlertRule]:
    """Of a copy in a second place."""
    yield AlertRule(
        "SecondPlaceOld",
        f"time() - {METRIC}_second_timestamp_seconds > {UNPROVED_SECONDS}",
        300,
        "warning",
        "The copy of {{ $labels.repository }} in the second place is old",
        "The last whole one is {{ $value | humanizeDuration }} old: what is newer is in one place alone.",
        SECOND,
    )


def _age() -> Iterator[AlertRule]:
    newest = f"{METRIC}_newest_timestamp_seconds"
    yield AlertRule(
        "BackupOld",
        f"time() - {newest} > {METRIC}_late_seconds",
        300,
        "warning",
        f"There is no new backup of {DATA}",
        "The newest is {{ $value | humanizeDuration }} old.",
        OLD,
    )
    yield AlertRule(
        "BackupMissing",
        f"{METRIC}_late_seconds unless {newest}",
        26 * 3600,
        "critical",
        f"There is no backup of {DATA}",
        "For 26 hours none has been reported: what is lost does not come back.",
        OLD,
    )


def _content() -> Iterator[AlertRule]:
    yield AlertRule(
        "BackupFromFuture",
        f"{METRIC}_future > 0",
        60,
        "warning",
        f"A backup of {DATA} is dated in the future",
        "{{ $value }} of them: the clock is wrong, or was when they were made.",
        OLD,
    )
    yield AlertRule(
        "BackupShrank",
        f"{METRIC}_bytes < {METRIC}_usual_bytes / 2",
        0,
        "warning",
        f"A backup of {DATA} is less than half of what is usual",
        "It holds {{ $value | humanize1024 }}B: data may be gone from its source.",
        OLD,
    )
    yield AlertRule(
        "RestoreProofOld",
        f"time() - {METRIC}_proved_timestamp_seconds > {UNPROVED_SECONDS}",
        300,
        "warning",
        f"No backup of {DATA} was restored for a while",
        "For {{ $value | humanizeDuration }} none came back in a trial, and old ones are kept.",
        OLD,
    )


def _repository() -> Iterator[AlertRule]:
    yield AlertRule(
        "BackupRepositoryAway",
        f"{METRIC}_repository_ready == 0",
        900,
        "warning",
        "The repository of backups is away",
        "{{ $labels.repository }} is not mounted, or not marked as this host's: nothing is written.",
        PLACE,
    )
    yield AlertRule(
        "BucketUnversioned",
        f"{METRIC}_repository_versioned == 0",
        900,
        "warning",
        "The bucket of backups keeps no versions",
        "What is deleted or replaced in {{ $labels.repository }} is gone.",
        PLACE,
    )
    yield AlertRule(
        "RepositoryFull",
        f"{METRIC}_repository_free_ratio < 0.15",
        300,
        "warning",
        "The disk of backups is nearly full",
        "{{ $value | humanizePercentage }} of that of {{ $labels.repository }} are free.",
        PLACE,
    )


def _recovery() -> Iterator[AlertRule]:
    yield AlertRule(
        "RecoveryKeyMissing",
        f"{METRIC}_recovery_key == 0",
        3600,
        "warning",
        "No recovery sheet opens the backups",
        "The passphrases are lost with this host and the identities of its operators.",
        KEY,
    )
    yield AlertRule(
        "RecoveryKeyUnproved",
        f"time() - {METRIC}_recovery_checked_timestamp_seconds > {UNPROVED_DAYS * DAY_SECONDS}",
        3600,
        "warning",
        "The recovery sheet was not checked for a year",
        "For {{ $value | humanizeDuration }} nothing has proved that the paper opens the secrets.",
        KEY,
    )
