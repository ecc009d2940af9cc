"""PgBouncer: many clients share a few sessions of the server, for as long as a transaction takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deploys.postgres.paths import FOLDER, SOCKET, Paths
from deploys.postgres.pooler_settings import Pooler
from deploys.postgres.roles import EXPORTER
from deploys.postgres.scram import verifier
from deploys.postgres.settings import PostgresSettings
from rigwright.desired import Activation, Desired, Drain, File, RuntimeState, Socket, Unit, Writer
from rigwright.desired.program import shell
from rigwright.desired.render import render
from rigwright.settings.platform import Os, Platform

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


def has_exporter(os: Os) -> bool:
    """Whether it packages the exporter of today; before it, one with other metrics and one connection."""
    return os in WITH_EXPORTER


def part(postgres: PostgresSettings, pooler: Pooler, paths: Paths, platform: Platform) -> Desired:
    """PgBouncer beside the server."""
    version = ".".join(map(str, platform.choose(PACKAGED)))
    return Desired(
        "postgres",
        packages=("pgbouncer",),
        versions=(("pgbouncer", version),),
        files=tuple(_files(postgres, pooler, platform.os)),
        units=(Unit(UNIT),),
        sockets=tuple(Socket(address, pooler.port) for address in pooler.listen_addresses),
        # It reads its files anew; what only a restart brings, the runtime state finds and corrects.
        activations=(Activation(UNIT, reload_on=("/etc/pgbouncer/", USERS), reads=("/etc/pgbouncer/",)),),
        runtime_states=(_runtime_state(pooler, paths),),
        # Its unit stops with SIGINT, at which it lets transactions under way end, and takes no new one.
        drains=(
            Drain(UNIT, "PgBouncer: let transactions end", f"systemctl stop {UNIT}", "data", DRAIN_SECONDS),
        ),
        writers=(Writer(UNIT, f"systemctl stop {UNIT}", f"systemctl start {UNIT}", kinds=("database",)),),
    )


def _files(postgres: PostgresSettings, pooler: Pooler, os: Os) -> Iterator[File]:
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


def _runtime_state(pooler: Pooler, paths: Paths) -> RuntimeState:
    """What it reports of its own settings."""
    expected = {
        "auth_type": "scram-sha-256",
        "default_pool_size": str(pooler.pool_size),
        "listen_addr": ",".join(pooler.listen_addresses),
        "listen_port": str(pooler.port),
        "max_client_conn": str(pooler.max_client_connections),
        "pool_mode": "transaction",
        "stats_users": EXPORTER.name if pooler.exporter_port else "",
    }
    values = {"programs": paths.programs, "port": str(pooler.port), "keys": "|".join(expected)}
    return RuntimeState(
        "pooler",
        shell("postgres/programs/read_pooler.sh", variables=values),
        tuple(expected.items()),
        remediation=f"systemctl restart {UNIT}\nsleep 1\n",
    )
