"""PostgreSQL on real hosts: logins, refused changes, restarts, and dumps that are restored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import pytest

from deploys.postgres.paths import Paths
from deploys.postgres.server import server_settings
from deploys.postgres.settings import Database, Pooler, PostgresSettings, Role
from deploys.postgres.versions import VERSIONS
from rigwright.desired import Desired
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os
from tests.support.pages import run_on_a_host_by
from tests.support.postgres_target import PostgresTarget, postgres_target
from tests.support.waiting import wait_until

OWNER, APP, REPORT = ("owner-of-the-lab-3x", "app-of-the-lab-7k2", "report-of-the-lab-5")


def site(**more: object) -> PostgresSettings:
    """A database with an owner, a writer and a reader."""
    roles = [
        Role(name="studio_owner", password=Secret("owner", OWNER)),
        Role(name="studio", password=Secret("app", APP), idle_session_timeout_seconds=10),
        Role(name="report", password=Secret("report", REPORT)),
    ]
    studio = Database(name="studio", owner="studio_owner", writers=["studio"], readers=["report"])
    jobs = Database(name="jobs", owner="studio_owner")
    return PostgresSettings(**{"roles": roles, "databases": [studio, jobs], **more})  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=["debian13", "debian12"])
def target(request: pytest.FixtureRequest) -> Iterator[PostgresTarget]:
    system = cast("Os", request.param)
    with postgres_target(f"p-t{system[-2:]}", system) as host:
        done = host.change(site())
        assert done.code == 0, done
        assert host.found(site()) == set()
        yield host


def with_file(whole: Desired, ending: str, content: bytes) -> Desired:
    """The same with another content of one file, and little patience."""
    files = tuple(replace(one, content=content) if one.path.endswith(ending) else one for one in whole.files)
    probes = tuple(replace(one, timeout_seconds=2) for one in whole.probes)
    return replace(whole, files=files, probes=probes)


def test_the_right_password_gets_in_and_rights_end_where_they_should(target: PostgresTarget) -> None:
    make = "CREATE TABLE things (id serial PRIMARY KEY, name text); INSERT INTO things (name) VALUES ('a')"
    assert target.login("studio_owner", OWNER, "studio", make)[0] == 0
    assert target.login("studio", APP, "studio", "INSERT INTO things (name) VALUES ('b')")[0] == 0
    assert target.login("report", REPORT, "studio", "SELECT count(*) FROM things") == (0, "2")
    for role, password, statement in (
        ("report", REPORT, "INSERT INTO things (name) VALUES ('c')"),
        ("studio", APP, "CREATE TABLE mine (id int)"),
        ("studio", APP, "DROP TABLE things"),
        ("studio", APP, "CREATE TEMPORARY TABLE mine (id int)"),
        ("report", REPORT, "SELECT rolpassword FROM pg_authid"),
    ):
        code, output = target.login(role, password, "studio", statement)
        assert (code, "denied" in output or "must be owner" in output) == (1, True), (statement, output)


def test_a_wrong_password_and_another_database_stay_outside(target: PostgresTarget) -> None:
    assert "password authentication failed" in target.login("studio", REPORT, "studio")[1]
    assert "rejects connection" in target.login("studio", APP, "jobs")[1]
    assert "rejects connection" in target.login("studio", APP, "postgres")[1]


def test_an_idle_session_of_a_role_is_ended(target: PostgresTarget) -> None:
    target.sh(f"umask 077; echo '127.0.0.1:*:*:*:{APP}' >/root/.pgpass")
    idle = "(echo 'SELECT 1;'; sleep 300) | psql -X -w -h 127.0.0.1 -U studio studio"
    target.sh(f'systemd-run -q --collect --unit=t-idle --setenv=HOME=/root sh -c "{idle}"')
    there = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'studio'"
    wait_until(lambda: target.sql(there) == "1")
    wait_until(lambda: target.sql(there) == "0")
    target.sh("rm -f /root/.pgpass; systemctl stop t-idle 2>/dev/null || :")


def test_the_server_knows_every_setting_that_is_rendered(target: PostgresTarget) -> None:
    """For a large machine, so that all of them are."""
    version = VERSIONS[target.host.os]
    large = PostgresSettings(memory=2**37, cpu_threads=32)
    rendered = server_settings(large, Paths.of(large, version))
    assert len(rendered) >= 40
    known = {*target.sql("SELECT name FROM pg_settings").splitlines()}
    assert {one.name for one in rendered} - known == set()
    restart = {*target.sql("SELECT name FROM pg_settings WHERE context = 'postmaster'").splitlines()}
    assert {one.name for one in rendered if one.restart} == {one.name for one in rendered} & restart


def test_a_setting_that_the_server_does_not_know_changes_nothing(target: PostgresTarget) -> None:
    bad = with_file(target.desired(site()), "50-rigwright-restart.conf", b"io_method_of_tomorrow = 'on'\n")
    done = target.apply(bad)
    assert (done.code, "io_method_of_tomorrow" in done.stdout) == (22, True), done
    assert target.found(site()) == set()


def test_an_access_file_with_a_fault_is_taken_back(target: PostgresTarget) -> None:
    """The server logs it and goes on with the old one, and a reload is a success all the same."""
    bad = with_file(target.desired(site()), "pg_hba.conf", b"local all postgres peer\nhost all all nowhere\n")
    assert target.apply(bad).code == 24
    assert target.found(site()) == set()
    assert target.login("studio", APP, "studio")[0] == 0


def test_what_needs_a_restart_is_reported_and_left_where_the_settings_say_so(target: PostgresTarget) -> None:
    assert target.change(site(restart="report")).code == 0
    started = target.sql("SELECT pg_postmaster_start_time()")
    more = site(restart="report", memory=768 * 2**20)
    assert target.change(more).code == 0
    assert target.sql("SELECT pg_postmaster_start_time()") == started
    need = "server settings that need a restart"
    waiting = {
        ("runtime_state.value", f"{need}: shared_buffers"),
        ("runtime_state.value", f"{need}: wal_buffers"),
    }
    assert target.found(more) == waiting
    target.sh(f"systemctl restart postgresql@{VERSIONS[target.host.os]}-main")
    assert target.found(more) == set()


def test_apply_restarts_where_a_setting_needs_it(target: PostgresTarget) -> None:
    assert target.change(site()).code == 0
    assert target.change(site(memory=896 * 2**20)).code == 0
    assert target.sql("SHOW shared_buffers") == "224MB"
    assert target.found(site(memory=896 * 2**20)) == set()
    assert target.change(site()).code == 0


def test_unmanaged_roles_and_databases_are_reported_and_never_dropped(target: PostgresTarget) -> None:
    target.sql("CREATE ROLE guest LOGIN")
    target.sql("CREATE DATABASE leftover")
    unmanaged = {
        ("runtime_state.unmanaged", f"not in the inventory: {name}") for name in ("guest", "leftover")
    }
    assert target.found(site()) == unmanaged
    assert target.change(site()).code == 0
    assert target.found(site()) == unmanaged
    target.sql("DROP DATABASE leftover")
    target.sql("DROP ROLE guest")


def test_what_is_set_for_a_database_or_a_role_in_one_is_reported_without_values(
    target: PostgresTarget,
) -> None:
    target.sql("ALTER DATABASE studio SET work_mem = '1GB'")
    target.sql("ALTER ROLE studio IN DATABASE studio SET app.token = 'secret'")
    target.sql("ALTER ROLE postgres SET lock_timeout = '9s'")
    found = {finding.where: finding.actual for finding in target.drift(target.desired(site()))}
    target.sql("ALTER ROLE postgres RESET ALL")
    target.sql("ALTER DATABASE studio RESET ALL")
    target.sql("ALTER ROLE studio IN DATABASE studio RESET ALL")
    assert found == {
        "not in the inventory: settings of the database studio": "work_mem",
        "not in the inventory: settings of the role studio in the database studio": "app.token",
        "not in the inventory: settings of the role postgres": "lock_timeout",
    }
    assert target.found(site()) == set()


def test_a_changed_password_reaches_the_server_and_nothing_shows_it(target: PostgresTarget) -> None:
    new = "another-app-password-9"
    roles = [
        role.model_copy(update={"password": Secret("app", new)}) if role.name == "studio" else role
        for role in site().roles
    ]
    changed = site(roles=roles)
    assert target.change(changed).code == 0
    assert target.login("studio", new, "studio")[0] == 0
    assert target.login("studio", APP, "studio")[0] != 0
    places = "/etc/rigwright /var/lib/rigwright /var/log/postgresql /usr/local/lib/rigwright"
    assert target.sh(f"grep -rlF {new} {places} || :") == ""
    assert target.change(site()).code == 0


def test_no_query_of_drift_shows_a_verifier_in_the_log_of_a_slow_host(target: PostgresTarget) -> None:
    target.sql("ALTER ROLE postgres SET log_min_duration_statement = 0")
    try:
        target.found(site())
        logged = target.sh("cat /var/log/postgresql/*.log")
    finally:
        target.sql("ALTER ROLE postgres RESET log_min_duration_statement")
    assert "json_object_agg(" in logged
    assert "SCRAM-SHA-256$" not in logged


def test_a_cluster_that_holds_anything_is_never_made_anew(target: PostgresTarget) -> None:
    """Not even one that is stopped and in the wrong encoding."""
    (step,) = (one for one in target.desired(site()).steps if one.name.startswith("cluster"))
    version = VERSIONS[target.host.os]
    data = f"/var/lib/postgresql/{version}/main"
    target.sh(f"pg_createcluster {version} other --locale C >/dev/null")
    script = step.only_if.replace(data, data.replace("main", "other")).replace("-main", "-other")
    target.sh(f"cat >/tmp/needed <<'END'\n{script}\nEND")
    assert target.host.run("sh /tmp/needed", check=False).returncode == 0
    target.sh(f"pg_ctlcluster {version} other start")
    assert target.host.run("sh /tmp/needed", check=False).returncode == 1
    target.sh(f"runuser -u postgres -- psql -X -q --cluster {version}/other -c 'CREATE TABLE t ()'")
    target.sh(f"pg_ctlcluster {version} other stop")
    assert target.host.run("sh /tmp/needed", check=False).returncode == 1
    target.sh(f"pg_dropcluster {version} other")


def test_the_vacuum_reaches_tables_that_others_own(target: PostgresTarget) -> None:
    target.sql("SELECT pg_stat_reset()", "studio")
    assert target.task("vacuum")[0] == 0
    query = "SELECT count(*) FROM pg_stat_user_tables WHERE last_vacuum IS NULL OR last_analyze IS NULL"
    wait_until(lambda: target.sql(query, "studio") == "0")


def test_the_pooler_lets_in_whom_the_server_lets_in_and_keeps_its_sessions(target: PostgresTarget) -> None:
    """With the password alone that the client shows it: its own file holds none."""
    pooled = site(pooler=Pooler(pool_size=5))
    target.install(target.desired(pooled))
    done = target.change(pooled)
    assert (done.code, target.found(pooled)) == (0, set()), done
    way = "port=6432 sslmode=disable"
    session = (
        "SELECT pg_backend_pid() || ' ' || current_user || ' ' || current_setting('idle_session_timeout')"
    )
    code, first = target.login("studio", APP, "studio", session, way)
    assert (code, first.split(" ", 1)[1]) == (0, "studio 0")
    # The role's own time-out is ten seconds, and a pool whose sessions end would be none.
    target.sh("sleep 3")
    assert target.login("studio", APP, "studio", session, way) == (0, first)
    assert target.login("studio", APP, "studio", session)[1].endswith(" studio 10s")
    for role, password, database in (
        ("studio", REPORT, "studio"),
        ("studio", APP, "jobs"),
        ("studio", APP, "postgres"),
        ("postgres", "", "studio"),
    ):
        assert target.login(role, password, database, way=way)[0] != 0
    assert APP not in target.sh("cat /etc/pgbouncer/* /etc/rigwright/postgres/userlist.txt")


def test_the_queries_of_the_docs_return_a_table(target: PostgresTarget) -> None:
    assert target.change(site(pooler=Pooler(pool_size=5))).code == 0
    for block in run_on_a_host_by("tests/lab/test_postgres.py"):
        assert re.search(r"^-+(\+-+)+$", target.sh(f"cd / && {block.script}"), re.MULTILINE), block.where
