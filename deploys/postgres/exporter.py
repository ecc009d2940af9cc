"""The exporters: PostgreSQL's as a role that may read no table, PgBouncer's as a user that reads figures."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from deploys.postgres import pooler
from deploys.postgres.paths import SOCKET
from deploys.postgres.roles import EXPORTER
from deploys.postgres.settings import PostgresSettings
from rigwright.desired import AlertRule, Desired
from rigwright.desired.exporter import Exporter
from rigwright.errors import RigError
from rigwright.secrets.value import Secret
from rigwright.settings.platform import NAMES, Platform

HOUR_SECONDS = 3600
NEARLY_USED = 0.8
"""The share of ``max_connections`` from which on there is an alert."""

ALERTS = (
    AlertRule(
        "PostgresDown",
        "pg_up == 0",
        60,
        "critical",
        "PostgreSQL does not respond",
        "Its exporter gets no response over its socket, or is not let in.",
        "postgres-down",
    ),
    AlertRule(
        "PostgresConnectionsNearlyUsed",
        "sum by (instance, job) (pg_stat_database_numbackends)"
        f" / max by (instance, job) (pg_settings_max_connections) > {NEARLY_USED}",
        300,
        "warning",
        "PostgreSQL has nearly no sessions left",
        "{{ $value | humanizePercentage }} of max_connections are taken.",
        "postgres-connections",
    ),
    AlertRule(
        "PostgresTransactionLong",
        # Longer than the dump of a night takes, which is one transaction for each database.
        f"max by (instance, job, datname) (pg_stat_activity_max_tx_duration) > {4 * HOUR_SECONDS}",
        300,
        "warning",
        "A transaction in {{ $labels.datname }} does not end",
        "It is {{ $value | humanizeDuration }} old, and vacuum keeps every row that was dropped since.",
        "postgres-transaction",
    ),
    AlertRule(
        "PostgresDeadlocks",
        "increase(pg_stat_database_deadlocks[10m]) > 5",
        0,
        "warning",
        "Transactions in {{ $labels.datname }} wait for each other",
        "About {{ $value | humanize }} were ended in 10 minutes so that others could go on.",
        "postgres-deadlocks",
    ),
)


POOLER_ALERTS = (
    AlertRule(
        "PgBouncerDown",
        "pgbouncer_up == 0",
        60,
        "critical",
        "PgBouncer does not respond",
        "Its exporter gets no response on loopback, or is not let in.",
        "pgbouncer-down",
    ),
    AlertRule(
        "PgBouncerPoolNearlyUsed",
        "pgbouncer_pools_server_active_connections / on (instance, job, database) group_left ()"
        f" max by (instance, job, database) (pgbouncer_databases_pool_size) > {NEARLY_USED}",
        300,
        "warning",
        "The pool of {{ $labels.user }} in {{ $labels.database }} is nearly used up",
        "{{ $value | humanizePercentage }} of its sessions are busy.",
        "pgbouncer-pool",
    ),
    AlertRule(
        "PgBouncerClientsWait",
        "pgbouncer_pools_client_waiting_connections > 0",
        120,
        "critical",
        "Clients wait for a session of {{ $labels.user }} in {{ $labels.database }}",
        "{{ $value | humanize }} of them; one that waits too long gets an error.",
        "pgbouncer-pool",
        inhibits=("PgBouncerPoolNearlyUsed",),
    ),
)


def parts(settings: PostgresSettings, platform: Platform) -> Iterator[Desired]:
    """The exporters that the settings name, with their rules.

    Raises:
        RigError: The platform packages no exporter of PgBouncer that has these metrics.
    """
    if settings.exporter_port:
        yield _of_the_server(settings, settings.exporter_port).part("postgres")
        yield Desired("postgres", alerts=ALERTS)
    pooling = settings.pooler
    if pooling and pooling.exporter_port and pooling.exporter_password:
        if not pooler.has_exporter(platform.os):
            raise RigError(
                f"{NAMES[platform.os]} packages an old exporter of PgBouncer, which loses it at its restart",
                setting="postgres.pooler.exporter_port",
                next_step="leave exporter_port and exporter_password of the pooler out, or use Debian 13",
            )
        yield _of_the_pooler(pooling.exporter_port, pooling.port, pooling.exporter_password).part("postgres")
        yield Desired("postgres", alerts=POOLER_ALERTS)


def _of_the_server(settings: PostgresSettings, port: int) -> Exporter:
    where = {
        "user": EXPORTER.name,
        "host": SOCKET,
        "port": str(settings.port),
        "dbname": "postgres",
        "sslmode": "disable",  # there is no TLS over a socket
    }
    return Exporter(
        "prometheus-postgres-exporter",
        port,
        environment=(("DATA_SOURCE_NAME", " ".join(f"{key}={value}" for key, value in where.items())),),
        job="postgres",
        up="pg_up",
    )


def _of_the_pooler(port: int, pooler_port: int, password: Secret) -> Exporter:
    """Its package lets it run as the server's own account, from which every door is open."""
    login = f"{EXPORTER.name}:{quote(password.reveal(), safe='')}"
    url = f"postgres://{login}@127.0.0.1:{pooler_port}/pgbouncer?sslmode=disable"
    return Exporter(
        "prometheus-pgbouncer-exporter",
        port,
        environment=(("PGBOUNCER_EXPORTER_CONNECTION_STRING", url),),
        secret=True,
        dynamic_user=True,
        job="pgbouncer",
        up="pgbouncer_up",
    )
