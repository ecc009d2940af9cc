"""What can be chosen about PostgreSQL."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, model_validator
from typing_extensions import Self

from deploys.postgres.archiving import Archiving
from deploys.postgres.backup import Backup
from deploys.postgres.certificates import CertificateFiles, OwnCertificate, ServerCertificate
from deploys.postgres.cluster import Cluster
from deploys.postgres.pgdg import Pgdg
from deploys.postgres.pooler_settings import Pooler, too_many_sessions
from deploys.postgres.roles import EXPORTER, Database, Role
from deploys.postgres.tuning import MAX_CONNECTIONS, Disk, Tuning, Workload
from deploys.postgres.values import Calendar, ExtensionPackage, Library
from deploys.postgres.versions import Major
from rigwright.settings.addresses import Address
from rigwright.settings.base import Many, Port, Settings, Size

__all__ = [
    "Archiving",
    "Backup",
    "CertificateFiles",
    "Cluster",
    "Database",
    "OwnCertificate",
    "Pgdg",
    "Pooler",
    "PostgresSettings",
    "Role",
]

MIB = 2**20


class PostgresSettings(Settings):
    """PostgreSQL of one host. With no settings at all it is an empty cluster on loopback."""

    version: Major | None = None
    """Major version; None takes what the operating system packages."""

    pgdg: Pgdg | None = None
    """PostgreSQL's own package repository, for a version that the operating system does not package."""

    cluster: Cluster = Cluster()
    """The cluster; a host that is moved in describes here the one that it has."""

    memory: Annotated[Size, Field(ge=128 * MIB)] = 512 * MIB
    """Main memory given to PostgreSQL, such as ``"32GiB"``: what remains of the machine's for it.
    A quarter becomes ``shared_buffers``, and all else that is tuned follows from it."""

    cpu_threads: Annotated[int, Field(ge=1, le=1024)] = 2
    """Hardware threads that queries may use."""

    disk: Disk = "ssd"
    """The kind of disk that the data is on."""

    workload: Workload = "mixed"
    """``web``: many short queries; ``oltp``: many short changes; ``dw``: few long queries;
    ``mixed``: some of each."""

    max_connections: Annotated[int, Field(ge=5, le=10_000)] | None = None
    """Sessions at once; None takes what is usual for the workload: 200, 300, 40, 100."""

    huge_pages: Literal["try", "on", "off"] = "try"
    """Whether shared memory is in huge pages. With ``on`` the server does not start without them."""

    listen_addresses: Annotated[Many[Address], Field(min_length=1)] = ("127.0.0.1",)
    """Addresses that it listens on. Other addresses than loopback need ``networks`` of some role."""

    port: Port = 5432
    """TCP port, and the name of the socket in ``/run/postgresql``."""

    certificate: ServerCertificate = OwnCertificate()
    """Where the certificate comes from; connections from other hosts are refused without TLS."""

    tls_profile: Literal["intermediate", "modern"] = "intermediate"
    """Mozilla's guideline 6.0: ``intermediate`` offers TLS 1.2 with authenticated ciphers alone and 1.3,
    ``modern`` 1.3 only."""

    roles: Many[Role] = ()
    """Roles. One that is on the host and not here is reported, and never dropped."""

    databases: Many[Database] = ()
    """Databases. One that is on the host and not here is reported, and never dropped."""

    extension_packages: Many[ExtensionPackage] = ()
    """Packages of extensions, without what their names begin with: ``pgvector`` is ``postgresql-17-pgvector``
    where the server is 17, ``postgis-3`` is ``postgresql-17-postgis-3``. ``apt search postgresql-17-`` lists
    them; ``databases`` name the extensions that each has. One that is taken out stays installed."""

    preload_libraries: Many[Library] = ()
    """Libraries that the server loads at its start besides ``pg_stat_statements``, such as ``pg_cron`` or
    ``timescaledb``: their documentation says so. A change restarts the server, as ``restart`` lets it."""

    slow_query_milliseconds: Annotated[int, Field(ge=1, le=3_600_000)] = 1000
    """A statement that took so long is logged."""

    checkpoint_timeout_minutes: Annotated[int, Field(ge=1, le=1440)] = 15
    """The longest time between checkpoints."""

    autovacuum_vacuum_scale_factor: Annotated[float, Field(gt=0, le=1)] = 0.05
    """The share of a table's rows that have changed when it is vacuumed."""

    autovacuum_analyze_scale_factor: Annotated[float, Field(gt=0, le=1)] = 0.05
    """The share of a table's rows that have changed when it is analysed."""

    autovacuum_vacuum_cost_limit: Annotated[int, Field(ge=1, le=10_000)] = 2000
    """How much work vacuum does between pauses; PostgreSQL's own 200 is for slow disks."""

    vacuum_at: Calendar | None = "Sun *-*-* 03:30"
    """When every database is vacuumed and analysed besides what autovacuum does; None: never."""

    backup: Backup | None = Backup()
    """Nightly dumps. None: drift goes on naming each database without a dump."""

    archiving: Archiving | None = None
    """Where full segments of the write-ahead log go; None: nowhere, or where the host's ``backup`` puts
    them. A change restarts the server, as ``restart`` lets it."""

    pooler: Pooler | None = None
    """PgBouncer beside the server; None: there is none."""

    exporter_port: Port | None = None
    """TCP port on 127.0.0.1 where its exporter exposes sessions, transactions and deadlocks,
    by custom 9187; None: no exporter. It queries as the role ``prometheus``, which needs no password on the
    host, has the rights of ``pg_monitor``, and may enter no database but ``postgres``."""

    restart: Literal["on_change", "report"] = "on_change"
    """What becomes of a setting that only a restart brings: ``on_change`` restarts the server, which ends
    every session; ``report`` leaves that to you, and drift goes on reporting it."""

    @property
    def tuning(self) -> Tuning:
        """What the memory, the processors and the disk come to."""
        return Tuning(self.memory, self.cpu_threads, self.disk, self.workload, self.max_connections)

    @property
    def connections(self) -> int:
        """``max_connections``."""
        return self.max_connections or MAX_CONNECTIONS[self.workload]

    @property
    def logins(self) -> tuple[Role, ...]:
        """Roles that can log in with a password."""
        return tuple(role for role in self.roles if role.password)

    @property
    def peers(self) -> tuple[Role, ...]:
        """Roles that log in without one, from the account of the same name on the host."""
        return (EXPORTER,) if self.exporter_port else ()

    @property
    def kept_roles(self) -> tuple[Role, ...]:
        """Every role that the cluster should have."""
        return (*self.roles, *self.peers)

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        for field in ("roles", "databases"):
            if twice := _repeated(item.name for item in getattr(self, field)):
                raise ValueError(f"{field}: two are named {', '.join(twice)}: give each a name of its own")
        for field in ("listen_addresses", "extension_packages", "preload_libraries"):
            if twice := _repeated(getattr(self, field)):
                raise ValueError(f"{field}: {', '.join(twice)} is listed twice: leave one out")
        measured = self.exporter_port or (self.pooler and self.pooler.exporter_port)
        if measured and EXPORTER.name in {role.name for role in self.roles}:
            raise ValueError(f"roles: {EXPORTER.name} is the exporter's: give yours another name")
        return self

    @model_validator(mode="after")
    def _references_meet(self) -> Self:
        roles = {role.name for role in self.roles}
        for database in self.databases:
            if missing := [name for name in database.members if name not in roles]:
                raise ValueError(f"databases: {database.name} names {', '.join(missing)}: add it to roles")
        known = {"postgres", *(database.name for database in self.databases)}
        for role in self.roles:
            if missing := sorted({*role.connects_to} - known):
                raise ValueError(f"roles: {role.name} connects to {', '.join(missing)}: add it to databases")
            if missing := sorted(name for name in role.member_of if not self._grantable(name, role.name)):
                raise ValueError(
                    f"roles: {role.name} cannot be a member of {', '.join(missing)}: add it to roles"
                )
        return self

    def _grantable(self, name: str, to: str) -> bool:
        """A declared group or one of PostgreSQL's own that runs no programs and reads no files."""
        dangerous = ("pg_execute_server_program", "pg_read_server_files", "pg_write_server_files")
        if name.startswith("pg_"):
            return name not in dangerous
        return name != to and name in {role.name for role in self.roles}

    @model_validator(mode="after")
    def _pools_fit(self) -> Self:
        if self.pooler is None:
            return self
        if wrong := too_many_sessions(self.pooler, self.databases, self.logins, self.connections):
            raise ValueError(wrong)
        if self.pooler.port == self.port:
            raise ValueError(f"pooler: port {self.port} is the server's own: take another")
        return self

    @model_validator(mode="after")
    def _networks_are_reached(self) -> Self:
        outside = any(not ipaddress.ip_address(one).is_loopback for one in self.listen_addresses)
        for role in self.roles:
            if role.networks and not outside:
                raise ValueError(
                    f"roles: {role.name} has networks, and listen_addresses are this host's loopback alone"
                )
        return self


def _repeated(values: Iterable[str]) -> list[str]:
    seen = list(values)
    return sorted({value for value in seen if seen.count(value) > 1})
