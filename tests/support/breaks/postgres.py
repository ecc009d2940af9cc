"""What makes the claims about PostgreSQL false."""

from __future__ import annotations

import shlex

from tests.support.breaks.model import KEPT, Break, Claims

PORT = 5433
HBA = "/etc/rigwright/postgres/pg_hba.conf"
TLS = "/etc/rigwright/postgres/tls/own"
RELOAD = "systemctl reload 'postgresql@*'; sleep 1"
SCRAM = "test_postgres_access::test_passwords_are_taken_by_scram_alone"

_server = Claims("test_postgres")
_access = Claims("test_postgres_access")
_grants = Claims("test_postgres_grants")


def psql(sql: str, database: str = "postgres") -> str:
    """A statement as the superuser."""
    where = f"-h /run/postgresql -p {PORT} -d {database}"
    return f"cd / && runuser -u postgres -- psql -X -q -v ON_ERROR_STOP=1 {where} -c {shlex.quote(sql)}"


def stated(
    claims: Claims, test: str, done: str, undone: str, *also: str, database: str = "postgres"
) -> Break:
    """By a statement."""
    return claims.ran(test, psql(done, database), psql(undone, database), also=also)


def admitted(test: str, line: str, *also: str) -> Break:
    """By a first line of the rules who may log in, which the server has loaded."""
    return _access.edited(test, HBA, f"1i {line}", also=also, after=RELOAD)


SERVER = (
    _server.edited(
        "test_the_expected_version_runs_and_comes_back_after_a_boot",
        "/etc/postgresql/*/main/start.conf",
        "s/^auto/manual/",
        after="systemctl daemon-reload",
    ),
    _server.listened("test_it_listens_where_the_inventory_says_and_nowhere_else", "postgres", 7433),
    stated(
        _server,
        "test_the_cluster_is_as_it_should_be_made_and_its_owner_has_no_password",
        "ALTER ROLE postgres PASSWORD 'rig-break'",
        "ALTER ROLE postgres PASSWORD NULL",
    ),
    stated(
        _server,
        "test_memory_is_what_was_given",
        "ALTER DATABASE postgres SET effective_cache_size = '1GB'",
        "ALTER DATABASE postgres RESET effective_cache_size",
    ),
    _server.ran(
        "test_nothing_waits_for_a_restart_and_every_line_was_taken",
        "echo 'rigwright_break = 1' >$(echo /etc/postgresql/*/main/conf.d)/60-rig-break.conf",
        "rm /etc/postgresql/*/main/conf.d/60-rig-break.conf",
        touches="postgres",
    ),
    stated(
        _server,
        "test_slow_queries_are_logged_and_statements_are_counted",
        "ALTER ROLE postgres SET log_min_duration_statement = -1",
        "ALTER ROLE postgres RESET log_min_duration_statement",
    ),
    _server.edited(
        "test_vacuum_has_the_settings_of_the_inventory",
        "/etc/postgresql/*/main/conf.d/50-rigwright.conf",
        "s/^(autovacuum_vacuum_cost_limit = ).*/\\1'1001'/",
        after=RELOAD,
        touches="postgres",
    ),
    _server.unit(
        "test_its_exporter_reaches_it_and_exposes_this_server",
        "disable",
        "prometheus-postgres-exporter.service",
    ),
    stated(
        _server,
        "test_the_exporter_reads_no_table_and_enters_one_database",
        "CREATE TABLE rig_break (); GRANT SELECT ON rig_break TO prometheus",
        "DROP TABLE rig_break",
    ),
    _server.unit(
        "test_the_poolers_exporter_exposes_every_pool_and_may_not_command",
        "disable",
        "prometheus-pgbouncer-exporter.service",
    ),
    stated(
        _server,
        "test_no_other_role_creates_anything_in_the_database_postgres",
        "GRANT CREATE ON SCHEMA public TO watcher",
        "REVOKE CREATE ON SCHEMA public FROM watcher",
    ),
    stated(
        _server, "test_no_superuser_but_postgres", "CREATE ROLE rig_break SUPERUSER", "DROP ROLE rig_break"
    ),
    _server.moded(
        "test_verifiers_and_keys_are_for_root_and_postgres_alone",
        "/etc/rigwright/postgres/passwords.psql",
        "644",
    ),
    _server.ran(
        "test_no_password_is_in_logs_or_statistics",
        "echo 'SCRAM-SHA-256$x' >/var/log/postgresql/rig-break.log",
        "rm /var/log/postgresql/rig-break.log",
    ),
    _grants.unit(
        "test_dumps_restores_and_vacuum_have_timers_at_their_times", "stop", "rigwright-postgres-verify.timer"
    ),
    _grants.ran(
        "test_the_newest_dump_is_whole_and_no_older_than_its_timer",
        'd=/srv/dumps/postgres; mkdir -p $d; echo \'{"at": 1, "exit_code": 1}\' >$d/dump-failed.json',
        "rm /srv/dumps/postgres/dump-failed.json",
    ),
)
ACCESS = (
    _access.edited("test_passwords_are_taken_by_scram_alone", HBA, "$a host all watcher 127.0.0.1/32 trust"),
    stated(
        _access,
        "test_every_stored_verifier_is_that_of_the_inventorys_password",
        "ALTER ROLE report PASSWORD 'another-password-of-a-test'",
        "ALTER ROLE report PASSWORD 'lab-host-only-report-7Qw2'",
    ),
    admitted(
        "test_a_login_without_the_right_password_fails", "host studio studio_owner 127.0.0.1/32 trust", SCRAM
    ),
    admitted("test_a_role_cannot_enter_another_database", "host postgres report 127.0.0.1/32 scram-sha-256"),
    admitted(
        "test_from_outside_only_tls_and_only_the_networks_of_a_role",
        "hostnossl studio studio_owner 10.0.0.0/8 scram-sha-256",
    ),
    _grants.edited(
        "test_a_role_comes_in_from_its_networks_and_from_no_other",
        HBA,
        "/^hostssl .*10.0.0.0/d",
        after=RELOAD,
    ),
    _access.ran(
        "test_the_certificate_is_for_the_names_that_clients_use",
        (
            f"cp -a {TLS} {KEPT}/pg-tls; "
            "openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=other.test "
            f"-addext subjectAltName=DNS:other.test -keyout {KEPT}/k -out {KEPT}/c; "
            f"cat {KEPT}/k >{TLS}/privkey.pem; cat {KEPT}/c >{TLS}/fullchain.pem"
        ),
        (
            f"for f in privkey fullchain; do cat {KEPT}/pg-tls/$f.pem >{TLS}/$f.pem; done; "
            f"rm -r {KEPT}/pg-tls {KEPT}/k {KEPT}/c"
        ),
        after=RELOAD,
    ),
    stated(
        _access,
        "test_roles_may_do_what_the_inventory_says_and_no_more",
        "ALTER ROLE report CREATEDB",
        "ALTER ROLE report NOCREATEDB",
    ),
    stated(
        _access,
        "test_idle_sessions_and_long_statements_of_a_role_end",
        "ALTER ROLE studio SET statement_timeout = '31s'",
        "ALTER ROLE studio SET statement_timeout = '30s'",
    ),
    stated(
        _access,
        "test_a_database_has_the_owner_encoding_and_locale_of_the_inventory",
        "DROP EXTENSION pg_trgm",
        "CREATE EXTENSION pg_trgm",
        database="studio",
    ),
    stated(
        _access,
        "test_only_its_members_may_enter_a_database_and_only_its_owner_may_create",
        "GRANT CONNECT ON DATABASE jobs TO report",
        "REVOKE CONNECT ON DATABASE jobs FROM report",
    ),
    stated(
        _grants,
        "test_writers_change_and_readers_read_what_the_owner_makes",
        "ALTER DEFAULT PRIVILEGES FOR ROLE studio_owner IN SCHEMA public GRANT INSERT ON TABLES TO report",
        "ALTER DEFAULT PRIVILEGES FOR ROLE studio_owner IN SCHEMA public REVOKE INSERT ON TABLES FROM report",
        database="studio",
    ),
)
BREAKS = (*SERVER, *ACCESS)
