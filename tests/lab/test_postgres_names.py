"""Names that SQL must quote, through everything that handles them, and extensions from packages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploys.postgres.settings import Database, Pooler, PostgresSettings, Role
from rigwright.secrets.value import Secret
from tests.support.postgres_target import PostgresTarget, postgres_target

OWNER, WRITER, READER = ("owner-of-the-lab-3x", "writer-of-the-lab-7k", "reader-of-the-lab-5")
DATABASE = "Render-Queue.v2"


def settings(**more: object) -> PostgresSettings:
    """A database and roles of which no name is plain."""
    roles = [
        Role(name="Studio-Owner", password=Secret("owner", OWNER), member_of=["Group-1"]),
        Role(name="app.writer", password=Secret("writer", WRITER)),
        Role(name="READER", password=Secret("reader", READER)),
        Role(name="Group-1"),
    ]
    database = Database(
        name=DATABASE,
        owner="Studio-Owner",
        writers=["app.writer"],
        readers=["READER"],
        extensions=["ip4r", "vector"],
    )
    extensions = ["ip4r", "pgvector", "cron"]
    return PostgresSettings(
        roles=roles,
        databases=[database],
        pooler=Pooler(),
        extension_packages=extensions,
        preload_libraries=["pg_cron"],
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture(scope="module")
def target() -> Iterator[PostgresTarget]:
    with postgres_target("p-names13", "debian13") as host:
        host.install(host.desired(settings()))
        done = host.change(settings())
        assert done.code == 0, done
        yield host


def test_nothing_differs_after_the_first_apply(target: PostgresTarget) -> None:
    assert target.found(settings()) == set()


def test_rights_are_those_of_the_settings(target: PostgresTarget) -> None:
    make = "CREATE TABLE things (id serial PRIMARY KEY, place ip4, v vector(3));"
    make += " INSERT INTO things DEFAULT VALUES"
    assert target.login("Studio-Owner", OWNER, DATABASE, make)[0] == 0
    insert = "INSERT INTO things (place, v) VALUES ('192.0.2.1', '[1,2,3]')"
    assert target.login("app.writer", WRITER, DATABASE, insert)[0] == 0
    assert target.login("READER", READER, DATABASE, "SELECT count(*) FROM things") == (0, "2")
    for role, password, statement in (
        ("READER", READER, insert),
        ("app.writer", WRITER, "DROP TABLE things"),
        ("READER", READER, "CREATE TABLE mine (id int)"),
    ):
        code, output = target.login(role, password, DATABASE, statement)
        assert (code, "denied" in output or "must be owner" in output) == (1, True), (statement, output)
    assert target.login("reader", READER, DATABASE)[0] != 0, "names differ by capitals"


def test_a_grant_by_hand_is_found_and_taken_back(target: PostgresTarget) -> None:
    target.sql('GRANT INSERT ON things TO "READER"; ALTER ROLE "app.writer" CREATEDB', DATABASE)
    assert target.found(settings()) == {
        ("runtime_state.value", f"grants: {DATABASE} tables that READER cannot read, or may change"),
        ("runtime_state.value", "roles: app.writer may"),
    }
    assert target.change(settings()).code == 0
    assert target.found(settings()) == set()


def test_an_extension_that_was_dropped_is_found_and_comes_back(target: PostgresTarget) -> None:
    target.sql("DROP EXTENSION ip4r CASCADE", DATABASE)
    assert target.found(settings()) == {("runtime_state.value", f"grants: {DATABASE} extension ip4r")}
    assert target.change(settings()).code == 0
    assert target.sql("SELECT '192.0.2.1'::ip4", DATABASE) == "192.0.2.1"
    assert target.sql("SHOW shared_preload_libraries") == "pg_stat_statements, pg_cron"


def test_the_pooler_knows_the_database_and_each_role(target: PostgresTarget) -> None:
    way = "port=6432"
    assert target.login("app.writer", WRITER, DATABASE, "SELECT current_user", way) == (0, "app.writer")
    assert target.login("Studio-Owner", OWNER, DATABASE, "SELECT current_database()", way) == (0, DATABASE)
    assert target.login("READER", OWNER, DATABASE, "SELECT 1", way)[0] != 0


def test_a_dump_restores(target: PostgresTarget) -> None:
    code, output = target.task("dump")
    assert code == 0, output
    code, output = target.task("verify")
    assert (code, "restored and compared" in output) == (0, True), output
