"""PostgreSQL's dumps on real hosts: what is in them, and the restore that proves it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest

from deploys.postgres.settings import Backup
from rigwright.settings.platform import Os
from tests.lab.test_postgres import site
from tests.support.postgres_target import PostgresTarget, postgres_target
from tests.support.restored import restored, shown_by_catalogs


@pytest.fixture(scope="module", params=["debian13", "debian12"])
def target(request: pytest.FixtureRequest) -> Iterator[PostgresTarget]:
    system = cast("Os", request.param)
    with postgres_target(f"p-dump{system[-2:]}", system) as host:
        done = host.change(site())
        assert done.code == 0, done
        yield host


DUMPS = "/var/backups/postgresql"


def test_a_dump_restores_with_its_roles_rights_and_rows(target: PostgresTarget) -> None:
    target.sql("CREATE TABLE IF NOT EXISTS many AS SELECT generate_series(1, 5000) AS number", "studio")
    assert target.task("dump")[0] == 0
    assert target.status("dump")["databases"] == 3
    code, output = target.task("verify")
    assert (code, "restored and compared" in output) == (0, True), output
    assert target.status("verify")["name"] == target.status("dump")["name"]
    assert "many|5000" in target.sh(f"cat {DUMPS}/*Z/studio.rows")
    assert target.sh(f"ls -d {DUMPS}/.scratch /tmp/rigwright-verify.* 2>/dev/null || :") == ""
    assert target.sh("pgrep -fc 'postgres.*scratc[h]' || :") == "0"


def test_a_dump_that_is_begun_in_the_second_of_another_waits_for_the_next(target: PostgresTarget) -> None:
    """A name and a metric show when the dump was begun, and never later than what it holds."""
    before = set(target.dumps())
    for _ in range(3):
        assert target.task("dump")[0] == 0
        name = target.sh(f"date -u -d @{target.status('dump')['at']} +%Y%m%dT%H%M%SZ")
        assert target.status("dump")["name"] == name == target.dumps()[-1]
    assert len(set(target.dumps()) - before) == 3


def test_each_run_of_the_dump_exposes_when_the_newest_whole_one_was_begun(
    target: PostgresTarget,
) -> None:
    folder = "/var/lib/prometheus/node-exporter"
    assert target.task("dump")[0] == 0
    assert target.sh(f"ls {folder} 2>/dev/null || :") == "", "nothing would read it"
    target.sh(f"mkdir -p {folder}; chmod 000 /usr/lib/postgresql/*/bin/pg_dump")
    failed, _ = target.task("dump")
    target.sh("chmod 755 /usr/lib/postgresql/*/bin/pg_dump")
    assert failed != 0
    output = target.sh(f"grep -v '^#' {folder}/rigwright_postgres_dump.prom").split()
    assert output == ["rigwright_postgres_dump_timestamp_seconds", str(target.status("dump")["at"])]
    assert target.sh(f"stat -c %a:%U {folder}/*; ls -A {folder}").split() == [
        "644:root",
        "rigwright_postgres_dump.prom",
    ]
    assert target.task("dump")[0] == 0
    assert str(target.status("dump")["at"]) in target.sh(f"cat {folder}/*")
    target.sh("rm -r /var/lib/prometheus")


@pytest.fixture
def with_rights(target: PostgresTarget) -> Iterator[PostgresTarget]:
    """With a role, a membership, a role's setting, rights on a table and its column, and a sequence."""
    target.sql("CREATE TABLE IF NOT EXISTS many AS SELECT generate_series(1, 5000) AS number", "studio")
    target.sql("CREATE SEQUENCE counted START 42; SELECT nextval('counted')", "studio")
    target.sql("GRANT SELECT ON many TO report; GRANT UPDATE (number) ON many TO studio", "studio")
    target.sql(
        "CREATE ROLE lonely; CREATE ROLE night CONNECTION LIMIT 3; GRANT night TO report WITH ADMIN OPTION"
    )
    target.sql("ALTER ROLE night IN DATABASE studio SET work_mem = '5MB'")
    yield target
    target.sql("DROP SEQUENCE counted; REVOKE SELECT ON many FROM report", "studio")
    target.sql("REVOKE UPDATE (number) ON many FROM studio", "studio")
    target.sql("DROP ROLE night, lonely")


def test_what_is_restored_by_other_means_equals_the_original(with_rights: PostgresTarget) -> None:
    """With plain psql into a cluster of the test's own, and by queries that the product does not use."""
    target = with_rights
    assert target.task("dump")[0] == 0
    before = shown_by_catalogs(target, "")
    with restored(target, f"{DUMPS}/{target.dumps()[-1]}") as scratch:
        after = shown_by_catalogs(target, scratch)
    for word in ("night|3", "night|report|t", "work_mem=5MB", "many|5000", "counted|42", "report=r/"):
        assert word in before
    assert after == before


def change_dump(target: PostgresTarget, change: str) -> str:
    """Change the newest dump in place, with sums that fit; its folder."""
    newest = f"{DUMPS}/{target.dumps()[-1]}"
    sums = "rm -f SHA256SUMS verified; sha256sum * >SHA256SUMS; chown postgres: *"
    target.sh(f"cd {newest} && {change} && {sums}")
    return newest


@pytest.mark.parametrize(
    ("change", "output"),
    [
        (
            "grep -q lonely globals.sql && sed -i '/lonely/d' globals.sql",
            "memberships or their settings differ",
        ),
        ("sed -i '/^GRANT night TO/d' globals.sql", "memberships or their settings differ"),
        (
            "runuser -u postgres -- pg_dump --no-privileges -Fc studio >new && mv new studio.dump",
            "definitions of studio differ",
        ),
    ],
    ids=["a role", "a membership", "a grant"],
)
def test_a_dump_that_lacks_rights_does_not_pass(
    with_rights: PostgresTarget, change: str, output: str
) -> None:
    target = with_rights
    assert target.task("dump")[0] == 0
    newest = change_dump(target, change)
    code, shown = target.task("verify")
    assert (code != 0, output in shown) == (True, True), shown
    target.sh(f"rm -r {newest}")


def test_a_dump_that_was_cut_short_does_not_pass(target: PostgresTarget) -> None:
    newest = target.dumps()[-1]
    target.sh(f"rm {DUMPS}/{newest}/verified; truncate -s 500 {DUMPS}/{newest}/studio.dump")
    code, output = target.task("verify")
    assert (code != 0, "studio.dump: FAILED" in output) == (True, True), output
    assert target.status("verify-failed")["name"] == newest
    target.sh(f"rm -r {DUMPS}/{newest}")


def test_a_restore_that_lacks_something_does_not_pass(target: PostgresTarget) -> None:
    """The archive is whole, but a row more was counted when it was made."""
    assert target.task("dump")[0] == 0
    newest = change_dump(target, "sed -i 's/^many|5000$/many|5001/' studio.rows")
    code, output = target.task("verify")
    assert (code != 0, "row counts of studio differ" in output) == (True, True), output
    target.sh(f"rm -r {newest}")


def test_a_dump_that_fails_leaves_no_dump_and_the_old_ones(target: PostgresTarget) -> None:
    assert target.task("dump")[0] == 0
    before = target.dumps()
    target.sh("chmod 000 /usr/lib/postgresql/*/bin/pg_dump")
    code, _ = target.task("dump")
    target.sh("chmod 755 /usr/lib/postgresql/*/bin/pg_dump")
    assert code != 0
    assert target.dumps() == before
    assert target.status("dump-failed")["exit_code"] > 0
    assert target.task("dump")[0] == 0
    assert target.status("dump-failed") is None


def test_old_dumps_go_but_neither_the_newest_nor_the_newest_that_was_restored(target: PostgresTarget) -> None:
    target.sh(f"rm -rf {DUMPS}/[0-9]*Z")
    made = {"20200101T020000Z": True, "20200102T020000Z": True, "20200103T020000Z": False}
    for name, verified in made.items():
        target.sh(f"install -d -o postgres -m 700 {DUMPS}/{name}")
        if verified:
            target.sh(f"touch {DUMPS}/{name}/verified")
    target.sh(f"install -d -o postgres {DUMPS}/20200101-of-mine")
    assert target.task("dump")[0] == 0
    old, new = target.dumps()
    assert (old, new > "2026") == ("20200102T020000Z", True)
    assert target.sh(f"ls -d {DUMPS}/20200101-of-mine")
    target.sh(f"rm -rf {DUMPS}/2020*")


def test_a_database_without_a_dump_is_reported(target: PostgresTarget) -> None:
    assert target.change(site(backup=None)).code == 0
    assert target.found(site(backup=None)) == {("runtime_state.value", "backup: databases without a dump")}
    assert target.change(site(backup=Backup(keep_days=3))).code == 0
    assert target.found(site(backup=Backup(keep_days=3))) == set()
