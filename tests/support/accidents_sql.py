"""Accidents to a running PostgreSQL and its pooler: parameters, roles, grants, by every way that SQL has.

Values are literals that differ from those of the scenario ``everything``.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from functools import partial

from rigwright.desired import Desired
from tests.lab.drift_cases.postgres import PSQL
from tests.support.accidents import Accident, one_more, other_value

PARAMETERS = {
    "effective_cache_size": "96MB",
    "work_mem": "9MB",
    "maintenance_work_mem": "41MB",
    "max_parallel_workers": "3",
    "max_parallel_workers_per_gather": "1",
    "max_parallel_maintenance_workers": "1",
    "jit": "on",
    "random_page_cost": "3.5",
    "effective_io_concurrency": "7",
    "default_statistics_target": "77",
    "min_wal_size": "512MB",
    "max_wal_size": "3GB",
    "wal_compression": "off",
    "default_toast_compression": "pglz",
    "checkpoint_completion_target": "0.5",
    "checkpoint_timeout": "7min",
    "ssl_min_protocol_version": "TLSv1.3",
    "pg_stat_statements.track": "all",
    "pg_stat_statements.track_utility": "on",
    "track_io_timing": "off",
    "log_min_duration_statement": "7s",
    "log_checkpoints": "off",
    "log_lock_waits": "off",
    "log_temp_files": "11MB",
    "log_autovacuum_min_duration": "11s",
    "autovacuum": "off",
    "autovacuum_vacuum_scale_factor": "0.7",
    "autovacuum_analyze_scale_factor": "0.7",
    "autovacuum_vacuum_cost_limit": "77",
}
"""Of the server's settings that a reload brings; Debian and Ubuntu have them all from version 14 on."""
UNSET = {
    "deadlock_timeout": "3s",
    "bgwriter_delay": "90ms",
    "cursor_tuple_fraction": "0.3",
    "log_connections": "on",
    "log_disconnections": "on",
    "log_statement": "all",
    "lock_timeout": "77s",
    "tcp_keepalives_idle": "77",
    "vacuum_cost_limit": "777",
    "wal_writer_delay": "77ms",
    "max_connections": "61",
    "shared_buffers": "161MB",
    "max_worker_processes": "5",
}
"""Parameters that are not ours, and some that only a start would take: it is found that they are set."""
OF_A_ROLE = {
    "statement_timeout": "9s",
    "lock_timeout": "7s",
    "work_mem": "7MB",
    "search_path": "pg_catalog",
    "default_transaction_read_only": "on",
    "DateStyle": "German",
    "enable_seqscan": "off",
    "TimeZone": "Asia/Tokyo",
}
MAY = ("SUPERUSER", "CREATEROLE", "REPLICATION", "BYPASSRLS", "NOINHERIT")
GROUPS = (
    *("pg_signal_backend", "pg_read_all_data", "pg_write_all_data", "pg_read_all_settings"),
    *("pg_stat_scan_tables", "pg_read_server_files", "pg_execute_server_program"),
)
POOLER = {
    "default_pool_size": ("6", "7", "9"),
    "max_client_conn": ("199", "201", "77"),
    "pool_mode": ("session", "statement"),
    "stats_users": ("postgres", "watcher"),
}
DATABASES = ("studio", "jobs")
OWNER = "studio_owner"
STRANGERS = 12


def sql(*statements: str, database: str = "") -> str:
    """A command for these statements, each in a transaction of its own."""
    where = f" -d {database}" if database else ""
    return f"{PSQL}{where} {' '.join(f'-c {shlex.quote(one)}' for one in statements)} >/dev/null"


_value, _unmanaged = partial(other_value, "postgres"), partial(one_more, "postgres")


def parameters() -> Iterator[Accident]:
    """Each parameter by ``ALTER SYSTEM`` and a reload, as ours have it and as they do not."""
    for name, value in PARAMETERS.items():
        found = ("runtime_state.unmanaged", f"ALTER SYSTEM: {name}"), (
            "runtime_state.value", f"server settings: {name}",
        )  # fmt: skip
        command = sql(f"ALTER SYSTEM SET {name} = '{value}'", "SELECT pg_reload_conf()")
        yield Accident(frozenset(("postgres", *one) for one in found), command)
    for name, value in UNSET.items():
        yield _unmanaged("ALTER SYSTEM", name, sql(f"ALTER SYSTEM SET {name} = '{value}'"))


def overrides(roles: list[str]) -> Iterator[Accident]:
    """Parameters for a database, and for a role in one: they win over what server and role have."""
    for database in DATABASES:
        # A database that is read-only would refuse the other accidents to it.
        for name, value in sorted(OF_A_ROLE.items() - {("default_transaction_read_only", "on")}):
            yield _unmanaged(
                "not in the inventory", f"settings of the database {database}",
                sql(f"ALTER DATABASE {database} SET {name} = '{value}'"),
                sql(f"ALTER DATABASE {database} RESET ALL"),
            )  # fmt: skip
        for role in roles:
            for name, value in OF_A_ROLE.items():
                yield _unmanaged(
                    "not in the inventory", f"settings of the role {role} in the database {database}",
                    sql(f"ALTER ROLE {role} IN DATABASE {database} SET {name} = '{value}'"),
                    sql(f"ALTER ROLE {role} IN DATABASE {database} RESET ALL"),
                )  # fmt: skip


def of_roles(roles: list[str]) -> Iterator[Accident]:
    """Each attribute, parameter and group of each role that the inventory has."""
    for role in roles:
        alter = f"ALTER ROLE {role}"
        for word in MAY:
            yield _value("roles", f"{role} may", sql(f"{alter} {word}"))
        for name, value in OF_A_ROLE.items():
            yield _value("roles", f"{role} settings", sql(f"{alter} SET {name} = '{value}'"))
        for group in GROUPS:
            yield _value("roles", f"{role} member of", sql(f"GRANT {group} TO {role}"))
        for limit in (3, 4, 7):
            yield _value("roles", f"{role} connections", sql(f"{alter} CONNECTION LIMIT {limit}"))
        for year in (2098, 2099):
            until = f"VALID UNTIL '{year}-01-01 00:00:00+00'"
            yield _value("roles", f"{role} password valid until", sql(f"{alter} {until}"))
        yield _value("roles", f"{role} password", sql(f"{alter} PASSWORD 'guess-{role}'"))


def of_databases() -> Iterator[Accident]:
    """What databases and their schemas grant, and to whom they belong."""
    for database in DATABASES:
        for who in ("PUBLIC", "watcher", "prometheus", "watchers"):
            for right in ("TEMPORARY", "CREATE"):
                grant = f"GRANT {right} ON DATABASE {database} TO {who}"
                yield _value("grants", f"{database} database", sql(grant))
        for right in ("CREATE", "USAGE"):
            for who in ("PUBLIC", "watcher", "prometheus"):
                grant = sql(f"GRANT {right} ON SCHEMA public TO {who}", database=database)
                yield _value("grants", f"{database} schema public", grant)
        for right in ("SELECT", "TRUNCATE", "TRIGGER"):
            own = f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public"
            grant = sql(f"{own} GRANT {right} ON TABLES TO watcher", database=database)
            yield _value("grants", f"{database} new tables", grant)
        for limit in (0, 1, 2, 3):
            limited = sql(f"ALTER DATABASE {database} CONNECTION LIMIT {limit}")
            yield _value("databases", f"{database} connections", limited)
        yield _value("databases", f"{database} owner", sql(f"ALTER DATABASE {database} OWNER TO postgres"))
    for extension in ("ip4r", "pg_trgm", "uuid-ossp"):
        drop = sql(f'DROP EXTENSION "{extension}"', database="studio")
        yield _value("grants", f"studio extension {extension}", drop)


def of_the_cluster() -> Iterator[Accident]:
    """What a whole cluster has, and what it has more than the inventory."""
    yield _value("cluster", "password of postgres", sql("ALTER ROLE postgres PASSWORD 'guess'"))
    public = "PUBLIC creates in the database postgres"
    yield _value("cluster", public, sql("GRANT CREATE ON SCHEMA public TO PUBLIC"))
    yield _value("cluster", "extension pg_stat_statements", sql("DROP EXTENSION pg_stat_statements"))
    for number in range(STRANGERS):
        role = f"stranger_{number}"
        made, dropped = sql(f"CREATE ROLE {role} LOGIN"), sql(f"DROP ROLE {role}")
        yield _unmanaged("not in the inventory", role, made, dropped)
    made, dropped = sql("CREATE DATABASE stray"), sql("DROP DATABASE stray")
    yield _unmanaged("not in the inventory", "stray", made, dropped)


def of_the_pooler() -> Iterator[Accident]:
    """What its console sets until it reads its file again."""
    console = "cd /; runuser -u postgres -- psql -X -q -h /run/postgresql -p 6433 -U pgbouncer pgbouncer"
    for name, values in POOLER.items():
        for other in values:
            yield _value("pooler", name, f"{console} -c {shlex.quote(f'SET {name} = {other!r}')} >/dev/null")


def of_postgres(desired: Desired) -> Iterator[Accident]:
    """All of them."""
    (roles,) = (one for one in desired.runtime_states if one.name == "roles")
    names = sorted({key.partition(" ")[0] for key, _ in roles.expected})
    yield from parameters()
    yield from overrides(names)
    yield from of_roles(names)
    yield from of_databases()
    yield from of_the_cluster()
    yield from of_the_pooler()
