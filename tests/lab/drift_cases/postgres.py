"""PostgreSQL: settings, files, roles, databases and grants, changed by hand with psql or an editor."""

PSQL = "cd / && runuser -u postgres -- psql -X -q -h /run/postgresql -p $(ls -A /run/postgresql | sed -n 's/^.s.PGSQL.\\([0-9]*\\)$/\\1/p' | grep -v 643 | head -n 1)"  # noqa: E501
CONF = "/etc/postgresql/*/main/conf.d"

CHANGES = {
    ("file.mode", "/etc/rigwright/postgres/pg_hba.conf"): "chmod 600 /etc/rigwright/postgres/pg_hba.conf",
    ("directory.mode", "/etc/rigwright/postgres"): "chmod 755 /etc/rigwright/postgres",
    ("file.unmanaged", "/etc/rigwright/postgres/notes"): "echo >/etc/rigwright/postgres/notes",
    ("unit.enabled", "postgresql.service"): "systemctl disable -q postgresql.service",
    ("unit.state", "rigwright-postgres-dump.timer"): "systemctl stop rigwright-postgres-dump.timer",
    ("file.content", "/usr/local/lib/rigwright/postgres/vacuum"): (
        "echo '# mine' >>/usr/local/lib/rigwright/postgres/vacuum"
    ),
    ("runtime_state.unmanaged", "ALTER SYSTEM: log_connections"): (
        f"{PSQL} -c \"ALTER SYSTEM SET log_connections = 'on'\""
    ),
    ("runtime_state.unmanaged", "ALTER SYSTEM: work_mem"): f"{PSQL} -c \"ALTER SYSTEM SET work_mem = '9MB'\"",
    (
        "runtime_state.value",
        "server settings: work_mem",
    ): f"{PSQL} -c 'SELECT pg_reload_conf()' >/dev/null; sleep 1",
    (
        "runtime_state.value",
        "cluster: password of postgres",
    ): f"{PSQL} -c \"ALTER ROLE postgres PASSWORD 'guess'\"",
    ("runtime_state.value", "cluster: PUBLIC creates in the database postgres"): (
        f"{PSQL} -c 'GRANT CREATE ON SCHEMA public TO PUBLIC'"
    ),
    (
        "runtime_state.value",
        "cluster: extension pg_stat_statements",
    ): f"{PSQL} -c 'DROP EXTENSION pg_stat_statements'",
}

EVERYTHING = {
    ("file.content", "/etc/pgbouncer/pgbouncer.ini"): "echo '; mine' >>/etc/pgbouncer/pgbouncer.ini",
    # Killed: where it is stopped, its exporter stops with it. Where it has an init script (Ubuntu 22.04),
    # systemd calls it active without any process, so that it is stopped there too.
    ("unit.state", "pgbouncer.service"): (
        "systemctl kill -s KILL pgbouncer; sleep 1\n"
        "! systemctl -q is-active pgbouncer || systemctl stop pgbouncer"
    ),
    ("runtime_state.value", "roles: studio may"): f"{PSQL} -c 'ALTER ROLE studio SUPERUSER'",
    (
        "runtime_state.value",
        "roles: studio settings",
    ): f"{PSQL} -c \"ALTER ROLE studio SET statement_timeout = '9s'\"",
    (
        "runtime_state.value",
        "roles: report password",
    ): f"{PSQL} -c \"ALTER ROLE report PASSWORD 'another-password'\"",
    ("runtime_state.value", "roles: report connections"): f"{PSQL} -c 'ALTER ROLE report CONNECTION LIMIT 1'",
    ("runtime_state.value", "roles: report member of"): f"{PSQL} -c 'GRANT pg_write_all_data TO report'",
    ("runtime_state.value", "roles: watcher password valid until"): (
        f"{PSQL} -c \"ALTER ROLE watcher VALID UNTIL '2020-01-01 00:00:00+00'\""
    ),
    (
        "runtime_state.value",
        "roles: prometheus member of",
    ): f"{PSQL} -c 'GRANT pg_read_all_data TO prometheus'",
    ("unit.state", "prometheus-postgres-exporter.service"): "systemctl stop prometheus-postgres-exporter",
    ("file.content", "/etc/default/prometheus-postgres-exporter"): (
        "echo 'ARGS=' >/etc/default/prometheus-postgres-exporter"
    ),
    ("runtime_state.value", "databases: jobs owner"): f"{PSQL} -c 'ALTER DATABASE jobs OWNER TO postgres'",
    (
        "runtime_state.value",
        "databases: jobs connections",
    ): f"{PSQL} -c 'ALTER DATABASE jobs CONNECTION LIMIT 3'",
    (
        "runtime_state.value",
        "grants: studio database",
    ): f"{PSQL} -c 'GRANT CONNECT ON DATABASE studio TO PUBLIC'",
    ("runtime_state.value", "grants: studio schema public"): (
        f"{PSQL} -d studio -c 'GRANT CREATE ON SCHEMA public TO report'"
    ),
    (
        "runtime_state.value",
        "grants: studio extension pg_trgm",
    ): f"{PSQL} -d studio -c 'DROP EXTENSION pg_trgm'",
}
