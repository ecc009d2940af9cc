"""The server settings as PostgreSQL shows them, so that one text serves the file and the comparison."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from deploys.postgres.paths import Paths
from deploys.postgres.settings import PostgresSettings
from deploys.postgres.tuning import GIB, MIB, Tuning
from deploys.postgres.versions import known

LZ4 = 15
TLS12_CIPHERS = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
)
"""Of TLS 1.2 (https://ssl-config.mozilla.org): without CBC, and none without forward secrecy."""


@dataclass(frozen=True)
class ServerSetting:
    """One line of the configuration.

    Attributes:
        value: In the form in which ``SHOW`` prints it.
        restart: Only a restart brings it (``context`` is ``postmaster`` in ``pg_settings``).
    """

    name: str
    value: str
    restart: bool = False


def size(kib: int) -> str:
    """A size in the largest unit that divides it, as the server shows it."""
    for unit, factor in (("TB", 1024 * GIB), ("GB", GIB), ("MB", MIB)):
        if kib % factor == 0:
            return f"{kib // factor}{unit}"
    return f"{kib}kB"


def duration(milliseconds: int) -> str:
    """A time in the largest unit that divides it, as the server shows it."""
    for unit, factor in (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000)):
        if milliseconds % factor == 0:
            return f"{milliseconds // factor}{unit}"
    return f"{milliseconds}ms"


def server_settings(postgres: PostgresSettings, paths: Paths) -> tuple[ServerSetting, ...]:
    """Every setting of ours that this major version knows, those that need a restart first."""
    every = [
        *_connections(postgres, paths),
        *_memory(postgres, postgres.tuning),
        *_workers(postgres.tuning, paths.version),
        *_disk(postgres, postgres.tuning, paths.version),
        *_archiving(postgres),
        *_security(postgres, paths),
        *_watching(postgres),
        *_autovacuum(postgres),
    ]
    fitting = [one for one in every if known(one.name, paths.version)]
    return tuple(sorted(fitting, key=lambda one: not one.restart))


def _connections(postgres: PostgresSettings, paths: Paths) -> Iterator[ServerSetting]:
    yield ServerSetting("listen_addresses", ", ".join(postgres.listen_addresses), restart=True)
    yield ServerSetting("port", str(postgres.port), restart=True)
    yield ServerSetting("max_connections", str(postgres.connections), restart=True)
    yield ServerSetting("hba_file", paths.hba, restart=True)


def _memory(postgres: PostgresSettings, tuning: Tuning) -> Iterator[ServerSetting]:
    yield ServerSetting("shared_buffers", size(tuning.shared_buffers_kib), restart=True)
    yield ServerSetting("huge_pages", postgres.huge_pages, restart=True)
    yield ServerSetting("wal_buffers", size(tuning.wal_buffers_kib), restart=True)
    yield ServerSetting("effective_cache_size", size(tuning.effective_cache_size_kib))
    yield ServerSetting("work_mem", size(tuning.work_mem_kib))
    yield ServerSetting("maintenance_work_mem", size(tuning.maintenance_work_mem_kib))
    if tuning.autovacuum_work_mem_kib:
        yield ServerSetting("autovacuum_work_mem", size(tuning.autovacuum_work_mem_kib))


def _workers(tuning: Tuning, version: int) -> Iterator[ServerSetting]:
    if tuning.worker_processes:
        yield ServerSetting("max_worker_processes", str(tuning.worker_processes), restart=True)
        yield ServerSetting("max_parallel_workers", str(tuning.worker_processes))
        yield ServerSetting("max_parallel_workers_per_gather", str(tuning.workers_per_gather))
        yield ServerSetting("max_parallel_maintenance_workers", str(tuning.maintenance_workers))
    yield ServerSetting("jit", tuning.jit)
    # io_uring is faster where it works, and stops the start where the kernel or a memory lock forbids it.
    yield ServerSetting("io_method", "worker", restart=True)
    yield ServerSetting("io_workers", str(tuning.io_workers))
    if tuning.autovacuum_workers:
        # Since 18 a reload is enough, within the slots that autovacuum_worker_slots reserves.
        restart = not known("autovacuum_worker_slots", version)
        yield ServerSetting("autovacuum_max_workers", str(tuning.autovacuum_workers), restart=restart)


def _disk(postgres: PostgresSettings, tuning: Tuning, version: int) -> Iterator[ServerSetting]:
    yield ServerSetting("random_page_cost", tuning.random_page_cost)
    yield ServerSetting("effective_io_concurrency", str(tuning.io_concurrency))
    yield ServerSetting("default_statistics_target", str(tuning.statistics_target))
    yield ServerSetting("min_wal_size", size(tuning.min_wal_size_kib))
    yield ServerSetting("max_wal_size", size(tuning.max_wal_size_kib))
    yield ServerSetting("wal_compression", "lz4" if version >= LZ4 else "on")
    yield ServerSetting("default_toast_compression", "lz4")
    yield ServerSetting("checkpoint_completion_target", "0.9")
    yield ServerSetting("checkpoint_timeout", duration(postgres.checkpoint_timeout_minutes * 60_000))


def _archiving(postgres: PostgresSettings) -> Iterator[ServerSetting]:
    if archiving := postgres.archiving:
        yield ServerSetting("wal_level", "replica", restart=True)
        yield ServerSetting("archive_mode", "on", restart=True)
        yield ServerSetting("archive_command", f"{archiving.program} %p")
        yield ServerSetting("archive_timeout", duration(archiving.timeout_seconds * 1000))


def _security(postgres: PostgresSettings, paths: Paths) -> Iterator[ServerSetting]:
    yield ServerSetting("password_encryption", "scram-sha-256")
    yield ServerSetting("ssl", "on")
    yield ServerSetting("ssl_cert_file", paths.certificate)
    yield ServerSetting("ssl_key_file", paths.key)
    modern = postgres.tls_profile == "modern"
    yield ServerSetting("ssl_min_protocol_version", "TLSv1.3" if modern else "TLSv1.2")
    yield ServerSetting("ssl_ciphers", ":".join(TLS12_CIPHERS))


def _watching(postgres: PostgresSettings) -> Iterator[ServerSetting]:
    libraries = ", ".join(("pg_stat_statements", *postgres.preload_libraries))
    yield ServerSetting("shared_preload_libraries", libraries, restart=True)
    yield ServerSetting("pg_stat_statements.track", "top")
    # A statement such as ALTER ROLE … PASSWORD would be kept with what it holds.
    yield ServerSetting("pg_stat_statements.track_utility", "off")
    yield ServerSetting("track_io_timing", "on")
    yield ServerSetting("log_min_duration_statement", duration(postgres.slow_query_milliseconds))
    yield ServerSetting("log_checkpoints", "on")
    yield ServerSetting("log_lock_waits", "on")
    yield ServerSetting("log_temp_files", size(10 * MIB))
    yield ServerSetting("log_autovacuum_min_duration", duration(10_000))


def _autovacuum(postgres: PostgresSettings) -> Iterator[ServerSetting]:
    yield ServerSetting("autovacuum", "on")
    yield ServerSetting("autovacuum_vacuum_scale_factor", _number(postgres.autovacuum_vacuum_scale_factor))
    yield ServerSetting("autovacuum_analyze_scale_factor", _number(postgres.autovacuum_analyze_scale_factor))
    yield ServerSetting("autovacuum_vacuum_cost_limit", str(postgres.autovacuum_vacuum_cost_limit))


def _number(value: float) -> str:
    return f"{value:g}"
