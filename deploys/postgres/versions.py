"""Which PostgreSQL each operating system packages, and which server settings each major version knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from rigwright.settings.platform import Os

Major = Literal[14, 15, 16, 17, 18]

VERSIONS: Mapping[Os, Major] = {
    "debian12": 15,
    "debian13": 17,
    "ubuntu2204": 14,
    "ubuntu2404": 16,
}

INTRODUCED: Mapping[str, int] = {
    # PostgreSQL's release notes. What is not named here is known to every version from 14 on.
    "autovacuum_worker_slots": 18,
    "io_method": 18,
    "io_workers": 18,
    "track_cost_delay_timing": 18,
    "idle_replication_slot_timeout": 18,
    "vacuum_truncate": 18,
    "allow_alter_system": 17,
    "event_triggers": 17,
    "io_combine_limit": 17,
    "summarize_wal": 17,
    "sync_replication_slots": 17,
    "transaction_timeout": 17,
    "debug_parallel_query": 16,
    "reserved_connections": 16,
    "scram_iterations": 16,
    "vacuum_buffer_usage_limit": 16,
    "log_startup_progress_interval": 15,
    "recovery_prefetch": 15,
    "shared_memory_size_in_huge_pages": 15,
}

REMOVED: Mapping[str, int] = {
    "db_user_namespace": 17,
    "old_snapshot_threshold": 17,
    "trace_recovery_messages": 17,
    "force_parallel_mode": 16,
    "promote_trigger_file": 16,
    "vacuum_defer_cleanup_age": 16,
    "stats_temp_directory": 15,
}


def known(setting: str, version: int) -> bool:
    """Whether a server of this major version knows the setting: an unknown one stops its start."""
    return INTRODUCED.get(setting, 14) <= version < REMOVED.get(setting, 99)
