"""Where everything of PostgreSQL stands on the host."""

from __future__ import annotations

from dataclasses import dataclass

from deploys.postgres.settings import PostgresSettings

FOLDER = "/etc/rigwright/postgres"
TOOLS = "/usr/local/lib/rigwright/postgres"
SOCKET = "/run/postgresql"
CONNECT_SECONDS = 10
"""A server that stands still takes connections and never responds; psql alone would wait for ever."""


@dataclass(frozen=True)
class Paths:
    """Paths and names of one cluster.

    Attributes:
        version: PostgreSQL's major version.
        port: Its TCP port, and the name of its socket.
        source: Where its certificate comes from, as the class of its settings names it.
        name: The cluster's name.
        data_directory: Where its data is; None: in the package's folder.
    """

    version: int
    port: int
    source: str
    name: str = "main"
    data_directory: str | None = None

    @classmethod
    def of(cls, postgres: PostgresSettings, version: int) -> Paths:
        """Those of these settings."""
        cluster = postgres.cluster
        return cls(version, postgres.port, postgres.certificate.source, cluster.name, cluster.data_directory)

    @property
    def unit(self) -> str:
        """The cluster's unit."""
        return f"postgresql@{self.version}-{self.name}.service"

    @property
    def configuration(self) -> str:
        """The folder of the package's configuration."""
        return f"/etc/postgresql/{self.version}/{self.name}"

    @property
    def drop_in(self) -> str:
        """Settings that a reload brings."""
        return f"{self.configuration}/conf.d/50-rigwright.conf"

    @property
    def restart_drop_in(self) -> str:
        """Settings that only a restart brings."""
        return f"{self.configuration}/conf.d/50-rigwright-restart.conf"

    @property
    def data(self) -> str:
        """The data directory."""
        return self.data_directory or f"/var/lib/postgresql/{self.version}/{self.name}"

    @property
    def programs(self) -> str:
        """The folder of the server's programs."""
        return f"/usr/lib/postgresql/{self.version}/bin"

    @property
    def hba(self) -> str:
        """Who may connect from where."""
        return f"{FOLDER}/pg_hba.conf"

    @property
    def passwords(self) -> str:
        """SCRAM verifiers, as variables of psql."""
        return f"{FOLDER}/passwords.psql"

    @property
    def tls(self) -> str:
        """The folder of certificate and key."""
        return f"{FOLDER}/tls/{self.source}"

    @property
    def certificate(self) -> str:
        """The certificate and its intermediates."""
        return f"{self.tls}/fullchain.pem"

    @property
    def key(self) -> str:
        """Its private key."""
        return f"{self.tls}/privkey.pem"

    @property
    def psql(self) -> str:
        """The start of a command that queries the server as its superuser, and stops at the first error."""
        return (
            f"cd / && PGCONNECT_TIMEOUT={CONNECT_SECONDS} runuser -u postgres -- "
            f"{self.programs}/psql -X -q -A -t -v ON_ERROR_STOP=1 "
            f"-h {SOCKET} -p {self.port} -d postgres"
        )
