"""Host-based access: one line for each way in, and nothing else gets in."""

from __future__ import annotations

from collections.abc import Iterator

from deploys.postgres.roles import Role
from deploys.postgres.settings import PostgresSettings

LOOPBACK = ("127.0.0.1/32", "::1/128")
METHOD = "scram-sha-256"


def databases_of(postgres: PostgresSettings, role: Role) -> tuple[str, ...]:
    """The databases that the role may connect to, sorted."""
    own = {database.name for database in postgres.databases if role.name in database.members}
    return tuple(sorted(own | {*role.connects_to}))


def entries(postgres: PostgresSettings) -> Iterator[str]:
    """Lines of ``pg_hba.conf``. Names are quoted: unquoted, some would be words of the file's own."""
    yield from (f'local "postgres" "{role.name}" peer' for role in postgres.peers)
    for role in postgres.logins:
        for database in databases_of(postgres, role):
            who = f'"{database}" "{role.name}"'
            yield f"local {who} {METHOD}"
            yield from (f"host {who} {network} {METHOD}" for network in LOOPBACK)
            yield from (f"hostssl {who} {network} {METHOD}" for network in role.networks)
