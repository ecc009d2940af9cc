"""Queries to PostgreSQL of any host."""

from __future__ import annotations

import shlex
from typing import Any

from deploys.postgres.settings import PostgresSettings


class Psql:
    """Queries the running server as its superuser, over its socket."""

    def __init__(self, host: Any, port: int) -> None:
        self.host = host
        self.port = port

    def __call__(self, sql: str, database: str = "postgres") -> str:
        """What it prints: columns by ``|``, rows by line."""
        command = f"psql -X -q -A -t -h /run/postgresql -p {self.port} -d {database} -c {shlex.quote(sql)}"
        return str(self.host.check_output(f"cd / && PGCONNECT_TIMEOUT=10 runuser -u postgres -- {command}"))


def refused(host: Any, postgres: PostgresSettings, role: str, database: str, password: str = "") -> str:
    """What psql prints on the host's loopback; a login that succeeds fails the test."""
    where = f"host=127.0.0.1 port={postgres.port} user={role} dbname={database}"
    done = host.run(
        f"cd / && PGCONNECT_TIMEOUT=10 PGPASSWORD={password} psql -X -w -c 'SELECT 1' {shlex.quote(where)}"
    )
    assert done.rc != 0, f"{role} got into {database}"
    return str(done.stderr)
