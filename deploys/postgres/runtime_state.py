"""What the running server reports of itself, and what brings that to what is expected."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from deploys.postgres.cluster import Cluster
from deploys.postgres.paths import Paths
from deploys.postgres.role_states import roles
from deploys.postgres.roles import Database
from deploys.postgres.server import ServerSetting
from deploys.postgres.settings import PostgresSettings
from deploys.postgres.sql import Script, names, run
from rigwright.desired import RuntimeState
from rigwright.desired.program import shell

COLLATION_VERSIONS = 15


def runtime_states(
    postgres: PostgresSettings, paths: Paths, settings: tuple[ServerSetting, ...]
) -> Iterator[RuntimeState]:
    """In the order in which they are corrected: a database needs its roles, and a grant its database."""
    yield _alter_system(paths)
    yield from _server(postgres, paths, settings)
    yield _cluster(postgres.cluster, paths)
    yield _undeclared(postgres, paths)
    if postgres.kept_roles:
        yield roles(postgres, paths)
    if postgres.databases:
        yield _databases(postgres.databases, paths)
        yield _grants(postgres.databases, paths)
        yield _collations(postgres.databases, paths)


def _alter_system(paths: Paths) -> RuntimeState:
    """It would override the files of ours, so nothing may be set by it."""
    return RuntimeState(
        "ALTER SYSTEM",
        run(paths, Script("read_alter_system")),
        (),
        exact=True,
        remediation=f"{paths.psql} -c 'ALTER SYSTEM RESET ALL' || exit 1\n{_reload(paths)}",
    )


def _reload(paths: Paths, restart_for: Iterable[str] = ()) -> str:
    values = {"programs": paths.programs, "port": str(paths.port), "unit": paths.unit}
    return shell("postgres/programs/reload.sh", variables={**values, "restart_for": names(restart_for)})


def _server(
    postgres: PostgresSettings, paths: Paths, settings: tuple[ServerSetting, ...]
) -> Iterator[RuntimeState]:
    """Settings that only a restart brings are a state of their own: their remediation is another one."""
    for restart, title in ((False, "server settings"), (True, "server settings that need a restart")):
        own = [one for one in settings if one.restart is restart]
        reload = _reload(paths, [one.name for one in own] if restart else ())
        yield RuntimeState(
            title,
            run(paths, Script("read_settings", {"names": names(one.name.lower() for one in own)})),
            tuple((one.name, one.value) for one in own),
            remediation=reload if postgres.restart == "on_change" or not restart else "",
            satisfied_by_restart_of=paths.unit,
        )


def _cluster(cluster: Cluster, paths: Paths) -> RuntimeState:
    expected = {
        "data_directory": paths.data,
        "data_checksums": "on" if cluster.checksums else "off",
        "server_encoding": cluster.encoding,
        "password of postgres": "none",
        # Until version 14 every role might: a function there is one that the superuser could call unawares.
        "PUBLIC creates in the database postgres": "no",
        "extension pg_stat_statements": "installed",
    }
    return RuntimeState(
        "cluster",
        run(paths, Script("read_cluster")),
        tuple(expected.items()),
        remediation=run(paths, Script("fix_cluster")),
    )


def _undeclared(postgres: PostgresSettings, paths: Paths) -> RuntimeState:
    """An unmanaged role or database is reported, and never touched: a person knows whether it is needed."""
    declared = {
        "roles": names(role.name for role in postgres.kept_roles),
        "databases": names(database.name for database in postgres.databases),
    }
    return RuntimeState(
        "not in the inventory", run(paths, Script("read_undeclared", declared)), (), exact=True
    )


def _databases(databases: Sequence[Database], paths: Paths) -> RuntimeState:
    return RuntimeState(
        "databases",
        run(paths, Script("read_databases", {"names": names(one.name for one in databases)})),
        tuple(
            (f"{database.name} {key}", value)
            for database in databases
            for key, value in (("owner", database.owner), ("connections", "any"))
        ),
        remediation=run(paths, Script("fix_databases", {"databases": _as_made(databases)})),
    )


def _as_made(databases: Sequence[Database]) -> str:
    kept = {"name", "owner", "encoding", "locale"}
    return json.dumps([database.model_dump(include=kept) for database in databases])


def _grants(databases: Sequence[Database], paths: Paths) -> RuntimeState:
    """One session goes through the databases."""
    expected = [
        (f"{database.name} {key}", value)
        for database in databases
        for key, value in _expected_grants(database).items()
    ]
    reads = [Script("read_grants", _members(database), database.name) for database in databases]
    fixes = [Script("fix_grants", _members(database), database.name) for database in databases]
    return RuntimeState(
        "grants",
        run(paths, *reads, Script("print_found")),
        (*expected, ("databases", str(len(databases)))),
        remediation=run(paths, *fixes),
    )


def _members(database: Database) -> dict[str, str]:
    return {
        "owner": database.owner,
        "readers": names(database.readers),
        "writers": names(database.writers),
        "extensions": names(database.extensions),
    }


def _expected_grants(database: Database) -> dict[str, str]:
    members = sorted({*database.writers, *database.readers})
    tables = {
        **dict.fromkeys(database.readers, "SELECT"),
        **dict.fromkeys(database.writers, "DELETE+INSERT+SELECT+UPDATE"),
    }
    return {
        "database": "; ".join(f"{role} CONNECT" for role in members) or "none",
        "schema public": "; ".join(f"{role} USAGE" for role in members) or "none",
        "owner of schema public": "pg_database_owner",
        "new tables": "; ".join(f"{role} {tables[role]}" for role in members) or "none",
        **{f"tables that {role} cannot read, or may change": "0" for role in database.readers},
        **{f"tables that {role} cannot change": "0" for role in database.writers},
        **{f"extension {extension}": "installed" for extension in database.extensions},
    }


def _collations(databases: Sequence[Database], paths: Paths) -> RuntimeState:
    """What only a new database could correct, and indexes of another library."""
    versions = paths.version >= COLLATION_VERSIONS
    values = {"names": names(one.name for one in databases), "versions": "yes" if versions else "no"}
    collation = {"collation": "as when it was made"} if versions else {}
    return RuntimeState(
        "databases as they were made",
        run(paths, Script("read_collations", values)),
        tuple(
            (f"{one.name} {key}", value)
            for one in databases
            for key, value in {"encoding": one.encoding, "locale": one.locale, **collation}.items()
        ),
    )
