"""A copy of backups of files at a remote of rclone: it comes back alone, and survives accidents.

The remote is a folder on another file system of the host. Copies to a bucket are in ``test_backup_s3.py``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from deploys.backup.settings import (
    BackupSettings,
    Local,
    ProtectedFiles,
    Rclone,
    ResticBackups,
    Second,
)
from deploys.rig import Machine, Rig
from rigwright import lab
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os
from tests.support.target import Target

SYSTEMS = ("debian13", "ubuntu2204")
MOUNT, OTHER = "/mnt/backup", "/mnt/other"
COPY = f"{OTHER}/host/files"
STATE = "/var/lib/rigwright-backup-second"
TOOLS = "/usr/local/lib/rigwright/backup"
PASSPHRASE = Secret("restic_passphrase", "x9Kq2LmV7tRz4WbN8pYc3HdF6sGj1QeA")
REMOTE = Secret("elsewhere", f"[elsewhere]\ntype = alias\nremote = {OTHER}\n")


class SecondTarget(Target):
    """A lab host with two places of backups."""

    def wanted(self) -> Any:
        """What it should be."""
        settings = BackupSettings(
            files=[ProtectedFiles(name="uploads", paths=["/srv/uploads"], hours=1)],
            restic=ResticBackups(
                repository=Local(path=f"{MOUNT}/files", mount=MOUNT), passphrase=PASSPHRASE, verify_weeks=1
            ),
            second=Second(place=Rclone(path="elsewhere:host", configuration=REMOTE), upload_limit_mib=500),
        )
        return Rig(machine=Machine(os=self.host.os), backup=settings).of("backup")

    def run(self, command: str) -> tuple[int, str]:
        """A command as root: its code, and all that it printed."""
        done = self.host.run(f"({command}) 2>&1", check=False)
        return done.returncode, done.stdout

    def second(self, words: str) -> tuple[int, str]:
        """The program of the second place."""
        return self.run(f"{TOOLS}/second {words}")

    def copied(self) -> set[str]:
        """Files of the copy's backups."""
        found = self.sh(f"cd {COPY} && find data index snapshots -type f 2>/dev/null || :")
        return {*found.splitlines()}

    def backed_up(self) -> None:
        """A backup now."""
        code, printed = self.run(f"python3 -I {TOOLS}/files.pyz now uploads")
        assert code == 0, printed

    def differing(self) -> set[str]:
        """What differs, but the timers that the test stopped."""
        stopped = ("unit.state", "unit.enabled")
        return {one.where for one in self.drift(self.wanted()) if one.kind not in stopped}

    def known(self) -> dict[str, Any]:
        """What ``rig backup status`` reads of the copy."""
        found: dict[str, Any] = json.loads(self.second("known")[1])
        return found


@pytest.fixture(scope="module", params=SYSTEMS)
def target(request: pytest.FixtureRequest) -> Iterator[SecondTarget]:
    system: Os = request.param
    if system != SYSTEMS[0] and not request.config.getoption("--exhaustive"):
        pytest.skip("--exhaustive tries it on the oldest rclone and restic too")
    name = f"t-second-{system}"
    lab.down(name)
    made = SecondTarget(lab.up(name, system))
    made.sh(
        f"mkdir -p {MOUNT} {OTHER} /srv/uploads && mount -t tmpfs -o size=200m b {MOUNT} && "
        f"mount -t tmpfs -o size=200m o {OTHER} && echo first >/srv/uploads/first"
    )
    one = made.wanted()
    made.install(one)
    done = made.apply(one)
    assert done.code == 0, done
    made.sh("systemctl start rigwright-backup-files; systemctl stop 'rigwright-backup-*.timer'")
    # Its unit writes to no other folder of the host, and a real remote is none.
    assert made.second("copy")[0] == 0
    yield made
    lab.down(name)


@pytest.fixture
def whole_test(exhaustive: bool) -> None:
    if not exhaustive:
        pytest.skip("--exhaustive tries what takes ten seconds each")


def test_nothing_differs_after_the_first_copy(target: SecondTarget) -> None:
    assert target.differing() == set()
    known = target.known()
    assert known["problems"] == []
    assert [one["kind"] for one in known["backups"]] == ["copy"]


def test_the_copy_comes_back_without_the_first_place(target: SecondTarget) -> None:
    assert target.known()["backups"][0]["proved_at"] is None
    target.sh(f"mount -t tmpfs -o size=1m gone {MOUNT}")
    try:
        assert target.second("restore uploads latest /srv/back")[0] == 0
        assert target.sh("cat /srv/back/srv/uploads/first") == "first"
        target.sh("systemctl start rigwright-backup-second-prove")
    finally:
        target.sh(f"umount {MOUNT}; rm -rf /srv/back")
    (copy,) = target.known()["backups"]
    assert copy["proof"] == "1 of 1 files of 1 kinds of data compared"


def test_restic_itself_finds_the_copy_whole(target: SecondTarget) -> None:
    given = f"RESTIC_PASSWORD_FILE=/etc/rigwright/backup/restic-passphrase restic -r {COPY} --no-cache"
    assert target.run(f"{given} check --read-data --no-lock")[0] == 0


def test_an_unmounted_first_place_copies_and_deletes_nothing(target: SecondTarget) -> None:
    before = target.copied()
    assert before
    target.sh(f"mount -t tmpfs -o size=1m empty {MOUNT}")
    try:
        for words in ("copy", "trim"):
            code, printed = target.second(words)
            assert code == 1
            assert "not marked as this host's: nothing is written" in printed
    finally:
        target.sh(f"umount {MOUNT}")
    assert target.copied() == before
    assert target.second("copy")[0] == 0


def test_what_the_first_place_lost_stays_in_the_copy_at_first(target: SecondTarget) -> None:
    """Even all of it: the repository's own mark is there, and its backups are gone."""
    before = target.copied()
    target.sh(f"mkdir /run/kept && mv {MOUNT}/files/snapshots/* {MOUNT}/files/data/* /run/kept")
    code, printed = target.second("copy")
    assert code == 1
    assert "has no backup: nothing is copied" in printed
    assert target.copied() == before
    assert any("has no backup" in line for line in target.known()["problems"])
    target.sh(f"cd /run/kept && mv ?? {MOUNT}/files/data/ && mv * {MOUNT}/files/snapshots/")
    assert target.second("copy")[0] == 0
    assert target.known()["problems"] == []


@pytest.mark.usefixtures("whole_test")
def test_a_copy_that_is_killed_is_whole_and_goes_on(target: SecondTarget) -> None:
    """Before data, before the index, and before snapshots: restic reads it at each of these moments."""
    target.sh("head -c 20000000 /dev/urandom >/srv/uploads/film")
    target.backed_up()
    target.sh(f"{TOOLS}/second copy >/dev/null 2>&1 & sleep 0.7; kill -9 $!; wait $! 2>/dev/null || :")
    target.run("for one in $(ps -C rclone -o pid=); do kill -9 $one; done")
    assert target.second("prove")[0] == 0
    assert target.second("copy")[0] == 0
    first = target.sh(f"cd {MOUNT}/files && find data index snapshots -type f | sort")
    assert {*first.splitlines()} <= target.copied()


@pytest.mark.usefixtures("whole_test")
def test_a_flipped_byte_in_the_copy_is_noticed(target: SecondTarget) -> None:
    path = target.sh(f"find {COPY}/data -type f -size +1M | head -1")
    flip = "import sys; f=open(sys.argv[1],'r+b'); f.seek(900000); b=f.read(1); f.seek(900000)"
    for _ in range(2):
        target.sh(f"""python3 -c "{flip}; f.write(bytes([b[0]^1]))" {path}""")
        code, printed = target.second("prove")
        if code == 0:
            break
        assert code == 2
        assert "uploads" in printed
    assert code == 0
    assert target.known()["problems"] == []


@pytest.mark.usefixtures("whole_test")
def test_what_is_removed_at_first_is_deleted_in_the_copy_when_it_waited_long_enough(
    target: SecondTarget,
) -> None:
    stray = f"{COPY}/snapshots/{'0' * 64}"
    target.sh(f"cp {COPY}/snapshots/$(ls {COPY}/snapshots | head -1) {stray}")
    assert target.second("trim") == (0, "files: 0 deleted\n")
    gone = f"{STATE}/gone-files.json"
    known = json.loads(target.sh(f"cat {gone}"))
    known["waited"] = dict.fromkeys(known["waited"], 14 * 86_400)
    target.sh(f"cat >{gone} <<'END'\n{json.dumps(known)}\nEND")
    assert target.second("trim") == (0, "files: 1 deleted\n")
    assert target.run(f"test -e {stray}")[0] == 1
    assert target.second("prove")[0] == 0


def test_a_second_place_of_another_host_is_left_alone(target: SecondTarget) -> None:
    marker = f"{OTHER}/host/rigwright-host"
    target.sh(f"cp {marker} /run/marker; echo 0123456789abcdef other >{marker}; echo two >/srv/uploads/two")
    before = target.copied()
    target.backed_up()
    code, printed = target.second("copy")
    assert (code, "another host's: nothing is written" in printed) == (1, True), printed
    assert target.copied() == before
    assert target.differing() == {"second place: owner"}
    assert target.run(f"{TOOLS}/second-repository adopt")[0] == 0
    assert target.second("copy")[0] == 0
    assert target.copied() > before


def test_objects_of_other_programs_are_in_both_places(target: SecondTarget) -> None:
    target.sh("echo bundle >/run/bundle")
    assert target.run(f"{TOOLS}/objects put site.bundle /run/bundle")[0] == 0
    for place in ("first", "second"):
        assert target.run(f"{TOOLS}/objects list {place}") == (0, "site.bundle\n")
        code, printed = target.run(f"{TOOLS}/objects get {place} site.bundle /run/{place}; cat /run/{place}")
        assert (code, printed) == (0, "bundle\n")
    assert target.run(f"stat -c %a {MOUNT}/files/rigwright-objects/site.bundle /run/first") == (
        0,
        "600\n600\n",
    )
    code, printed = target.run(f"{TOOLS}/objects get second other /run/other")
    assert (code, printed) == (1, "get: there is no other in the second place\n")
