"""PostgreSQL."""

from tests.alerts.case import Case, Fires

WHO = '{instance="p", job="postgres"}'
LABELS = {"instance": "p", "job": "postgres"}
IN_STUDIO = {**LABELS, "datname": "studio"}


def sessions(studio: int, jobs: int) -> dict[str, str]:
    """Of 100 that there may be."""
    return {
        f'pg_stat_database_numbackends{{instance="p", job="postgres", datname="{name}"}}': f"{number}+0x120"
        for name, number in (("studio", studio), ("jobs", jobs))
    } | {'pg_settings_max_connections{instance="p", job="postgres", server="s"}': "100+0x120"}


def transactions(idle: int, active: int) -> dict[str, str]:
    """The age of the oldest in each state, in seconds, when the rule is evaluated: it grows with time."""
    labels = 'instance="p", job="postgres", datname="studio"'
    return {
        f'pg_stat_activity_max_tx_duration{{{labels}, state="{state}"}}': f"{age - 1800}+30x120"
        for state, age in (("idle in transaction", idle), ("active", active))
    }


DEADLOCKS = 'pg_stat_database_deadlocks{instance="p", job="postgres", datname="studio"}'

DUMP = 'rigwright_postgres_dump_timestamp_seconds{instance="p", job="node"}'

POOLER = 'instance="b", job="pgbouncer", database="studio"'
OF_APP = {"instance": "b", "job": "pgbouncer", "database": "studio", "user": "app"}


def pool(active: int) -> dict[str, str]:
    """Of 20 sessions; of another pool of the same database none is used."""
    return {
        f'pgbouncer_pools_server_active_connections{{{POOLER}, user="app"}}': f"{active}+0x120",
        f'pgbouncer_pools_server_active_connections{{{POOLER}, user="report"}}': "0+0x120",
        f'pgbouncer_databases_pool_size{{{POOLER}, name="studio", pool_mode=""}}': "20+0x120",
    }


CASES = (
    Case(
        "PgBouncerDown",
        {'pgbouncer_up{instance="b", job="pgbouncer"}': "0+0x120"},
        Fires(
            "PgBouncer does not respond",
            "Its exporter gets no response on loopback, or is not let in.",
            {"instance": "b", "job": "pgbouncer"},
        ),
    ),
    Case("PgBouncerDown", {'pgbouncer_up{instance="b", job="pgbouncer"}': "1+0x120"}),
    Case(
        "PgBouncerPoolNearlyUsed",
        pool(18),
        Fires("The pool of app in studio is nearly used up", "90% of its sessions are busy.", OF_APP),
    ),
    Case("PgBouncerPoolNearlyUsed", pool(15)),
    Case(
        "PgBouncerClientsWait",
        {f'pgbouncer_pools_client_waiting_connections{{{POOLER}, user="app"}}': "7+0x120"},
        Fires(
            "Clients wait for a session of app in studio",
            "7 of them; one that waits too long gets an error.",
            OF_APP,
        ),
    ),
    Case(
        "PgBouncerClientsWait",
        {
            f'pgbouncer_pools_client_waiting_connections{{{POOLER}, user="app"}}': "0+0x57 7+0x1 0+0x60"
        },  # for a moment
    ),
    Case(
        "PostgresDown",
        {f"pg_up{WHO}": "0+0x120"},
        Fires(
            "PostgreSQL does not respond",
            "Its exporter gets no response over its socket, or is not let in.",
            LABELS,
        ),
    ),
    Case("PostgresDown", {f"pg_up{WHO}": "1+0x120"}),
    Case("PostgresDown", {f"pg_up{WHO}": "1+0x58 0 1+0x60"}, at="29m30s"),  # once is no state
    Case(
        "PostgresConnectionsNearlyUsed",
        sessions(50, 35),
        Fires(
            "PostgreSQL has nearly no sessions left",
            "85% of max_connections are taken.",
            LABELS,
        ),
    ),
    Case("PostgresConnectionsNearlyUsed", sessions(50, 25)),
    Case(
        "PostgresTransactionLong",
        transactions(5 * 3600, 10),
        Fires(
            "A transaction in studio does not end",
            "It is 5h 0m 0s old, and vacuum keeps every row that was dropped since.",
            IN_STUDIO,
        ),
    ),
    Case("PostgresTransactionLong", transactions(3 * 3600, 2 * 3600)),
    Case(
        "PostgresDeadlocks",
        {DEADLOCKS: "7+1x120"},
        Fires(
            "Transactions in studio wait for each other",
            "About 20 were ended in 10 minutes so that others could go on.",
            IN_STUDIO,
        ),
    ),
    Case("PostgresDeadlocks", {DEADLOCKS: "7+0x50 8+0x70"}),  # one now and then is resolved by the server
    Case(
        "PostgresDumpOld",
        {DUMP: f"{1800 - 27 * 3600}+0x120"},
        Fires(
            "There is no new dump of PostgreSQL",
            "The newest is 1d 3h 0m 0s old, and nothing brings back what came later.",
            {"instance": "p", "job": "node"},
        ),
    ),
    Case("PostgresDumpOld", {DUMP: f"{1800 - 25 * 3600}+0x120"}),
    Case(
        "PostgresDumpMissing",
        {'up{instance="p", job="node"}': "1+0x3300"},
        Fires("There is no dump of PostgreSQL", "For 26 hours no dump has been reported."),
        at="27h",
    ),
    # One case of a whole day is long enough for promtool, which goes through it in half minutes.
    Case("PostgresDumpMissing", {'up{instance="p", job="node"}': "1+0x120"}),  # not yet
)
