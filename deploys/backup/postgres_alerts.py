"""Rules about backups of PostgreSQL and its log; that a unit failed is what ``UnitFailed`` reports."""

from __future__ import annotations

from collections.abc import Iterator

from deploys.backup.alerts import METRIC, common
from deploys.backup.postgres_settings import Promise
from rigwright.desired import AlertRule

LOG = "backup-log"


def alerts(promise: Promise) -> Iterator[AlertRule]:
    """All of them."""
    yield from common()
    yield from _log(promise)


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
