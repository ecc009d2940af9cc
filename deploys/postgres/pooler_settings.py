"""What can be chosen about PgBouncer, and whether its pools fit into the server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, model_validator
from typing_extensions import Self

from deploys.postgres.roles import Database, Role, fits_scram
from deploys.postgres.values import PrivateAddress
from rigwright.secrets.value import Secret
from rigwright.settings.base import Many, Port, Settings

LOOPBACK = "127.0.0.1"
RESERVED_CONNECTIONS = 3
"""PostgreSQL's default of ``superuser_reserved_connections``."""


class Pooler(Settings):
    """PgBouncer beside the server, pooling by transaction: no session state outlives a transaction.

    It serves every database of the inventory to the roles that may enter it, with their own passwords.
    """

    listen_addresses: Many[PrivateAddress] = (LOOPBACK,)
    """``127.0.0.1``, and addresses of the host that containers reach, such as ``172.30.0.1`` of Docker's
    first bridge. There is no TLS: a public address is refused."""

    port: Port = 6432
    """TCP port."""

    pool_size: Annotated[int, Field(ge=1, le=1000)] = 20
    """Sessions of the server for each role in each database."""

    max_client_connections: Annotated[int, Field(ge=1, le=100_000)] = 1000
    """Clients at once."""

    query_wait_timeout_seconds: Annotated[int, Field(ge=1, le=3600)] = 60
    """The longest that a client waits for a session."""

    exporter_port: Port | None = None
    """TCP port on 127.0.0.1 where its exporter exposes pools and waiting clients, by custom 9127;
    None: no exporter. Debian 13 alone packages it."""

    exporter_password: Secret | None = None
    """Password of the user ``prometheus``, who may read figures of PgBouncer and nothing else; at least 16
    printable ASCII characters, and with ``exporter_port`` only."""

    @model_validator(mode="after")
    def _its_tools_reach_it(self) -> Self:
        if LOOPBACK not in self.listen_addresses:
            raise ValueError(f"listen_addresses: {LOOPBACK} must be one of them, for tools of the host")
        if len(set(self.listen_addresses)) < len(self.listen_addresses):
            raise ValueError("listen_addresses: an address is listed twice: leave one out")
        return self

    @model_validator(mode="after")
    def _an_exporter_logs_in(self) -> Self:
        if (self.exporter_port is None) != (self.exporter_password is None):
            raise ValueError(
                "exporter_password: belongs to exporter_port, and neither does without the other; "
                "make one: rig secret generate INVENTORY pgbouncer_exporter"
            )
        if self.exporter_password and not fits_scram(self.exporter_password):
            raise ValueError("exporter_password: it must have 16 or more printable ASCII characters")
        return self


def too_many_sessions(
    pooler: Pooler, databases: Sequence[Database], logins: Sequence[Role], connections: int
) -> str | None:
    """What is wrong where full pools would not fit into the server or a role; else None.

    Args:
        pooler: The pooler.
        databases: Every database of the server: each gets a pool for each role that may enter it.
        logins: Roles that can log in with a password.
        connections: ``max_connections`` of the server.
    """
    limits = {role.name: role.connection_limit for role in logins}
    pairs = [name for database in databases for name in database.members if name in limits]
    sessions, free = len(pairs) * pooler.pool_size, connections - RESERVED_CONNECTIONS
    if sessions > free:
        return (
            f"pooler: {len(pairs)} pools of {pooler.pool_size} are {sessions} sessions, and max_connections "
            f"{connections} leaves {free}: make pool_size smaller"
        )
    for name in sorted({*pairs}):
        limit = limits[name]
        if limit is not None and pairs.count(name) * pooler.pool_size > limit:
            return f"pooler: the pools of {name} may take more sessions than its connection_limit, {limit}"
    return None
