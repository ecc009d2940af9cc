"""The database server of any host, queried by psql, by its own protocol, and by OpenSSL."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

from deploys.postgres.settings import PostgresSettings
from rigwright.inventory.load import Host
from tests.support.psql import Psql, refused

PACKAGED = {"debian12": 15, "debian13": 17, "ubuntu2204": 14, "ubuntu2404": 16}


def test_the_expected_version_runs_and_comes_back_after_a_boot(
    host: Any, psql: Psql, postgres: PostgresSettings, described: Host
) -> None:
    version = postgres.version or PACKAGED[described.rig.platform.os]
    assert psql("SHOW server_version_num").startswith(str(version))
    unit = host.service(f"postgresql@{version}-{postgres.cluster.name}")
    assert (unit.is_running, unit.is_enabled) == (True, True)


def test_it_listens_where_the_inventory_says_and_nowhere_else(host: Any, postgres: PostgresSettings) -> None:
    lines = host.check_output("ss -H -lntp").splitlines()
    pooler = {line.split()[3] for line in lines if '"pgbouncer"' in line}
    places = postgres.pooler.listen_addresses if postgres.pooler else ()
    port = postgres.pooler.port if postgres.pooler else 0
    assert pooler == {f"[{one}]:{port}" if ":" in one else f"{one}:{port}" for one in places}
    ends = [line.split()[3] for line in lines if '"postgres"' in line]
    found = {(end.rpartition(":")[0].strip("[]"), int(end.rpartition(":")[2])) for end in ends}
    assert found == {(address, postgres.port) for address in postgres.listen_addresses}


def test_the_cluster_is_as_it_should_be_made_and_its_owner_has_no_password(
    psql: Psql, postgres: PostgresSettings
) -> None:
    """A new one in UTF-8 with checksums; one that was taken over as the inventory describes it."""
    assert psql("SHOW data_checksums") == ("on" if postgres.cluster.checksums else "off")
    template = "FROM pg_database WHERE datname = 'template1'"
    assert psql(f"SELECT pg_encoding_to_char(encoding) {template}") == postgres.cluster.encoding
    major = psql("SHOW server_version_num")[:2]
    usual = f"/var/lib/postgresql/{major}/{postgres.cluster.name}"
    folder = postgres.cluster.data_directory or usual
    assert psql("SHOW data_directory") == folder
    assert psql("SELECT rolpassword IS NULL FROM pg_authid WHERE rolname = 'postgres'") == "t"


def test_memory_is_what_was_given(psql: Psql, postgres: PostgresSettings) -> None:
    """The server's own sum: a quarter for shared buffers, three quarters for the cache that it counts on."""
    kib = postgres.memory // 1024
    pages = psql("SELECT setting FROM pg_settings WHERE name = 'shared_buffers'")
    assert abs(int(pages) * 8 - kib / 4) < 8
    cached = psql("SELECT setting FROM pg_settings WHERE name = 'effective_cache_size'")
    assert abs(int(cached) * 8 - kib * 3 / 4) < 8
    assert int(psql("SELECT setting FROM pg_settings WHERE name = 'work_mem'")) >= 4096


def test_nothing_waits_for_a_restart_and_every_line_was_taken(psql: Psql) -> None:
    assert psql("SELECT string_agg(name, ',') FROM pg_settings WHERE pending_restart") == ""
    assert psql("SELECT count(*) FROM pg_file_settings WHERE error IS NOT NULL") == "0"
    ours = "SELECT count(*) FROM pg_file_settings WHERE sourcefile LIKE '%rigwright%' AND NOT applied"
    assert psql(ours) == "0"
    assert psql("SELECT count(*) FROM pg_hba_file_rules WHERE error IS NOT NULL") == "0"


def test_slow_queries_are_logged_and_statements_are_counted(
    host: Any, psql: Psql, postgres: PostgresSettings
) -> None:
    seconds = postgres.slow_query_milliseconds / 1000 + 0.05
    mark = psql(f"SELECT 'rigwright slow ' || pg_backend_pid() FROM pg_sleep({seconds})")
    assert mark.startswith("rigwright slow ")
    log = host.check_output("tail -n 50 /var/log/postgresql/postgresql-*-*.log")
    assert f"pg_sleep({seconds})" in log
    before = calls(psql, "SELECT 4242 AS counted_by_a_test")
    psql("SELECT 4242 AS counted_by_a_test")
    assert calls(psql, "SELECT 4242 AS counted_by_a_test") > before


def calls(psql: Psql, statement: str) -> int:
    """How often a statement was counted: by its number, because its text is that of the first of its kind."""
    (plan,) = json.loads(psql(f"EXPLAIN (VERBOSE, FORMAT JSON) {statement}"))
    number = plan["Query Identifier"]
    return int(psql(f"SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE queryid = {number}"))


def test_vacuum_has_the_settings_of_the_inventory(psql: Psql, postgres: PostgresSettings) -> None:
    assert psql("SHOW autovacuum") == "on"
    assert float(psql("SHOW autovacuum_vacuum_scale_factor")) == postgres.autovacuum_vacuum_scale_factor
    assert float(psql("SHOW autovacuum_analyze_scale_factor")) == postgres.autovacuum_analyze_scale_factor
    assert int(psql("SHOW autovacuum_vacuum_cost_limit")) == postgres.autovacuum_vacuum_cost_limit


def test_its_exporter_reaches_it_and_exposes_this_server(host: Any, postgres: PostgresSettings) -> None:
    if postgres.exporter_port is None:
        pytest.skip("the inventory has no exporter")
    output = host.check_output(f"curl -fsS http://127.0.0.1:{postgres.exporter_port}/metrics").splitlines()
    assert "pg_up 1" in output
    (limit,) = (line.split()[-1] for line in output if line.startswith("pg_settings_max_connections{"))
    assert float(limit) == postgres.connections
    assert host.service("prometheus-postgres-exporter").is_enabled
    ends = [line.split()[3] for line in host.check_output("ss -H -lnt").splitlines()]
    assert [end for end in ends if end.endswith(f":{postgres.exporter_port}")] == [
        f"127.0.0.1:{postgres.exporter_port}"
    ]


def test_the_exporter_reads_no_table_and_enters_one_database(
    host: Any, psql: Psql, postgres: PostgresSettings
) -> None:
    """Queried as the exporter's account, with all that it has."""
    if postgres.exporter_port is None:
        pytest.skip("the inventory has no exporter")

    def query(sql: str, database: str = "postgres", account: str = "prometheus") -> Any:
        where = f"-h /run/postgresql -p {postgres.port} -U prometheus -d {database}"
        return host.run(f"cd / && runuser -u {account} -- psql -X -w -A -t {where} -c {shlex.quote(sql)}")

    assert query("SELECT count(*) >= 0 FROM pg_stat_activity").stdout.strip() == "t"
    for secret in (
        "rolpassword FROM pg_authid",
        "* FROM pg_statistic",
        "pg_read_file('/etc/passwd')",
    ):
        output = query(f"SELECT {secret} LIMIT 1")
        assert (output.rc, "denied" in output.stderr) == (1, True), secret
    readable = (
        "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p', 'm') AND oid >= 16384"
        " AND has_table_privilege('prometheus', oid, 'SELECT, INSERT, UPDATE, DELETE')"
    )
    for database in ("postgres", *(one.name for one in postgres.databases)):
        assert psql(readable, database) == "0", database
    for database in ("template1", *(one.name for one in postgres.databases)):
        assert "rejects connection" in query("SELECT 1", database).stderr
    assert "Peer authentication failed" in query("SELECT 1", account="nobody").stderr
    assert "rejects connection" in refused(host, postgres, "prometheus", "postgres")


def test_the_poolers_exporter_exposes_every_pool_and_may_not_command(
    host: Any, postgres: PostgresSettings
) -> None:
    """Queried as the exporter, with the password that it has on the host."""
    if postgres.pooler is None or postgres.pooler.exporter_port is None:
        pytest.skip("the inventory has no exporter of a pooler")
    output = host.check_output(f"curl -fsS http://127.0.0.1:{postgres.pooler.exporter_port}/metrics")
    sizes = [line for line in output.splitlines() if line.startswith("pgbouncer_databases_pool_size{")]
    for database in postgres.databases:
        (line,) = (line for line in sizes if f'name="{database.name}"' in line)
        assert float(line.split()[-1]) == postgres.pooler.pool_size
    assert host.service("prometheus-pgbouncer-exporter").is_enabled
    mode = host.check_output("stat -c '%a %U' /etc/default/prometheus-pgbouncer-exporter")
    assert mode == "600 root"
    source = ". /etc/default/prometheus-pgbouncer-exporter; url=$PGBOUNCER_EXPORTER_CONNECTION_STRING"

    def query(words: str, database: str = "pgbouncer") -> Any:
        there = f"$(echo \"$url\" | sed 's|/pgbouncer?|/{database}?|')"
        return host.run(f"{source}; psql -X -w -A -t -c '{words}' \"{there}\" 2>&1")

    assert query("SHOW VERSION").rc == 0
    # A reload changes nothing: it is the least of what it might be allowed.
    assert (query("RELOAD").rc, "admin access needed" in query("RELOAD").stdout) == (1, True)
    for database in postgres.databases:
        assert query("SELECT 1", database.name).rc != 0


def test_no_other_role_creates_anything_in_the_database_postgres(psql: Psql) -> None:
    may = "has_schema_privilege(oid, 'public', 'CREATE')"
    assert psql(f"SELECT rolname FROM pg_roles WHERE rolcanlogin AND NOT rolsuper AND {may}") == ""


def test_no_superuser_but_postgres(psql: Psql) -> None:
    assert psql("SELECT string_agg(rolname, ',') FROM pg_roles WHERE rolsuper") == "postgres"


@pytest.mark.usefixtures("postgres")
def test_verifiers_and_keys_are_for_root_and_postgres_alone(host: Any) -> None:
    kinds = "-name '*.psql' -o -name privkey.pem"
    found = host.check_output(f"find /etc/rigwright/postgres -type f \\( {kinds} \\) -printf '%m %u %g\\n'")
    assert {*found.splitlines()} <= {"640 root postgres", "600 postgres postgres"}
    assert found
    assert host.check_output("stat -c %a /etc/rigwright/postgres") == "750"


def test_no_password_is_in_logs_or_statistics(host: Any, psql: Psql) -> None:
    assert psql("SELECT count(*) FROM pg_stat_statements WHERE query ~ 'SCRAM-SHA-256'") == "0"
    assert host.run("grep -l 'SCRAM-SHA-256[$]' /var/log/postgresql/*.log").stdout == ""
