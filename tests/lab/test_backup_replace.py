"""``rig restore --replace`` on a real host: whole, the old one kept, and killed anywhere never half.

A number in a docstring is that of a trap in the design of backups.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.support.backup_target import NONE_RUNS
from tests.support.restore_target import RESTORES, UPLOADS, RestoreTarget
from tests.support.waiting import wait_until

FILES = f"files:{UPLOADS}"
ASK = "/usr/local/lib/rigwright/redis/ask do"
KILLER = (Path(__file__).parents[1] / "support" / "restore_killer.py").read_text()
OF_FILES = ("restore", "check", "stop", "switch", "start", "test", "resume", "clear away")
OF_SERVER = (
    "stop",
    "last log out",
    "restore",
    "check",
    "settle",
    "switch",
    "start",
    "test",
    "resume",
    "full backup",
    "clear away",
)
MANY = 300


@pytest.fixture(scope="module")
def target(restore_host: RestoreTarget) -> RestoreTarget:
    """A host with data and its backups."""
    return restore_host


@pytest.fixture
def _every_case(*, exhaustive: bool) -> None:
    if not exhaustive:
        pytest.skip("a moment came back, and a kill was taken up; --exhaustive tries each kind and step")


def test_live_data_is_not_replaced_without_two_words(target: RestoreTarget) -> None:
    before = target.state()
    code, text = target.restore("--what", FILES, "--replace")
    assert (code, "nothing was replaced" in text) == (1, True), text
    assert "kept" in text, "what it would do is shown first"
    assert target.state() == before


@pytest.mark.usefixtures("_every_case")
def test_files_come_back_in_place_with_their_owners_by_name(target: RestoreTarget) -> None:
    """8."""
    target.sh("cd /srv/uploads && for i in $(seq 20); do echo upload $i >$i; done")
    target.sh("useradd -u 2101 -U uploader && cd /srv/uploads && chown uploader:uploader 2 && echo first >1")
    assert target.files("now", UPLOADS)[0] == 0
    target.sh("usermod -u 2105 uploader && groupmod -g 2106 uploader && useradd -u 2101 -U stranger")
    target.sh("cd /srv/uploads && rm 2 3 && echo wrong >1 && echo later >later")
    code, text = target.restore("--what", FILES, "--replace", "--yes")
    assert (code, "account uploader: was 2101, is 2105 here" in text) == (0, True), text
    found = target.sh("cd /srv/uploads && cat 1 && stat -c %U 2 && ls | wc -l")
    assert found.split() == ["first", "uploader", "20"]
    assert target.sh("cat /srv/uploads.before-*/1 /srv/uploads.before-*/later") == "wrong\nlater"
    assert target.sh("ls -A /srv | grep rigwright || :") == ""
    target.sh("rm -r /srv/uploads.before-*; userdel stranger")


@pytest.mark.usefixtures("_every_case")
def test_redis_comes_back_in_place(target: RestoreTarget) -> None:
    target.sh(f"{ASK} SET greeting first")
    assert target.files("now", "Redis")[0] == 0
    target.sh(f"{ASK} SET greeting second; {ASK} SET other later")
    code, text = target.restore("--what", "redis", "--replace", "--yes")
    assert code == 0, text
    assert target.sh(f"{ASK} GET greeting; {ASK} EXISTS other") == "first\n0"
    assert target.sh("stat -c %U /var/lib/redis/dump.rdb; ls /var/lib/redis | grep before").split() == [
        "redis",
        *target.sh("cd /var/lib/redis && ls -d appendonlydir.before-* dump.rdb.before-*").split(),
    ]
    target.sh("rm -r /var/lib/redis/*before*")


@pytest.mark.usefixtures("_every_case")
def test_a_dump_that_the_server_refuses_is_taken_back(target: RestoreTarget) -> None:
    target.sh(f"{ASK} SET greeting live")
    target.sh("mkdir -p /run/systemd/system/redis-server.service.d")
    # The server starts with what was live before, and with nothing else.
    guard = "! ls /var/lib/redis | grep -q before"
    target.sh(
        f"printf '[Service]\\nExecStartPre=+/bin/sh -c \"{guard}\"\\n' "
        ">/run/systemd/system/redis-server.service.d/guard.conf && systemctl daemon-reload"
    )
    code, text = target.restore("--what", "redis", "--replace", "--yes")
    target.sh("rm -r /run/systemd/system/redis-server.service.d && systemctl daemon-reload")
    assert (code, "what was live before is live again" in text) == (1, True), text
    assert target.sh(f"{ASK} GET greeting; ls -A /var/lib/redis | grep -c before || :") == "live\n0"


def test_a_moment_comes_back_in_place_under_a_writer_to_the_second(target: RestoreTarget) -> None:
    target.record()
    wait_until(lambda: len(target.recorded()) > MANY)
    target.sh("sleep 1.5")
    moment = target.sql("SELECT date_trunc('second', clock_timestamp())")
    at = float(target.sql(f"SELECT extract(epoch FROM '{moment}'::timestamptz)"))  # noqa: S608  a time
    target.sh("sleep 3")
    begun = time.monotonic()
    code, text = target.restore("--what", "postgres", "--to", moment, "--replace", "--yes")
    print(f"in place: {time.monotonic() - begun:.1f} s\n{text}")  # noqa: T201  a measurement
    assert code == 0, text
    recorded = target.recorded_to_the_end()
    there = set(map(int, target.sql("SELECT n FROM acknowledged").split()))
    before = {number for number, acknowledged in recorded if acknowledged < at}
    assert len(before) > MANY
    assert before <= there
    # What was acknowledged just after the second was committed before it, at most.
    assert not {number for number, acknowledged in recorded if acknowledged > at + 1} & there
    _as_it_should_be(target)


@pytest.mark.usefixtures("_every_case")
def test_the_end_of_the_log_comes_back_in_place_with_all_that_was_acknowledged(target: RestoreTarget) -> None:
    target.record()
    wait_until(lambda: len(target.recorded()) > MANY)
    code, text = target.restore("--what", "postgres", "--replace", "--yes")
    assert code == 0, text
    recorded = target.recorded_to_the_end()
    there = set(map(int, target.sql("SELECT n FROM acknowledged").split()))
    assert {number for number, _ in recorded} <= there
    _as_it_should_be(target)


def _as_it_should_be(target: RestoreTarget) -> None:
    """Traps 5 and 1: nothing of the restore is left, and the log goes on without a gap."""
    assert target.sh(f"grep -c restore_command {target.folder}/postgresql.auto.conf || :") == "0"
    assert target.sql("SHOW archive_mode") == "on"
    target.switch()
    target.until("! ls /var/lib/postgresql/*/main/pg_wal/archive_status | grep -q ready")
    target.until(NONE_RUNS)
    assert target.run("query")[0] == 0
    assert target.known()["gaps"] == []
    assert target.known()["backups"][-1]["type"] == "full"
    target.sh("rm -r /var/lib/postgresql/*/main.before-*; ls -A /var/lib/postgresql/*/")
    assert target.sh("ls -A /var/lib/postgresql/*/ | grep rigwright || :") == ""


@pytest.mark.usefixtures("_every_case")
def test_one_database_comes_back_in_place(target: RestoreTarget) -> None:
    target.sql("CREATE DATABASE store")
    target.sql("CREATE TABLE orders (n int); INSERT INTO orders VALUES (1)", "-d store")
    target.sh("sleep 1.1")
    moment = target.sql("SELECT date_trunc('second', clock_timestamp())")
    target.sh("sleep 1.1")
    target.sql("DELETE FROM orders", "-d store")
    code, text = target.restore("--what", "database:store", "--to", moment, "--replace", "--yes")
    assert code == 0, text
    assert target.sql("SELECT n FROM orders", "-d store") == "1"
    (old,) = [one for one in target.sql("SELECT datname FROM pg_database").split() if "_before_" in one]
    assert target.sql("SELECT count(*) FROM orders", f"-d {old}") == "0"
    target.sql(f"DROP DATABASE {old}")


def killed(target: RestoreTarget, when: str, step: str, what: str, to: str = "latest") -> None:
    """Have a restore in place killed at a step."""
    request = {"what": what, "to": to, "way": "replace", "place": "primary", "folder": ""}
    target.sh(f"cat >/run/killer.py <<'END'\n{KILLER}\nEND")
    target.sh(f"cat >/run/request <<'END'\n{json.dumps(request)}\nEND")
    # What a killed one started goes with it, as with a power cut.
    unit = "systemd-run -q --collect --wait --unit=killed"
    run = f"{unit} python3 -I /run/killer.py {when} '{step}' /run/request"
    assert target.host.run(run, check=False).returncode != 0
    code, text = target.restore("--status")
    assert (code, "was killed before it ended" in text) == (1, True), text


def taken_up(target: RestoreTarget, what: str) -> None:
    """The same again ends it; another one is refused before."""
    code, text = target.restore("--what", "redis" if what != "redis" else FILES, "--replace", "--yes")
    assert (code, "was killed and is not complete" in text) == (1, True), text
    code, text = target.restore("--what", what, "--replace", "--yes")
    assert code == 0, text


def test_files_killed_between_are_taken_up_again(target: RestoreTarget) -> None:
    target.sh("cd /srv/uploads && echo kept >1")
    assert target.files("now", UPLOADS)[0] == 0
    target.sh("cd /srv/uploads && echo wrong >1")
    killed(target, "after", "switch", FILES)
    taken_up(target, FILES)
    assert target.sh("cat /srv/uploads/1; cat /srv/uploads.before-*/1") == "kept\nwrong"
    target.sh("rm -r /srv/uploads.before-*")


def test_the_journal_has_each_step_with_its_time(target: RestoreTarget) -> None:
    journal = json.loads(target.sh(f"cat {RESTORES}/journal.json"))
    assert [one["name"] for one in journal["steps"]] == list(OF_FILES)
    assert all(one["ended"] and one["seconds"] is not None for one in journal["steps"])
    code, text = target.restore("--status")
    assert (code, "recovery time" in text, "promised 4 h" in text) == (0, True, True)


@pytest.mark.usefixtures("_every_case")
def test_a_whole_host_comes_back_in_place(target: RestoreTarget) -> None:
    assert target.files("now")[0] == 0
    count = target.sql("SELECT count(*) FROM acknowledged")
    target.sh(f"rm /srv/uploads/1; {ASK} FLUSHALL")
    code, text = target.restore("--what", "host", "--replace", "--yes")
    assert code == 0, text
    assert target.sql("SELECT count(*) FROM acknowledged") == count
    assert target.sh(f"test -s /srv/uploads/1 && {ASK} DBSIZE") != "0"
    items = json.loads(target.sh(f"cat {RESTORES}/journal.json"))["items"]
    assert [one["what"] for one in items] == [FILES, "redis", "postgres"]
    target.sh("rm -r /srv/uploads.before-* /var/lib/redis/*before*")
    _as_it_should_be(target)


@pytest.mark.usefixtures("_every_case")
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", OF_FILES)
def test_files_killed_at_any_step_are_whole_and_taken_up(target: RestoreTarget, when: str, step: str) -> None:
    target.sh("cd /srv/uploads && echo kept >1")
    assert target.files("now", UPLOADS)[0] == 0
    target.sh("cd /srv/uploads && echo wrong >1")
    killed(target, when, step, FILES)
    assert target.sh("ls /srv/uploads | wc -l") == "20"
    taken_up(target, FILES)
    assert target.sh("cat /srv/uploads/1; cat /srv/uploads.before-*/1") == "kept\nwrong"
    target.sh("rm -r /srv/uploads.before-*")


@pytest.mark.usefixtures("_every_case")
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", OF_FILES)
def test_redis_killed_at_any_step_is_whole_and_taken_up(target: RestoreTarget, when: str, step: str) -> None:
    target.sh(f"{ASK} SET greeting kept")
    assert target.files("now", "Redis")[0] == 0
    target.sh(f"{ASK} SET greeting wrong")
    killed(target, when, step, "redis")
    taken_up(target, "redis")
    assert target.sh(f"{ASK} GET greeting") == "kept"
    target.sh("rm -rf /var/lib/redis/*before*")


@pytest.mark.usefixtures("_every_case")
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", OF_SERVER)
def test_postgres_killed_at_any_step_is_whole_and_taken_up(
    target: RestoreTarget, when: str, step: str
) -> None:
    """4 to 7: never half, and nothing that was acknowledged is missing."""
    target.sql("INSERT INTO acknowledged DEFAULT VALUES")
    count = target.sql("SELECT count(*) FROM acknowledged")
    killed(target, when, step, "postgres")
    taken_up(target, "postgres")
    assert target.sql("SELECT count(*) FROM acknowledged") == count
    _as_it_should_be(target)
