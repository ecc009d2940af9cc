"""PgBouncer: many clients share a few sessions of the server, for as long as a transaction takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator
from typing_extensions import Self

from deploys.postgres.paths import FOLDER, SOCKET, Places
from deploys.postgres.roles import EXPORTER, fits_scram
from deploys.postgres.scram import verifier
from rigwright.desired import Activation, Drain, File, RuntimeState
from rigwright.desired.render import render
from rigwright.secrets.value import Secret
from rigwright.settings.base import Port, Settings
from rigwright.settings.platform import Os

if TYPE_CHECKING:
    from deploys.postgres.settings import PostgresSettings

PACKAGED: Mapping[Os, tuple[int, int]] = {
    "debian12": (1, 18),
    "debian13": (1, 24),
    "ubuntu2204": (1, 16),
    "ubuntu2404": (1, 22),
}
PREPARED_STATEMENTS = (1, 21)
WITH_EXPORTER: frozenset[Os] = frozenset({"debian13"})
USERS = f"{FOLDER}/userlist.txt"
INI = "/etc/pgbouncer/pgbouncer.ini"
UNIT = "pgbouncer.service"
DRAIN_SECONDS = 60


class Pooler(Settings):
    """PgBouncer on the host's loopback, pooling by transaction: no session state outlives a transaction.

    It serves every database of the inventory to the roles that may enter it, with their own passwords.
    """

    port: Port = 6432
    """TCP port on 127.0.0.1."""

    pool_size: Annotated[int, Field(ge=1, le=1000)] = 20
    """Sessions of the server for each role in each database."""

    max_client_connections: Annotated[int, Field(ge=1, le=100_000)] = 1000
    """Clients at once."""

    query_wait_timeout_seconds: Annotated[int, Field(ge=1, le=3600)] = 60
    """The longest that a client waits for a session."""

    exporter_port: Port | None = None
    """TCP port on 127.0.0.1 where its exporter tells Prometheus about pools and who waits, by custom 9127;
    None: no exporter. Debian 13 alone packages it."""

    exporter_password: Secret | None = None
    """Password of the user ``prometheus``, who may ask PgBouncer for figures and nothing else; at least 16
    printable ASCII characters, and with ``exporter_port`` only."""

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


def has_exporter(os: Os) -> bool:
    """Whether it packages the exporter of today; before it, one with other metrics and one connection."""
    return os in WITH_EXPORTER


def files(postgres: PostgresSettings, pooler: Pooler, os: Os) -> Iterator[File]:
    """Its configuration, and the verifiers of those whom it lets in: the server's own, which it passes on."""
    prepared = PACKAGED[os] >= PREPARED_STATEMENTS
    values = {"postgres": postgres, "pooler": pooler, "socket": SOCKET, "users": USERS, "prepared": prepared}
    values["exporter"] = EXPORTER.name if pooler.exporter_port else None
    content = render(f"postgres{INI.replace('pgbouncer.ini', '_pgbouncer.ini.j2')}", **values)
    yield File(INI, content, mode=0o640, owner="postgres", group="postgres")
    members = {name for database in postgres.databases for name in database.members}
    lines = [
        f'"{role.name}" "{verifier(role.name, role.password)}"\n'
        for role in postgres.roles
        if role.password and role.name in members
    ]
    if pooler.exporter_password:
        lines.append(f'"{EXPORTER.name}" "{verifier(EXPORTER.name, pooler.exporter_password)}"\n')
    yield File(USERS, "".join(lines).encode(), mode=0o640, group="postgres", secret=True)


def activation() -> Activation:
    """It reads its files anew; what only a restart brings, the reading tells and mends."""
    return Activation(UNIT, reload_on=("/etc/pgbouncer/", USERS))


def reading(pooler: Pooler, places: Places) -> RuntimeState:
    """Its own word on how it runs. The account that it runs as may ask without a password."""
    expected = {
        "auth_type": "scram-sha-256",
        "default_pool_size": str(pooler.pool_size),
        "listen_addr": "127.0.0.1",
        "listen_port": str(pooler.port),
        "max_client_conn": str(pooler.max_client_connections),
        "pool_mode": "transaction",
        "stats_users": EXPORTER.name if pooler.exporter_port else "",
    }
    values = {
        "ask": f"cd / && runuser -u postgres -- {places.programs}/psql -X -q -A -t -h {SOCKET} "
        f"-p {pooler.port} -U pgbouncer -d pgbouncer -c 'SHOW CONFIG'",
        "keys": "|".join(expected),
    }
    command = render("postgres/_read_pooler.sh.j2", **values).decode()
    return RuntimeState(
        "pooler", command, tuple(expected.items()), remediation=f"systemctl restart {UNIT}\nsleep 1\n"
    )


def drain() -> Drain:
    """Its unit stops with SIGINT, at which it lets transactions under way end, and takes no new one."""
    what = "PgBouncer: let transactions end"
    return Drain(UNIT, what, f"systemctl stop {UNIT}", "data", DRAIN_SECONDS)


def too_many_sessions(postgres: PostgresSettings, pooler: Pooler) -> str | None:
    """What is wrong where full pools would not fit into the server or a role; else None."""
    logins = {role.name: role for role in postgres.logins}
    pairs = [name for database in postgres.databases for name in database.members if name in logins]
    reserved = 3  # superuser_reserved_connections
    wanted = len(pairs) * pooler.pool_size
    if wanted > postgres.connections - reserved:
        return (
            f"pooler: {len(pairs)} pools of {pooler.pool_size} are {wanted} sessions, and max_connections "
            f"{postgres.connections} leaves {postgres.connections - reserved}: make pool_size smaller"
        )
    for name in sorted({*pairs}):
        limit = logins[name].connection_limit
        if limit is not None and pairs.count(name) * pooler.pool_size > limit:
            return f"pooler: the pools of {name} may take more sessions than its connection_limit, {limit}"
    return None
