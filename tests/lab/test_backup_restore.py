"""``rig restore`` on a real host: what it shows before, what comes back beside, and what it refuses.

A number in a docstring is that of a trap in the design of backups.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.backup_target import MOUNT, STATE
from tests.support.restore_target import RESTORES, UPLOADS, RestoreTarget

FILES = f"files:{UPLOADS}"
ASK = "/usr/local/lib/rigwright/redis/ask do"
BESIDE = f"-h {STATE}/scratch"


@pytest.fixture(scope="module")
def target(restore_host: RestoreTarget) -> RestoreTarget:
    """A host with data and its backups."""
    return restore_host


@contextmanager
def counted(target: RestoreTarget) -> Iterator[list[str]]:
    """Which commands of restic are run meanwhile; the list is filled at the end."""
    real, log = "/usr/bin/restic.real", "/run/restic-commands"
    target.sh(
        f"mv /usr/bin/restic {real}; : >{log};"
        f""" printf '#!/bin/sh\necho " $* " >>{log}\nexec {real} "$@"\n' >/usr/bin/restic;"""
        " chmod 755 /usr/bin/restic"
    )
    found: list[str] = []
    try:
        yield found
    finally:
        found += target.sh(f"mv {real} /usr/bin/restic; grep -oE ' (snapshots|dump) ' {log}").split()


@pytest.fixture
def _every_case(*, exhaustive: bool) -> None:
    if not exhaustive:
        pytest.skip("a dry run and bad input were tried; --exhaustive tries each kind, gaps and damage")


@pytest.fixture(scope="module")
def moment(target: RestoreTarget) -> str:
    """A time between two rows, two backups of the uploads, and two values of a key."""
    target.sql("CREATE DATABASE shop")
    target.sql("CREATE TABLE orders (n int PRIMARY KEY); INSERT INTO orders VALUES (1)", "-d shop")
    target.sh(f"{ASK} SET greeting first")
    assert target.files("now")[0] == 0
    target.sh("sleep 1.1")
    found = target.sql("SELECT date_trunc('second', clock_timestamp())")
    target.sh("sleep 1.1")
    target.sql("INSERT INTO orders VALUES (2)", "-d shop")
    target.sh(f"{ASK} SET greeting second; echo changed >/srv/uploads/1; rm /srv/uploads/2")
    return found


def test_a_dry_run_shows_everything_and_changes_nothing(target: RestoreTarget, moment: str) -> None:
    target.restore("--what", "host", "--dry-run")
    before = target.state()
    code, text = target.restore("--what", "host", "--dry-run")
    assert target.state() == before
    assert code == 0, text
    for words in (
        "postgres",
        "redis",
        FILES,
        "possible",
        "needed",
        "unknown: none",
        "nothing: it comes beside",
    ):
        assert words in text
    code, (item,) = target.planned("--what", "postgres", "--to", moment)
    assert (code, item["label"]) == (0, target.labels()[-1])
    assert item["loss_seconds"] > 0
    code, (item,) = target.planned("--what", "postgres")
    assert (code, item["loss_seconds"]) == (0, 0)


def test_a_dry_run_of_all_opens_the_repository_once_and_reads_each_record_once(target: RestoreTarget) -> None:
    """In place, where each is needed more often than beside."""
    with counted(target) as commands:
        code, items = target.planned("--what", "host", "--replace")
    assert code == 0, items
    of_restic = [one["what"] for one in items if one["what"] != "postgres"]
    assert len(of_restic) > 1
    assert (commands.count("snapshots"), commands.count("dump")) == (1, len(of_restic))


REFUSED_SAMPLE = ("is before the first backup", "is no backup of", "there is no second place")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--what", "postgres", "--to", "2001-01-01 00:00:00+00"), "is before the first backup"),
        (("--what", "postgres", "--to", "2036-01-01 00:00:00+00"), "is in the future"),
        (("--what", FILES, "--to", "2001-01-01 00:00:00+00"), "there is no backup"),
        (("--what", FILES, "--to", "2036-01-01 00:00:00+00"), "is in the future"),
        (("--what", FILES, "--to", "ffffffff"), "is no backup of"),
        (("--what", "postgres", "--to", "noon"), "is no time"),
        (("--what", "mysql"), "postgres, database:NAME, redis"),
        (("--what", "database:nothing"), "there is no database 'nothing'"),
        (("--what", "redis", "--from", "second"), "there is no second place"),
        (("--what", "postgres", "--from", "second"), "there is no second place"),
        (("--what", FILES, "--folder", "here"), "is no absolute path"),
        ((), "there is no backup of ''"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(
    target: RestoreTarget, words: tuple[str, ...], reason: str, *, exhaustive: bool
) -> None:
    if reason not in REFUSED_SAMPLE and not exhaustive:
        pytest.skip("a sample of what is refused was tried; --exhaustive tries all")
    before = target.sh(f"ls -A {RESTORES}")
    code, text = target.restore(*words)
    assert (code, reason in text) == (1, True), text
    assert target.sh(f"ls -A {RESTORES}") == before


@pytest.mark.usefixtures("_every_case")
def test_without_room_it_is_refused(target: RestoreTarget) -> None:
    target.sh(
        "mkdir -p /mnt/small && mount -t tmpfs -o size=4k small /mnt/small && cp /etc/hostname /mnt/small/"
    )
    code, text = target.restore("--what", FILES, "--folder", "/mnt/small")
    target.sh("umount /mnt/small")
    assert (code, "has room for" in text) == (1, True), text


@pytest.mark.usefixtures("_every_case")
def test_each_kind_comes_back_beside_as_of_the_moment(target: RestoreTarget, moment: str) -> None:
    before = target.state()
    code, text = target.restore("--what", "postgres", "--to", moment)
    assert (code, "the last transaction is of" in text) == (0, True), text
    assert target.sql("SELECT n FROM orders", f"{BESIDE} -d shop") == "1"
    assert target.sql("SHOW archive_mode", BESIDE) == "off"
    assert target.sql("SELECT count(*) FROM orders", "-d shop") == "2", "what is live is as it was"
    code, text = target.restore("--what", FILES, "--to", moment, "--folder", "/srv/back")
    assert (code, "compared with their checksums" in text) == (0, True), text
    folder = target.sh("ls -d /srv/back/*/srv/uploads")
    assert target.sh(f"cat {folder}/1; ls {folder} | wc -l").split() == ["upload", "1", "20"]
    code, text = target.restore("--what", "files:/srv/uploads/2", "--folder", "/srv/one")
    assert (code, target.sh("cat /srv/one/*/srv/uploads/2; find /srv/one -type f | wc -l")) == (
        0,
        "upload 2\n1",
    ), text
    code, text = target.restore("--what", "redis", "--to", moment)
    assert code == 0, text
    assert target.sh(f"grep -c first {RESTORES}/beside/redis-*/var/lib/*/dump.rdb") == "1"
    target.sh(f"rm -r /srv/back /srv/one {RESTORES}/beside/*")
    target.sh("cd / && runuser -u postgres -- /usr/local/lib/rigwright/backup/restore-beside stop")
    after = [line for line in target.state().splitlines() if RESTORES not in line and "/scratch" not in line]
    assert [line for line in after if line not in before.splitlines()] == []
    assert "about" in target.restore("--what", "redis", "--dry-run")[1], "now there is one to estimate by"


@pytest.mark.usefixtures("_every_case")
def test_the_end_shows_each_step_beside_the_promise(target: RestoreTarget) -> None:
    code, text = target.restore("--status")
    assert code == 0
    for words in (": done", "compared with their checksums", "recovery time", "promised 4 h"):
        assert words in text


@pytest.mark.usefixtures("_every_case")
def test_one_database_comes_back_under_a_dated_name(target: RestoreTarget, moment: str) -> None:
    code, text = target.restore("--what", "database:shop", "--to", moment)
    assert code == 0, text
    (name,) = [one for one in target.sql("SELECT datname FROM pg_database").split() if "_restored_" in one]
    assert name.startswith("shop_restored_2")
    assert target.sql("SELECT n FROM orders", f"-d {name}") == "1"
    assert target.sql("SELECT count(*) FROM orders", "-d shop") == "2"
    assert target.sh(f"ls {STATE}/scratch | grep -c data || :") == "0"
    target.sql(f"DROP DATABASE {name}")


@pytest.mark.usefixtures("_every_case")
def test_behind_a_gap_it_is_refused(target: RestoreTarget) -> None:
    """1."""
    target.switch(3)
    target.until("! ls /var/lib/postgresql/*/main/pg_wal/archive_status | grep -q ready")
    gone = target.sh(f"find {MOUNT}/postgresql/archive -name '0000*.zst' | sort | tail -n 2 | head -n 1")
    target.sh(f"mv {gone} /run/gone.zst")
    code, text = target.restore("--what", "postgres")
    assert (code, "the log lacks" in text, "possible: 20" in text) == (1, True, True), text
    target.sh(f"mv /run/gone.zst {gone}")
    assert target.planned("--what", "postgres")[0] == 0


@pytest.mark.usefixtures("_every_case")
def test_a_damaged_backup_is_no_success(target: RestoreTarget) -> None:
    """11."""
    target.sh(f"cp -a {MOUNT}/files {MOUNT}/whole")
    target.sh(
        f"for f in $(find {MOUNT}/files/data -type f); do chmod u+w $f; "
        "printf xxxxxxxx | dd of=$f bs=1 seek=50 conv=notrunc status=none; done"
    )
    code, text = target.restore("--what", FILES)
    assert code == 1, text
    target.sh(f"rm -r {MOUNT}/files && mv {MOUNT}/whole {MOUNT}/files; rm -rf {RESTORES}/beside/*")
    assert target.restore("--what", FILES)[0] == 0
