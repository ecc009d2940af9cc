"""What the running server is asked, and what makes its answer the wanted one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

from deploys.postgres.paths import Paths
from deploys.postgres.roles import Database, Role
from deploys.postgres.scram import revision, verifier
from deploys.postgres.server import ServerSetting
from deploys.postgres.settings import PostgresSettings
from rigwright.desired import RuntimeState
from rigwright.desired.render import render

COLLATION_VERSIONS = 15


def runtime_states(
    postgres: PostgresSettings, paths: Paths, settings: tuple[ServerSetting, ...]
) -> Iterator[RuntimeState]:
    """In the order in which they are mended: a database needs its roles, and a grant its database."""
    yield _reading("ALTER SYSTEM", "alter_system", (), paths, exact=True)
    yield from _server(postgres, paths, settings)
    yield _cluster(paths)
    yield _undeclared(postgres, paths)
    if postgres.kept_roles:
        yield _roles(postgres, paths)
    if postgres.databases:
        yield from _databases(postgres.databases, paths)


def _reading(
    name: str, part: str, expected: Iterable[tuple[str, str]], paths: Paths, *, exact: bool = False,
    mended: bool = True, **values: object,
) -> RuntimeState:  # fmt: skip
    shared = {"psql": paths.psql, "unit": paths.unit, "passwords": paths.passwords, **values}
    remediation = render(f"postgres/_mend_{part}.sh.j2", **shared).decode() if mended else ""
    return RuntimeState(
        name,
        render(f"postgres/_read_{part}.sh.j2", **shared).decode(),
        tuple(expected),
        exact=exact,
        remediation=remediation,
    )


def literals(names: Iterable[str]) -> str:
    """SQL literals for ``IN``; the empty list is one that no name equals."""
    return ", ".join(f"'{name}'" for name in names) or "''"


def _server(
    postgres: PostgresSettings, paths: Paths, settings: tuple[ServerSetting, ...]
) -> Iterator[RuntimeState]:
    """A setting that only a restart brings is a reading of its own: its mend is another one."""
    for restart, title in ((False, "server settings"), (True, "server settings that need a restart")):
        own = [one for one in settings if one.restart is restart]
        reading = _reading(
            title,
            "settings",
            ((one.name, one.value) for one in own),
            paths,
            names=literals(one.name.lower() for one in own),
        )
        reading = dataclasses.replace(reading, satisfied_by_restart_of=paths.unit)
        if not restart:
            yield reading
            continue
        names = literals(one.name for one in own)
        remediation = render(
            "postgres/_mend_restart.sh.j2", psql=paths.psql, unit=paths.unit, names=names
        ).decode()
        yield dataclasses.replace(reading, remediation=remediation if postgres.restart == "on_change" else "")


def _cluster(paths: Paths) -> RuntimeState:
    expected = {
        "data_checksums": "on",
        "server_encoding": "UTF8",
        "password of postgres": "none",
        # Until version 14 everybody might: a function there is one that the superuser could call unawares.
        "PUBLIC creates in the database postgres": "no",
        "extension pg_stat_statements": "installed",
    }
    return _reading("cluster", "cluster", expected.items(), paths)


def _undeclared(postgres: PostgresSettings, paths: Paths) -> RuntimeState:
    """Somebody's role or database is told, and never touched: only a person knows whether it is needed."""
    return _reading(
        "not in the inventory",
        "undeclared",
        (),
        paths,
        exact=True,
        mended=False,
        roles=literals(role.name for role in postgres.kept_roles),
        databases=literals(database.name for database in postgres.databases),
    )


def _roles(postgres: PostgresSettings, paths: Paths) -> RuntimeState:
    roles, logins = postgres.kept_roles, (*postgres.logins, *postgres.peers)
    expected = [
        (f"{role.name} {key}", value)
        for role in roles
        for key, value in _role(role, logs_in=role in logins).items()
    ]
    return _reading(
        "roles",
        "roles",
        expected,
        paths,
        roles=roles,
        logins=[role.name for role in logins],
        names=literals(role.name for role in roles),
        memberships=literals(f"{role.name} {group}" for role in roles for group in role.member_of),
    )


def _role(role: Role, *, logs_in: bool) -> dict[str, str]:
    rights = {
        "log in": logs_in,
        "inherit": True,
        "create databases": role.create_databases,
    }
    options = (
        f"idle_in_transaction_session_timeout={role.idle_in_transaction_session_timeout_seconds}s",
        f"idle_session_timeout={role.idle_session_timeout_seconds}s",
        f"statement_timeout={role.statement_timeout_seconds}s",
    )
    return {
        "may": " ".join(right for right, given in rights.items() if given),
        "password": "as wanted",
        # The host compares with its own file, which may be the one of before this change.
        "password revision": revision(verifier(role.name, role.password)) if role.password else "none",
        "password valid until": "always",
        "connections": str(role.connection_limit or "any"),
        "settings": ", ".join(options),
        "member of": ", ".join(sorted({*role.member_of})) or "none",
    }


def _databases(databases: Sequence[Database], paths: Paths) -> Iterator[RuntimeState]:
    names = literals(database.name for database in databases)
    owners = [
        (f"{database.name} {key}", value)
        for database in databases
        for key, value in (("owner", database.owner), ("connections", "any"))
    ]
    yield _reading("databases", "databases", owners, paths, names=names, databases=databases)
    grants = [(f"{one.name} {key}", value) for one in databases for key, value in _grants(one).items()]
    yield _reading(
        "grants", "grants", [*grants, ("databases", str(len(databases)))], paths, databases=databases
    )
    versions = paths.version >= COLLATION_VERSIONS
    made = [(f"{one.name} {key}", value) for one in databases for key, value in _made(one, versions).items()]
    yield _reading(
        "databases as they were made",
        "collations",
        made,
        paths,
        mended=False,
        names=names,
        collation_versions=versions,
    )


def _grants(database: Database) -> dict[str, str]:
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


def _made(database: Database, versions: bool) -> dict[str, str]:
    collation = {"collation": "as when it was made"} if versions else {}
    return {"encoding": database.encoding, "locale": database.locale, **collation}
