"""Backups of PostgreSQL on a real host: what comes back, and what each accident does to them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from deploys.backup.settings import Counts
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os
from tests.support.backup_target import (
    MOUNT,
    NONE_RUNS,
    PASSPHRASE,
    PATH,
    STATE,
    TOOLS,
    BackupTarget,
    backup_target,
)
from tests.support.command import rig, rig_json
from tests.support.waiting import wait_until

SYSTEMS = ("debian13", "debian12", "ubuntu2204", "ubuntu2404")
MANY = 500
BACKUP_RUNS = "pgrep -f 'type=.*backu[p]'"
WRITER = """
systemd-run -q --collect --unit=writer runuser -u postgres -- sh -c 'cd /; while :; do
    psql -X -q -c "INSERT INTO written VALUES (DEFAULT, clock_timestamp())"; done'
"""


@pytest.fixture
def _every_case(*, exhaustive: bool) -> None:
    if not exhaustive:
        pytest.skip("backups, a moment, a gap and a kill were tried; --exhaustive tries all")


@pytest.fixture(scope="module", params=SYSTEMS)
def target(request: pytest.FixtureRequest) -> Iterator[BackupTarget]:
    """A host with PostgreSQL and its backups."""
    system = cast("Os", request.param)
    if system != SYSTEMS[0] and not request.config.getoption("--exhaustive"):
        pytest.skip("one system was tried; --exhaustive tries all")
    with backup_target(f"b-pg{system[-4:]}", system) as host:
        yield host


def test_full_and_incremental_backups_under_load_bring_back_the_rows_of_a_moment(
    target: BackupTarget,
) -> None:
    target.sql("CREATE TABLE written (n bigserial PRIMARY KEY, at timestamptz)")
    assert [one["type"] for one in target.known()["backups"]] == ["full"], "a new repository has one at once"
    target.sh(WRITER)
    target.until(
        '[ "$(cd / && runuser -u postgres -- psql -XqAt -c "SELECT count(*) > 200 FROM written")" = t ]'
    )
    assert target.run("incremental")[0] == 0
    moment = target.sql("SELECT clock_timestamp()")
    target.until("sleep 2")
    target.sh("systemctl stop writer")
    kept = target.sql(f"SELECT count(*) FROM written WHERE at <= '{moment}'")  # noqa: S608  a time of the server
    later = target.sql("SELECT count(*) FROM written")
    assert int(later) > int(kept) > 200
    target.switch()
    target.until("! ls /var/lib/postgresql/*/main/pg_wal/archive_status | grep -q ready")
    printed = target.sh(f"cd / && runuser -u postgres -- {TOOLS}/restore-beside '{moment}'")
    assert f"psql -h {STATE}/scratch" in printed
    beside = f"-h {STATE}/scratch"
    assert target.sql("SELECT count(*) FROM written", beside) == kept
    assert target.sql("SHOW archive_mode", beside) == "off"
    assert target.sql("SELECT count(*) FROM written") == later, "the running cluster is as it was"
    target.sh(f"cd / && runuser -u postgres -- {TOOLS}/restore-beside stop")
    assert [one["type"] for one in target.known()["backups"]] == ["full", "incr"]
    assert target.found() == set()


def test_rig_backup_shows_makes_and_proves(target: BackupTarget, tmp_path: Path) -> None:
    inventory = target.inventory(tmp_path)
    code, shown = rig_json("backup", "status", inventory)
    assert (code, [one["kind"] for one in shown["hosts"][0]["findings"]]) == (2, ["backup.unproved"]), shown
    before = target.labels()
    done = rig("backup", "now", inventory)
    assert done.returncode == 0, done.stdout
    assert f"{target.labels()[-1]}: made in" in done.stdout
    assert len(target.labels()) == len(before) + 1
    done = rig("backup", "verify", inventory)
    assert (done.returncode, "PostgreSQL came back" in done.stdout) == (0, True), done.stdout
    code, shown = rig_json("backup", "list", inventory)
    (data,) = [one for one in shown["hosts"][0]["data"] if one["backed_up"]]
    assert (code, [one["label"] for one in data["backups"]]) == (0, target.labels()), shown
    assert data["backups"][-1]["proved"]
    assert PASSPHRASE.reveal() not in json.dumps(shown) + done.stdout


@pytest.mark.usefixtures("_every_case")
def test_a_restore_proves_the_newest_backup(target: BackupTarget) -> None:
    code, printed = target.run("prove")
    assert (code, "restored in" in printed) == (0, True), printed
    newest = target.known()["backups"][-1]
    assert newest["proved"]["rows"] > int(target.sql("SELECT count(*) FROM written"))
    assert target.sh(f"ls {STATE}/scratch | grep -c '^data' || :") == "0"


def test_removed_segments_are_a_gap_that_pgbackrest_itself_does_not_see(
    target: BackupTarget, tmp_path: Path
) -> None:
    """Trap 1: ``check`` and ``info`` are content."""
    target.switch(9)
    target.until("! ls /var/lib/postgresql/*/main/pg_wal/archive_status | grep -q ready")
    segments = target.sh(f"find {PATH}/archive -name '0000*.zst' | sort").splitlines()
    gone = segments[-7:-2]
    target.sh(f"mkdir -p /run/gone && mv {' '.join(gone)} /run/gone/")
    as_postgres = "cd / && runuser -u postgres -- pgbackrest --config=/etc/rigwright/backup/pgbackrest.conf"
    assert "status: ok" in target.sh(f"{as_postgres} --stanza=main info")
    assert target.run("query")[0] == 0
    names = [path.rpartition("/")[2][:24] for path in gone]
    assert target.known()["gaps"] == [[names[0], names[-1]]]
    assert target.metric("wal_gaps") == 1
    done = rig("backup", "status", target.inventory(tmp_path))
    assert (done.returncode, f"the log lacks {names[0]} to {names[-1]}" in done.stdout) == (2, True), (
        done.stdout
    )
    folder = gone[0].rpartition("/")[0]
    target.sh(f"mv /run/gone/* {folder}/")
    assert target.run("query")[0] == 0
    assert target.known()["gaps"] == []


def test_a_killed_server_loses_nothing_that_it_acknowledged(target: BackupTarget) -> None:
    target.sql("CREATE TABLE acknowledged (n bigserial PRIMARY KEY)")
    target.record()
    wait_until(lambda: len(target.recorded()) > MANY)
    target.sh(f"systemctl kill -s KILL {target.server}")
    recorded = target.recorded_to_the_end()
    target.sh(f"systemctl reset-failed {target.server}; systemctl start {target.server}")
    there = set(map(int, target.sql("SELECT n FROM acknowledged").split()))
    lost = {number for number, _ in recorded} - there
    print(f"killed: {len(recorded)} acknowledged, {len(lost)} lost")  # noqa: T201  a measurement
    assert len(recorded) > MANY
    assert lost == set()


def test_two_runs_at_once_follow_each_other_and_a_restore_says_so(target: BackupTarget) -> None:
    """Trap 18, and an invariant."""
    before = target.labels()
    target.sh("systemctl start --no-block rigwright-backup-full rigwright-backup-incremental")
    target.until(BACKUP_RUNS)
    done = target.host.run(f"cd / && runuser -u postgres -- {TOOLS}/restore-beside now", check=False)
    assert (done.returncode, "a backup or a restore runs" in done.stderr) == (1, True), done
    target.until(NONE_RUNS)
    assert target.sh(
        "systemctl is-failed rigwright-backup-full rigwright-backup-incremental || :"
    ).split() == [
        "inactive",
        "inactive",
    ]
    assert len(target.labels()) == len(before) + 2


@pytest.mark.usefixtures("_every_case")
def test_an_unmounted_repository_takes_nothing_and_the_log_waits(target: BackupTarget) -> None:
    """Trap 2 and invariant 2: no success of nothing."""
    target.sh(f"umount -l {MOUNT}")
    code, printed = target.run("incremental")
    assert code != 0
    assert "is not mounted" in printed
    assert target.sh(f"ls -A {MOUNT}") == ""
    target.switch()
    target.until("ls /var/lib/postgresql/*/main/pg_wal/archive_status | grep -q ready")
    assert target.metric("repository_ready") == 0
    assert ("runtime_state.value", "repository: mounted") in target.found()


@pytest.mark.usefixtures("_every_case")
def test_beyond_its_bound_the_log_is_dropped_and_the_server_goes_on_until_a_full_backup(
    target: BackupTarget,
) -> None:
    """Trap 1 of users: the bound holds while each push fails. The mount of the test before is still away."""
    target.switch(6)
    target.until(f"test -s {STATE}/dropped", 240)
    assert target.sql("SELECT 1") == "1"
    assert target.metric("wal_dropped") >= 1
    target.sh(f"mount -t tmpfs -o size=300m backup {MOUNT}")


@pytest.mark.usefixtures("_every_case")
def test_an_empty_repository_that_appears_is_not_taken_by_a_backup(target: BackupTarget) -> None:
    """Invariant: without the mark of this host nothing is written."""
    code, printed = target.run("full")
    assert (code != 0, "is not marked as this host's" in printed) == (True, True), printed
    target.sh(f"install -d -o postgres -g postgres {PATH} && echo someone else >{PATH}/rigwright-host")
    code, printed = target.run("full")
    assert (code != 0, "is not marked as this host's" in printed) == (True, True), printed
    assert ("runtime_state.value", "repository: owner") in target.found()
    target.sh(f"{TOOLS}/repository adopt")
    target.until(f"systemctl start rigwright-backup-metrics; ! test -e {STATE}/full-due", 120)
    target.until("! systemctl is-active -q rigwright-backup-full")
    assert target.metric("wal_dropped") == 0
    assert target.labels()
    assert target.found() == set()


@pytest.mark.usefixtures("_every_case")
def test_a_wrong_passphrase_never_reads_as_no_backups(target: BackupTarget) -> None:
    """Trap 3: ``info`` ends with 0."""
    before = target.labels()
    target.change(passphrase=Secret("backup_passphrase", "another-Kq2LmV7tRz4WbN8pYc3HdF6s"))
    for word in ("query", "incremental", "prove"):
        code, printed = target.run(word)
        assert code != 0, printed
    assert target.labels() == before
    target.change()
    assert target.run("query")[0] == 0


@pytest.mark.usefixtures("_every_case")
def test_a_full_disk_harms_no_older_backup(target: BackupTarget) -> None:
    """Trap 17."""
    before = target.labels()
    target.sh(f"dd if=/dev/zero of={MOUNT}/filler bs=1M status=none || :")
    assert target.run("full")[0] != 0
    target.sh(f"rm {MOUNT}/filler")
    assert target.run("prove")[0] == 0
    assert target.labels() == before


@pytest.mark.usefixtures("_every_case")
def test_old_backups_are_removed_with_their_log_and_the_proved_one_stays(target: BackupTarget) -> None:
    assert target.run("prove")[0] == 0
    proved = target.labels()[-1]
    target.change(keep=Counts(daily=1, weekly=0, monthly=0))
    assert target.run("full")[0] == 0
    assert target.labels() == [proved, target.labels()[-1]]
    assert target.known()["gaps"] == []
    assert target.run("prove")[0] == 0
    assert target.run("full")[0] == 0
    assert proved not in target.labels()


@pytest.mark.usefixtures("_every_case")
def test_no_secret_is_in_a_readable_file_or_a_log(target: BackupTarget) -> None:
    assert target.sh("stat -c '%a %U %G' /etc/rigwright/backup/pgbackrest.conf") == "640 root postgres"
    assert target.sh(f"journalctl | grep -c {PASSPHRASE.reveal()[:20]} || :").splitlines()[-1] == "0"
