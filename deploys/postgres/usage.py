"""What the first apply would cut or hide of PostgreSQL servers that a host has already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deploys.postgres.access import databases_of
from deploys.postgres.paths import Paths
from deploys.postgres.settings import PostgresSettings
from deploys.postgres.usage_access import Admission, access_uses
from rigwright.desired import Usage
from rigwright.desired.program import program, python
from rigwright.desired.usage import Sockets, Use

MIB = 2**20
SHIPPED_LIBRARIES = frozenset({"", "pg_stat_statements"})


def usage(postgres: PostgresSettings, paths: Paths) -> Usage:
    """The survey of all clusters of the host, judged by these settings."""
    command = python("postgres/programs/usage.py", program("postgres/programs/usage.sql"))
    roles = tuple(
        Admission(role.name, databases_of(postgres, role), tuple(role.networks)) for role in postgres.logins
    )
    return Usage(
        "PostgreSQL",
        command,
        PostgresJudge(
            version=str(paths.version),
            name=paths.name,
            data=paths.data,
            port=paths.port,
            listen=tuple(postgres.listen_addresses),
            max_connections=postgres.connections,
            libraries=tuple(postgres.preload_libraries),
            checksums=postgres.cluster.checksums,
            encoding=postgres.cluster.encoding,
            databases=tuple(database.name for database in postgres.databases),
            roles=tuple(role.name for role in postgres.kept_roles),
            logins=roles,
        ),
    )


@dataclass(frozen=True)
class PostgresJudge:
    """The settings as far as a server in use is affected by them."""

    version: str
    name: str
    data: str
    port: int
    listen: tuple[str, ...]
    max_connections: int
    libraries: tuple[str, ...]
    checksums: bool
    encoding: str
    databases: tuple[str, ...]
    roles: tuple[str, ...]
    logins: tuple[Admission, ...]

    def __call__(self, found: Mapping[str, Any], sockets: Sockets) -> Iterator[Use]:
        """Of each cluster; the empty one that the package makes is not in use."""
        del sockets  # the server itself knows its sessions, and whose they are
        for cluster in found["clusters"]:
            own = (str(cluster["version"]), cluster["name"]) == (self.version, self.name)
            if not in_use(cluster):
                continue
            yield from self._own(cluster) if own else self._other(cluster)

    def _other(self, cluster: Mapping[str, Any]) -> Iterator[Use]:
        which, port = f"cluster {cluster['version']}/{cluster['name']}", cluster["port"]
        if port == self.port:
            yield Use(
                "hidden",
                which,
                f"{which} with its data in {cluster['data']} is in use on port {port}, which "
                f"{self.version}/{self.name} would take: take it over by postgres.version="
                f'{cluster["version"]} and postgres.cluster=Cluster(name="{cluster["name"]}"), '
                "or set another postgres.port",
            )
        else:
            yield Use(
                "kept", which, f"{which} (port {port}) is in use, and stays as it is beside the new one"
            )

    def _own(self, cluster: Mapping[str, Any]) -> Iterator[Use]:
        which = f"cluster {self.version}/{self.name}"
        if cluster["data"] != self.data:
            yield Use(
                "hidden",
                f"{which} data",
                f"{which} has its data in {cluster['data']}, which {self.data} would hide: "
                f'set data_directory="{cluster["data"]}" in postgres.cluster',
            )
        if not cluster["runs"]:
            yield Use(
                "kept",
                which,
                f"{which} is stopped and holds {cluster['files']} databases: it is started, and who uses it "
                "is unknown",
            )
        elif "error" in cluster:
            yield Use(
                "hidden",
                which,
                f"{which} runs, and what it holds is unknown ({cluster['error']}): "
                "let the account postgres in by a line `local all postgres peer` of its pg_hba.conf",
            )
        else:
            yield from self._running(cluster, which)

    def _running(self, cluster: Mapping[str, Any], which: str) -> Iterator[Use]:
        if cluster["standby"]:
            yield Use(
                "hidden",
                which,
                f"{which} is a standby of another server, which no setting describes: promote it first",
            )
        yield from self._settings(cluster, which)
        yield from self._made(cluster, which)
        yield from self._contents(cluster)
        yield from access_uses(cluster, self.logins, port=self.port, listen=self.listen)
        sessions = sum(one["count"] for one in cluster["sessions"])
        yield Use(
            "cut",
            "sessions",
            f"{which} restarts with the new settings: {sessions} sessions end, and clients connect anew",
        )

    def _settings(self, cluster: Mapping[str, Any], which: str) -> Iterator[Use]:
        loaded = {one.strip() for one in cluster["preloaded"].split(",")}
        if missing := sorted(loaded - SHIPPED_LIBRARIES - {*self.libraries}):
            listed = ", ".join(f'"{name}"' for name in missing)
            yield Use(
                "hidden",
                "shared_preload_libraries",
                f"{which} loads {', '.join(missing)}, without which data of it cannot be read: "
                f"set postgres.preload_libraries=[{listed}]",
            )
        if cluster["max_connections"] > self.max_connections:
            yield Use(
                "cut",
                "max_connections",
                f"max_connections becomes {self.max_connections} instead of {cluster['max_connections']}: "
                f"postgres.max_connections keeps it",
            )

    def _made(self, cluster: Mapping[str, Any], which: str) -> Iterator[Use]:
        """What no apply changes, and what drift would report for ever."""
        if self.checksums and cluster["checksums"] != "on":
            yield Use(
                "kept",
                "data_checksums",
                f"{which} has no checksums and stays so: set checksums=False in postgres.cluster, "
                "or run pg_checksums --enable while it is stopped",
            )
        if cluster["encoding"] != self.encoding:
            yield Use(
                "kept",
                "server_encoding",
                f"{which} is in {cluster['encoding']} and stays so: "
                f'set encoding="{cluster["encoding"]}" in postgres.cluster',
            )

    def _contents(self, cluster: Mapping[str, Any]) -> Iterator[Use]:
        for database in cluster["databases"]:
            name = database["name"]
            if name not in self.databases:
                yield Use(
                    "cut",
                    f"database {name}",
                    f"database {name} ({_mib(database['bytes'])}, of {database['owner']}) stays, and no "
                    "client may connect to it: declare it in postgres.databases",
                )
        for role in cluster["roles"]:
            name = role["name"]
            if name in self.roles:
                yield Use(
                    "cut",
                    f"role {name}",
                    f"role {name} gets the password, the rights and the time limits of postgres.roles",
                )
            elif role["login"]:
                yield Use(
                    "cut",
                    f"role {name}",
                    f"role {name} stays, and cannot log in: declare it in postgres.roles",
                )


def in_use(cluster: Mapping[str, Any]) -> bool:
    """Whether a cluster is more than the empty one that a package makes."""
    if "error" in cluster or "sessions" not in cluster:
        return bool(cluster["files"]) or "error" in cluster
    clients = any(one["role"] != "postgres" or one["address"] for one in cluster["sessions"])
    held = cluster["databases"] or cluster["roles"] or cluster["tables"] or cluster["standby"]
    return bool(held or clients)


def _mib(count: int) -> str:
    return f"{count / MIB:.0f} MiB" if count >= MIB else f"{count} bytes"
