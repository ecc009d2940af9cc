"""Backups in a bucket, and their copy in another one: what is there, what is refused, and what comes back."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from tests.lab.test_lab_s3 import VERSIONED
from tests.support.s3_target import FIRST, OTHER, SECOND_STATE, STATE, TOOLS, S3Target, markers, s3_target

NAME = "t-backup-s3"
QUICK_SECONDS = 60
SCRATCH = "-h /var/lib/rigwright-backup/scratch"
SUSPENDED = VERSIONED.replace(b"Enabled", b"Suspended")


@pytest.fixture(scope="module")
def target(request: pytest.FixtureRequest) -> Iterator[S3Target]:
    if not request.config.getoption("--exhaustive"):
        pytest.skip("an S3 host and a database take minutes; test_backup_second.py has a sample without them")
    with s3_target(NAME, "debian13") as made:
        yield made


def test_backups_of_both_are_in_the_bucket_and_nothing_differs(target: S3Target) -> None:
    assert target.found() == set()
    for data in ("PostgreSQL", "uploads"):
        known = target.known(data)
        assert known["backups"]
        assert known["problems"] == []


def test_a_segment_of_the_log_reaches_the_bucket(target: S3Target) -> None:
    target.sql("CREATE TABLE orders AS SELECT generate_series(1, 1000) AS id")
    target.sql("SELECT pg_switch_wal()")
    target.until("! ls /var/lib/postgresql/*/main/pg_wal/archive_status/*.ready 2>/dev/null | grep -q .")
    code, printed = target.unit("rigwright-backup-query")
    assert code == 0, printed


def test_no_process_shows_a_key(target: S3Target) -> None:
    """While a backup of each is made."""
    secret = target.s3.endpoint.secret_key
    seen = (
        "for turn in $(seq 60); do cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '; sleep 0.05; done "
        ">/run/seen & systemctl start rigwright-backup-incremental rigwright-backup-files-now@uploads; wait; "
        "cat /run/seen"
    )
    code, printed = target.run(seen)
    assert code == 0
    assert "pgbackrest" in printed
    assert "restic" in printed
    assert secret not in printed


def test_a_restore_out_of_the_bucket_has_what_was_written(target: S3Target) -> None:
    now = target.sql("SELECT clock_timestamp()")
    target.sql("INSERT INTO orders SELECT generate_series(1001, 1500)")
    target.sql("SELECT pg_switch_wal()")
    target.until("! ls /var/lib/postgresql/*/main/pg_wal/archive_status/*.ready 2>/dev/null | grep -q .")
    code, printed = target.run(f"cd / && runuser -u postgres -- {TOOLS}/restore-beside '{now}'")
    assert code == 0, printed
    assert target.sql("SELECT count(*) FROM orders", SCRATCH) == "1000"
    target.sh(f"cd / && runuser -u postgres -- {TOOLS}/restore-beside stop")
    code, printed = target.run(
        f"{TOOLS}/restore-files uploads latest /srv/back && cat /srv/back/srv/uploads/first"
    )
    assert code == 0, printed
    assert printed.endswith("first\n")
    target.sh("rm -r /srv/back")


def test_a_copy_is_made_and_comes_back_without_the_first_place(target: S3Target) -> None:
    code, printed = target.unit("rigwright-backup-second")
    assert code == 0, printed
    code, printed = target.unit("rigwright-backup-second-prove")
    assert code == 0, printed
    known = target.known("second place")
    assert known["problems"] == []
    assert len(known["backups"]) == 1
    assert "rows in" in known["backups"][0]["proof"]
    code, printed = target.run(
        f"{TOOLS}/second restore uploads latest /srv/back; cat /srv/back/srv/uploads/first"
    )
    assert code == 0, printed
    assert printed.endswith("first\n")
    target.sh("rm -r /srv/back")


def test_objects_of_other_programs_are_in_both_places(target: S3Target) -> None:
    target.sh("echo bundle >/run/bundle")
    assert target.run(f"{TOOLS}/objects put site.bundle /run/bundle")[0] == 0
    for place in ("first", "second"):
        assert target.run(f"{TOOLS}/objects list {place}") == (0, "site.bundle\n")
        code, printed = target.run(f"{TOOLS}/objects get {place} site.bundle /run/{place}; cat /run/{place}")
        assert (code, printed) == (0, "bundle\n")
    code, printed = target.run(f"{TOOLS}/objects get second other /run/other")
    assert (code, printed) == (1, "get: there is no other in the second place\n")


@pytest.mark.parametrize("how", ["REJECT", "DROP"])
def test_an_endpoint_that_is_away_ends_soon_and_the_log_waits(target: S3Target, how: str) -> None:
    """Trap 14: restic alone would go on for nine minutes. The server goes on, and what waited follows."""
    with target.away(how):
        target.sql("INSERT INTO orders VALUES (0)")
        target.sql("SELECT pg_switch_wal()")
        for unit in (
            "rigwright-backup-incremental",
            "rigwright-backup-files-now@uploads",
            "rigwright-backup-second",
        ):
            started = time.monotonic()
            code, printed = target.unit(unit)
            assert code != 0
            assert "it does not respond" in printed, printed
            assert target.s3.endpoint.url in printed
            assert time.monotonic() - started < QUICK_SECONDS
        assert target.place_json(STATE)["reached"] == "no"
        assert any("does not respond" in line for line in target.known("PostgreSQL")["problems"])
        assert target.known("PostgreSQL")["backups"]
        assert target.sql("SELECT count(*) FROM orders WHERE id = 0") >= "1"
        assert "repository: reached" in {where for _, where in target.found()}
    target.until(
        "! ls /var/lib/postgresql/*/main/pg_wal/archive_status/*.ready 2>/dev/null | grep -q .", seconds=150
    )
    assert target.unit("rigwright-backup-query")[0] == 0
    assert target.known("PostgreSQL")["problems"] == []


def test_a_wrong_key_is_an_error_and_never_no_backups(target: S3Target) -> None:
    files = ("repository.json", "files-repository.json")
    for name in files:
        path = f"/etc/rigwright/backup/{name}"
        target.sh(f'cp -p {path} /run/{name}; sed -i \'s/"secret_key": "./"secret_key": "_/\' {path}')
    try:
        for unit in ("rigwright-backup-query", "rigwright-backup-files"):
            code, printed = target.unit(unit)
            assert code != 0
            assert "check secret_key" in printed, printed
        for data in ("PostgreSQL", "uploads"):
            assert target.known(data)["backups"]
            assert any("check secret_key" in line for line in target.known(data)["problems"])
    finally:
        for name in files:
            target.sh(f"cp -p /run/{name} /etc/rigwright/backup/{name}")
    assert target.unit("rigwright-backup-query")[0] == 0
    assert target.unit("rigwright-backup-files")[0] == 0


def test_a_wrong_authority_ends_soon(target: S3Target) -> None:
    """Trap 14."""
    path = "/etc/rigwright/backup/files-repository-ca.pem"
    other = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=other -days 2"
    target.sh(f"cp -p {path} /run/ca; {other} -keyout /dev/null -out {path} 2>/dev/null")
    try:
        started = time.monotonic()
        code, printed = target.unit("rigwright-backup-files-now@uploads")
        assert code != 0
        assert "its certificate is not verified" in printed, printed
        assert time.monotonic() - started < QUICK_SECONDS
    finally:
        target.sh(f"cp -p /run/ca {path}")
    assert target.run(f"{TOOLS}/files-repository ready")[0] == 0


def test_a_bucket_that_keeps_no_versions_is_reported_with_what_switches_them_on(target: S3Target) -> None:
    target.s3.put(f"/{FIRST}?versioning=", SUSPENDED)
    assert target.run(f"{TOOLS}/repository ready")[0] == 0
    (line,) = target.known("PostgreSQL")["problems"]
    assert "keeps no versions" in line
    assert {where for _, where in target.found()} == {"repository: versioned"}
    command = line.rpartition(": ")[2]
    assert target.run(command)[0] == 0
    assert target.known("PostgreSQL")["problems"] == []
    assert target.run(f"{TOOLS}/files-repository ready")[0] == 0
    assert target.found() == set()


def test_nothing_is_written_to_a_bucket_of_another_host_until_it_is_adopted(target: S3Target) -> None:
    path = f"/{FIRST}/host/postgresql/rigwright-host"
    target.s3.put(path, b"0123456789abcdef0123456789abcdef other\n")
    for unit in ("rigwright-backup-incremental", "rigwright-backup-second"):
        code, printed = target.unit(unit)
        assert code != 0
        assert "another host's: nothing is written" in printed, printed
    assert {where for _, where in target.found()} == {"repository: owner"}
    assert target.run(f"{TOOLS}/repository first")[0] == 0
    assert target.run(f"{TOOLS}/repository ready")[0] == 1
    assert target.run(f"{TOOLS}/repository adopt")[0] == 0
    assert target.unit("rigwright-backup-incremental")[0] == 0
    assert target.found() == set()


def test_what_is_gone_is_deleted_in_the_copy_later_and_never_most_of_it(target: S3Target) -> None:
    assert target.unit("rigwright-backup-second")[0] == 0
    target.s3.put(f"/{OTHER}/host/postgresql/backup/main/gone", b"of a backup that was removed")
    assert target.run(f"{TOOLS}/second trim")[0] == 0
    gone = f"{SECOND_STATE}/gone-postgresql.json"
    assert json.loads(target.sh(f"cat {gone}"))["waited"] == {"backup/main/gone": 0}
    age = f"import json; p='{gone}'; d=json.load(open(p)); d['waited']['backup/main/gone']=14*86400; "
    target.sh(f'python3 -c "{age} json.dump(d, open(p, chr(119)))"')
    code, printed = target.run(f"{TOOLS}/second trim")
    assert (code, printed) == (0, "postgresql: 1 deleted\nfiles: 0 deleted\n")
    assert target.s3.request("GET", f"/{OTHER}/host/postgresql/backup/main/gone")[0] == 404
    assert target.unit("rigwright-backup-second-prove")[0] == 0


def test_everything_that_was_deleted_in_a_versioned_bucket_comes_back(target: S3Target) -> None:
    """Trap 20."""
    remote = "RCLONE_CONFIG=/var/lib/rigwright-backup-second/rclone.conf rclone"
    ca = f"--ca-cert {SECOND_STATE}/authorities.pem"
    before = target.sh(f"{remote} {ca} lsf -R --files-only files:{FIRST} | sort")
    target.sh(f"{remote} {ca} delete files:{FIRST}")
    assert target.sh(f"{remote} {ca} lsf -R --files-only files:{FIRST}") == ""
    code, printed = target.unit("rigwright-backup-second")
    assert code != 0
    assert "no mark of this host: nothing is written" in printed
    assert target.unit("rigwright-backup-second-prove")[0] == 0
    while found := markers(target.s3, FIRST):
        for key, version in found:
            assert target.s3.request("DELETE", f"/{FIRST}/{key}?versionId={version}")[0] == 204
    # Locks of restic's that were removed long before come back too, and are stale.
    after = target.sh(f"{remote} {ca} lsf -R --files-only files:{FIRST} | sort")
    assert {*before.splitlines()} <= {*after.splitlines()}
    for unit in ("rigwright-backup-incremental", "rigwright-backup-files-prove", "rigwright-backup-prove"):
        code, printed = target.unit(unit)
        assert code == 0, printed


def test_metrics_have_both_places(target: S3Target) -> None:
    assert target.unit("rigwright-backup-metrics")[0] == 0
    text = target.sh("cat /var/lib/prometheus/node-exporter/rigwright_backup.prom")
    ready = [line for line in text.splitlines() if line.startswith("rigwright_backup_repository_ready{")]
    assert len(ready) == 3
    assert all(line.endswith(" 1") for line in ready), ready
    assert 'rigwright_backup_second_timestamp_seconds{repository="files"}' in text
