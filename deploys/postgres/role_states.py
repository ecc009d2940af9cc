"""The roles as the running server has them: rights, passwords, settings and groups."""

from __future__ import annotations

import json

from deploys.postgres.paths import Paths
from deploys.postgres.roles import Role
from deploys.postgres.scram import revision, verifier
from deploys.postgres.settings import PostgresSettings
from deploys.postgres.sql import Script, names, run
from rigwright.desired import RuntimeState

ALWAYS = ("NOSUPERUSER", "NOREPLICATION", "NOBYPASSRLS", "NOCREATEROLE", "INHERIT")
NO_LIMIT = -1


def roles(postgres: PostgresSettings, paths: Paths) -> RuntimeState:
    """Every role of the settings. Verifiers come from a file of the host, and no command shows one."""
    declared = [(role, role.name in _logging_in(postgres)) for role in postgres.kept_roles]
    expected = [
        (f"{role.name} {key}", value)
        for role, logs_in in declared
        for key, value in _expected(role, logs_in=logs_in).items()
    ]
    kept = names(role.name for role in postgres.kept_roles)
    made = json.dumps([_made(role, logs_in=logs_in) for role, logs_in in declared])
    return RuntimeState(
        "roles",
        run(paths, Script("read_roles", {"names": kept, "passwords": paths.passwords})),
        tuple(expected),
        remediation=run(paths, Script("fix_roles", {"roles": made, "passwords": paths.passwords})),
    )


def passwords(postgres: PostgresSettings) -> bytes:
    """The file that gives psql the verifiers of all passwords as one JSON object, by role."""
    kept = {role.name: verifier(role.name, role.password) for role in postgres.roles if role.password}
    known = {role: {"verifier": secret, "revision": revision(secret)} for role, secret in kept.items()}
    # Verifiers and names hold neither a quote nor a backslash, which psql would read in its own way.
    return f"\\set verifiers '{json.dumps(known)}'\n".encode()


def _logging_in(postgres: PostgresSettings) -> set[str]:
    return {role.name for role in (*postgres.logins, *postgres.peers)}


def _options(role: Role) -> dict[str, str]:
    """Settings of the role's sessions, sorted by name."""
    return {
        "idle_in_transaction_session_timeout": f"{role.idle_in_transaction_session_timeout_seconds}s",
        "idle_session_timeout": f"{role.idle_session_timeout_seconds}s",
        "statement_timeout": f"{role.statement_timeout_seconds}s",
    }


def _made(role: Role, *, logs_in: bool) -> dict[str, object]:
    """What ``fix_roles.sql`` makes of the role."""
    attributes = (
        *ALWAYS,
        "LOGIN" if logs_in else "NOLOGIN",
        "CREATEDB" if role.create_databases else "NOCREATEDB",
    )
    return {
        "name": role.name,
        "attributes": " ".join(attributes),
        "connections": role.connection_limit or NO_LIMIT,
        "settings": _options(role),
        "member_of": list(role.member_of),
    }


def _expected(role: Role, *, logs_in: bool) -> dict[str, str]:
    """What ``read_roles.sql`` prints of the role when all is as expected."""
    rights = {
        "log in": logs_in,
        "inherit": True,
        "create databases": role.create_databases,
    }
    return {
        "may": " ".join(right for right, given in rights.items() if given),
        "password": "as wanted",
        # The host compares with its own file, which may be the one of before this change.
        "password revision": revision(verifier(role.name, role.password)) if role.password else "none",
        "password valid until": "always",
        "connections": str(role.connection_limit or "any"),
        "settings": ", ".join(f"{name}={value}" for name, value in _options(role).items()),
        "member of": ", ".join(sorted({*role.member_of})) or "none",
    }
