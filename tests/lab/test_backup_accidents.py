"""Accidents to a host whose PostgreSQL is backed up: what is lost, what is noticed, and what goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from deploys.backup.settings import Counts
from rigwright.settings.platform import Os
from tests.support.backup_target import MOUNT, NONE_RUNS, PATH, TOOLS, BackupTarget, backup_target
from tests.support.breaks import ELSEWHERE
from tests.support.broken import failing
from tests.support.command import rig
from tests.support.waiting import wait_until

SYSTEMS = ("debian13", "debian12", "ubuntu2204", "ubuntu2404")
PGBACKREST = "cd / && runuser -u postgres -- pgbackrest --config=/etc/rigwright/backup/pgbackrest.conf"
MOST_LOST_SECONDS = 65
"""``archive_timeout_seconds``, and the time that a push takes."""
ASIDE = "/mnt/aside"


@pytest.fixture(scope="module", params=SYSTEMS)
def target(request: pytest.FixtureRequest, *, exhaustive: bool) -> Iterator[BackupTarget]:
    """A host with PostgreSQL, one backup, and a table for the writer."""
    if not exhaustive:
        pytest.skip("only with --exhaustive: each takes long, and test_backup.py kills a server")
    system = cast("Os", request.param)
    with backup_target(f"b-acc{system[-4:]}", system) as host:
        host.sql("CREATE TABLE acknowledged (n bigserial PRIMARY KEY)")
        yield host


def test_a_deleted_data_directory_costs_at_most_the_promised_seconds(target: BackupTarget) -> None:
    """Restored in place to the end of the log: traps 4 and 5 are this test's own to see to."""
    assert target.run("full")[0] == 0
    target.record()
    target.sh("sleep 95")
    target.sh(f"rm -rf {target.folder}/*; systemctl kill -s KILL {target.server}")
    recorded = target.recorded_to_the_end()
    begun = time.monotonic()
    target.sh(f"rm -rf {target.folder}/*; {PGBACKREST} --stanza=main restore")
    target.sh(f"systemctl reset-failed {target.server}; systemctl start {target.server}")
    wait_until(lambda: target.sql("SELECT pg_is_in_recovery()") == "f")
    seconds = time.monotonic() - begun
    newest = int(target.sql("SELECT max(n) FROM acknowledged"))
    lost = recorded[-1][1] - max(at for number, at in recorded if number <= newest)
    print(f"deleted: {lost:.1f} s lost, back after {seconds:.1f} s")  # noqa: T201  a measurement
    assert lost <= MOST_LOST_SECONDS
    target.sql("ALTER SYSTEM RESET ALL")
    target.sql("SELECT pg_reload_conf()")
    assert target.run("full")[0] == 0
    assert target.known()["gaps"] == []
    assert target.run("prove")[0] == 0


def test_a_flipped_byte_is_noticed_by_the_proof_and_by_nothing_else(
    target: BackupTarget, tmp_path: Path
) -> None:
    """Traps 3 and 11."""
    assert target.run("full")[0] == 0
    newest = target.labels()[-1]
    largest = target.sh(
        f"find {PATH}/backup/main/{newest} -type f ! -name 'backup.manifest*' -printf '%s %p\\n'"
        " | sort -n | tail -n 1 | cut -d ' ' -f 2"
    )
    half = int(target.sh(f"stat -c %s {largest}")) // 2
    target.sh(
        f"cp -p {largest} /run/whole && printf X | dd of={largest} bs=1 seek={half} conv=notrunc status=none"
    )
    assert target.run("query")[0] == 0
    done = rig("backup", "verify", target.inventory(tmp_path))
    assert (done.returncode, "did not come back" in done.stdout) == (2, True), done.stdout
    assert target.known()["backups"][-1]["proved"] is None
    target.sh(f"cp -p /run/whole {largest}")
    assert target.run("prove")[0] == 0


@pytest.mark.parametrize("year", [2036, 1970])
def test_a_wrong_clock_removes_nothing_and_picks_nothing(target: BackupTarget, year: int) -> None:
    """Trap 16. The program alone sees the year: a host's clock is everyone's."""
    target.change(keep=Counts(daily=1, weekly=0, monthly=0))
    assert target.run("prove")[0] == 0
    assert target.run("full")[0] == 0, "with what the policy removes by the right clock"
    before = target.labels()
    target.sh("dpkg -s libfaketime >/dev/null 2>&1 || apt-get -qq -y install libfaketime >/dev/null")
    library = target.sh("ls /usr/lib/*/faketime/libfaketime.so.1")
    clock = f"env LD_PRELOAD={library} FAKETIME='@{year}-01-02 00:00:00'"
    program = f"cd / && runuser -u postgres -- {clock} python3 -I {TOOLS}/backup.pyz"
    for word in ("full", "prove"):
        done = target.host.run(f"{program} {word}", check=False)
        assert ("in the future: check the clock" in done.stderr) == (year == 1970), done
        assert target.run("query")[0] == 0
        assert [label for label in target.labels() if label in before] == before
    target.change()


def test_killed_at_any_moment_no_half_backup_is_listed_and_the_next_one_works(target: BackupTarget) -> None:
    """An invariant; each run that is not killed in time has made a whole one."""
    begun = time.monotonic()
    assert target.run("full")[0] == 0
    whole = time.monotonic() - begun
    for part in range(12):
        before = target.labels()
        target.sh("systemctl start --no-block rigwright-backup-full")
        target.sh(f"sleep {whole * part / 12:.2f}; systemctl kill -s KILL rigwright-backup-full || :")
        target.until(NONE_RUNS)
        assert target.run("query")[0] == 0
        made = target.labels()[len(before) :]
        assert target.labels()[: len(before)] == before
        assert len(made) <= 1
        if made:
            assert target.run("prove")[0] == 0
            assert target.known()["backups"][-1]["proved"]
    assert target.run("full")[0] == 0
    assert target.run("prove")[0] == 0
    assert target.known()["gaps"] == []


def test_while_the_repository_is_away_the_server_and_its_own_log_go_on(target: BackupTarget) -> None:
    """Trap 2: refused for a while; nothing is dropped below the bound, and nothing is missing after it."""
    target.change(wal_queue=0.1)
    target.sh(f"mkdir -p {ASIDE} && mount --bind {MOUNT} {ASIDE} && umount {MOUNT}")
    target.switch(2)
    target.until("ls /var/lib/postgresql/*/main/pg_wal/archive_status | grep -q ready")
    assert target.run("incremental")[0] != 0
    assert target.sql("INSERT INTO acknowledged DEFAULT VALUES RETURNING 'written'") == "written"
    assert target.metric("wal_waiting_seconds") > 0
    target.sh(f"mount --bind {ASIDE} {MOUNT}")
    target.until("! ls /var/lib/postgresql/*/main/pg_wal/archive_status | grep -q ready", 180)
    assert target.metric("wal_dropped") == 0
    assert target.run("incremental")[0] == 0
    assert target.known()["gaps"] == []
    target.sh(f"umount {ASIDE}")
    target.change()


def test_each_claim_of_rig_verify_fails_when_what_it_says_is_not_so(
    target: BackupTarget, tmp_path: Path
) -> None:
    inventory, config = target.inventory(tmp_path), "/etc/rigwright/backup/pgbackrest.conf"
    claims = [one for one in ELSEWHERE if one.startswith("test_backup_postgres::")]
    encrypted = "test_backup_postgres::test_the_repository_is_encrypted"
    target.sh("cd /etc/systemd/system && systemctl start rigwright-backup-*.timer")
    assert target.run("full")[0] == 0
    assert failing(inventory, target.host.name, claims) == set()
    target.sh(
        f"echo another-machine >{PATH}/rigwright-host; chmod 644 {config}; mv {PATH}/backup {PATH}/moved; "
        "systemctl stop rigwright-backup-query.timer"
    )
    target.sql("ALTER SYSTEM SET archive_timeout = 0")
    target.sql("SELECT pg_reload_conf()")
    assert failing(inventory, target.host.name, claims) == {*claims} - {encrypted}
    cipher = "s/^repo1-cipher-type=.*/repo1-cipher-type=none/"
    target.sh(f"mv {PATH}/moved {PATH}/backup; sed -i.right '{cipher}' {config}")
    assert encrypted in failing(inventory, target.host.name, claims)
    target.sql("ALTER SYSTEM RESET archive_timeout")
    target.sql("SELECT pg_reload_conf()")
    target.sh(f"mv {config}.right {config}; chmod 640 {config}; {TOOLS}/repository adopt")
    target.sh("systemctl start rigwright-backup-query.timer")
    assert failing(inventory, target.host.name, claims) == set()
    target.sh("systemctl stop 'rigwright-backup-*.timer' && systemctl start rigwright-backup-metrics")
