"""The report on a real server: what costs most is in it, and what must not be shown is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest

from deploys.postgres.settings import PostgresSettings
from rigwright.settings.platform import Os
from tests.support.postgres_target import PostgresTarget, postgres_target
from tests.support.waiting import wait_until

REPORT = "/usr/local/lib/rigwright/postgres/report"
SHOP = "a=b 'shop'"
MAKE = """
CREATE TABLE things (id int PRIMARY KEY, name text, code text UNIQUE) WITH (autovacuum_enabled = off);
CREATE INDEX by_name ON things (name);
CREATE INDEX by_lower ON things (lower(name));
INSERT INTO things SELECT one, 'name ' || one, one FROM generate_series(1, 20000) AS one;
"""


@pytest.fixture(scope="module", params=["debian13", "debian12"])
def target(request: pytest.FixtureRequest) -> Iterator[PostgresTarget]:
    """A server with a database whose name is no name for a shell, and some work done in it."""
    system = cast("Os", request.param)
    with postgres_target(f"u-report{system[-2:]}", system) as host:
        done = host.change(PostgresSettings())
        assert done.code == 0, done
        host.sql(f'CREATE DATABASE "{SHOP}"')
        in_shop(host, MAKE)
        in_shop(host, "UPDATE things SET code = 'x' || code WHERE id <= 5000")
        in_shop(host, "SET enable_seqscan = off; SELECT count(*) FROM things WHERE name = 'name 7'")
        # Building an index of the empty table was a read of no row, and the mean of all reads counts.
        in_shop(host, 10 * "SELECT count(*) FROM things WHERE code LIKE '%hidden-value%';")
        in_shop(host, "SELECT pg_sleep(8)")
        wait_until(lambda: report(host)["databases"][SHOP]["read_whole"] != [])
        yield host


def in_shop(host: PostgresTarget, statements: str) -> None:
    host.host.run(
        f'cd / && PGDATABASE="{SHOP}" runuser -u postgres -- psql -X -q -v ON_ERROR_STOP=1',
        statements.encode(),
    )


def report(host: PostgresTarget) -> Any:
    return json.loads(host.sh(f"{REPORT} --json"))


def test_the_statement_that_took_most_time_comes_first_and_without_its_values(target: PostgresTarget) -> None:
    first, *others = report(target)["statements"]
    assert (first["statement"], first["database"], first["calls"]) == ("SELECT pg_sleep($1)", SHOP, 1)
    assert first["total_ms"] >= 8000
    assert "SELECT count(*) FROM things WHERE code LIKE $1" in {one["statement"] for one in others}
    assert "hidden-value" not in target.sh(f"{REPORT}; {REPORT} --json")


def test_an_unused_index_is_named_and_no_useful_one(target: PostgresTarget) -> None:
    """Neither one that was read, nor one that keeps rows unique."""
    (unused,) = report(target)["databases"][SHOP]["unused_indexes"]
    assert (unused["table"], unused["index"]) == ("public.things", "by_lower")
    assert unused["bytes"] == int(target.sh(size("by_lower")))


def size(relation: str) -> str:
    query = f"SELECT pg_relation_size('{relation}')"
    return f'cd / && PGDATABASE="{SHOP}" runuser -u postgres -- psql -X -A -t -c "{query}"'


def test_dead_rows_and_their_space_are_reported_until_they_are_gone(target: PostgresTarget) -> None:
    (table,) = report(target)["databases"][SHOP]["dead_rows"]
    assert (table["table"], table["live_rows"], table["dead_rows"]) == ("public.things", 20000, 5000)
    assert table["dead_percent"] == 20.0
    assert table["dead_bytes"] == pytest.approx(int(target.sh(size("things"))) / 5, abs=1)
    in_shop(target, "VACUUM things")
    wait_until(lambda: report(target)["databases"][SHOP]["dead_rows"] == [])


def test_a_large_table_that_was_read_whole_is_reported(target: PostgresTarget) -> None:
    (table,) = report(target)["databases"][SHOP]["read_whole"]
    assert table["table"] == "public.things"
    assert table["rows_each"] >= 10_000
    assert table["by_index"] > 0


def test_without_json_the_report_prints_the_same_as_tables(target: PostgresTarget) -> None:
    text = target.sh(REPORT)
    for words in (
        f"Database {SHOP}, counted since 20",
        "Statements, most time first",
        "by_lower",
        "pg_sleep($1)",
    ):
        assert words in text
    assert "Database postgres" in text
    assert "Database template" not in text


def test_only_root_may_run_the_report(target: PostgresTarget) -> None:
    done = target.host.run(REPORT, check=False, user=target.host.user)
    assert (done.returncode, done.stderr.strip()) == (1, "run this as root")
    assert target.found(PostgresSettings()) == {("runtime_state.unmanaged", f"not in the inventory: {SHOP}")}
