"""When a backup is late. Pure; it runs on hosts, with the standard library only."""

from __future__ import annotations

GRACE_SECONDS = 1800


def late_seconds(between_seconds: int) -> int:
    """How old the newest may be: one and a half times what is between two, and half an hour."""
    return between_seconds * 3 // 2 + GRACE_SECONDS
