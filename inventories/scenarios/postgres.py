"""PostgreSQL with every setting changed."""

from __future__ import annotations

from deploys.postgres.pooler import has_exporter
from deploys.postgres.settings import (
    Backup,
    Database,
    OwnCertificate,
    Pooler,
    PostgresSettings,
    Role,
)
from deploys.postgres.versions import VERSIONS
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os


def lab_password(role: str) -> Secret:
    """What opens a role of a lab host, and nothing else anywhere."""
    return Secret(f"postgres_{role}", f"lab-host-only-{role}-7Qw2")


ROLES = (
    Role(
        name="studio_owner",
        password=lab_password("studio_owner"),
        create_databases=True,
        idle_in_transaction_session_timeout_seconds=60,
    ),
    Role(
        name="studio",
        password=lab_password("studio"),
        networks=["10.0.0.0/8", "fd00::/8"],
        connection_limit=10,
        statement_timeout_seconds=30,
    ),
    Role(name="report", password=lab_password("report"), member_of=["watchers", "pg_read_all_stats"]),
    Role(name="watchers"),
    Role(
        name="watcher",
        password=lab_password("watcher"),
        member_of=["pg_monitor"],
        connects_to=["postgres"],
        idle_session_timeout_seconds=0,
    ),
)

DATABASES = (
    Database(
        name="studio",
        owner="studio_owner",
        writers=["studio"],
        readers=["report"],
        extensions=["ip4r", "pg_trgm", "uuid-ossp"],
    ),
    Database(name="jobs", owner="studio_owner", encoding="LATIN1", locale="C"),
)


def everything(os: Os) -> PostgresSettings:
    """Two databases: one with an owner, a writer and a reader, one with an owner alone."""
    return PostgresSettings(
        version=VERSIONS[os],
        memory=640 * 2**20,
        cpu_threads=4,
        disk="nvme",
        workload="web",
        max_connections=60,
        huge_pages="off",
        listen_addresses=["0.0.0.0", "::1"],  # noqa: S104  the lab host is reached from outside
        port=5433,
        certificate=OwnCertificate(names=["db.rig.test", "localhost"], lifetime_days=90),
        roles=ROLES,
        databases=DATABASES,
        extension_packages=["ip4r"],
        slow_query_milliseconds=250,
        checkpoint_timeout_minutes=10,
        autovacuum_vacuum_scale_factor=0.1,
        autovacuum_analyze_scale_factor=0.02,
        autovacuum_vacuum_cost_limit=1000,
        vacuum_at="Sat *-*-* 01:15",
        backup=Backup(
            directory="/srv/dumps/postgres",
            dump_at="*-*-* 03:10",
            keep_days=30,
            verify_at="*-*-02 05:00",
        ),
        pooler=Pooler(
            listen_addresses=["127.0.0.1", "127.0.0.2"],
            port=6433,
            pool_size=5,
            max_client_connections=200,
            query_wait_timeout_seconds=30,
            exporter_port=9227 if has_exporter(os) else None,
            exporter_password=lab_password("pooler_exporter") if has_exporter(os) else None,
        ),
        exporter_port=9287,
        restart="report",
    )
