"""The database of the reference host."""

from deploys.postgres.settings import (
    Backup,
    Cluster,
    Database,
    OwnCertificate,
    Pgdg,
    Pooler,
    PostgresSettings,
    Role,
)
from rigwright.secrets import SecretSource


def postgres(secrets: SecretSource) -> PostgresSettings:
    """With the passwords of its roles out of a store."""
    return PostgresSettings(
        version=15,  # None: what the operating system packages
        pgdg=Pgdg(  # where that has another one: PostgreSQL's own repository
            key="inventories/keys/pgdg.asc",  # as Debian's postgresql-common has it
            uri="https://apt.postgresql.org/pub/repos/apt",
        ),
        cluster=Cluster(  # one that was there before is described as it is
            name="main",
            data_directory=None,  # None: the package's; an existing cluster is never moved
            checksums=True,  # False: it was made without
            encoding="UTF8",  # of its template
        ),
        memory=32 * 2**30,  # given to PostgreSQL; a quarter becomes shared_buffers
        cpu_threads=16,  # that queries may use
        disk="nvme",  # or ssd, hdd: what the data is on
        workload="web",  # or oltp, dw, mixed
        max_connections=None,  # None: what is usual for the workload
        huge_pages="try",  # on: does not start without them
        listen_addresses=["127.0.0.1", "172.30.0.1"],  # loopback, and for containers Docker's first bridge
        port=5432,
        certificate=OwnCertificate(
            names=["db.studio.example.com", "localhost"],  # that clients connect to
            lifetime_days=365,  # made anew when a third is left
        ),
        # or CertificateFiles(certificate="inventories/db.pem", key=Secrets("prod")["postgres_tls_key"])
        tls_profile="intermediate",  # modern: TLS 1.3 only
        roles=[
            # Without a password a role cannot log in: it is a group.
            Role(name="studio_owner", password=secrets["postgres_studio_owner"]),  # owns, and migrates
            Role(
                name="studio",  # the application
                password=secrets["postgres_studio"],
                member_of=[],  # groups whose rights it has
                connection_limit=100,  # sessions at once; None: any
                create_databases=False,
                connects_to=[],  # databases besides those that name it
                networks=["172.30.0.0/16"],  # it may connect from there by TLS; from the host it may always
                idle_session_timeout_seconds=300,  # 0: never
                idle_in_transaction_session_timeout_seconds=300,  # a forgotten transaction blocks vacuum
                statement_timeout_seconds=0,  # 0: never
            ),
        ],
        databases=[
            Database(
                name="studio",
                owner="studio_owner",
                writers=["studio"],  # read and change rows
                readers=[],  # read them
                extensions=["pg_trgm"],
                encoding="UTF8",
                locale="C.UTF-8",  # sorts alike on every system
            ),
        ],
        extension_packages=[],  # "pgvector" is postgresql-15-pgvector
        preload_libraries=[],  # that an extension needs at the start, such as pg_cron
        slow_query_milliseconds=1000,  # logged from here on
        checkpoint_timeout_minutes=15,
        autovacuum_vacuum_scale_factor=0.05,  # share of changed rows
        autovacuum_analyze_scale_factor=0.05,
        autovacuum_vacuum_cost_limit=2000,  # work between pauses
        vacuum_at="Sun *-*-* 03:30",  # None: autovacuum alone
        backup=Backup(
            directory="/var/backups/postgresql",  # a dataset of the backup disk: no dump without it
            dump_at="*-*-* 02:00",  # as systemd.time(7) writes it
            keep_days=30,  # never the newest, nor the newest that was restored with success
            verify_at="Sun *-*-* 04:30",  # restored into a scratch cluster, and compared
        ),
        archiving=None,  # of the log, without backup: Archiving(program="/opt/push", timeout_seconds=60)
        pooler=Pooler(  # None: there is none
            listen_addresses=["127.0.0.1", "172.30.0.1"],
            port=6432,
            pool_size=20,  # sessions of the server for each role in each database
            max_client_connections=1000,
            query_wait_timeout_seconds=60,  # the longest that a client waits for a session
            exporter_port=None,  # 9127 on Debian 13: measurements of its pools for Prometheus, on loopback
            exporter_password=None,  # then secrets["pgbouncer_exporter"]
        ),
        exporter_port=9187,  # measurements for Prometheus, on loopback; None: no exporter
        restart="report",  # on_change: apply restarts the server where a setting needs it
    )
