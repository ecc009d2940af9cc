"""Backups of files and Redis on a real host: what comes back, and what each accident does to them.

A number in a docstring is that of a trap in the design of backups.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from deploys.backup import state
from deploys.backup.settings import BackupSettings, Counts, Local, ResticBackups
from rigwright.backup.known import known
from rigwright.desired import Desired, Protected
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os, Platform
from tests.support.breaks import ELSEWHERE
from tests.support.broken import failing
from tests.support.files_target import (
    DISK,
    MOUNT,
    PASSPHRASE,
    PATH,
    STATE,
    TOOLS,
    FilesTarget,
    files_target,
    inventory_of,
)

SYSTEMS = ("debian13", "debian12", "ubuntu2204", "ubuntu2404")
UPLOADS = "uploads, of users"
ASK = "/usr/local/lib/rigwright/redis/ask do"
FILL = """
cd /srv/uploads
for i in $(seq 60); do echo "upload $i" >$i; done
mkdir -p deep/er && head -c 3000000 /dev/urandom >deep/er/film && ln -s film deep/er/link && ln 1 deep/hard
truncate -s 64M holes && printf end >>holes
echo draft >draft.tmp
"""
SHIFT = """
id uploader >/dev/null 2>&1 || useradd -u 2101 -U uploader
cd /srv/uploads
chown uploader:uploader 2 3 deep && chmod 4750 3 && ln -f 2 deep/twice
python3 -c 'import os, struct
e = ((1, 6, -1), (2, 4, 2101), (4, 4, -1), (16, 4, -1), (32, 0, -1))
v = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *one) for one in e)
os.setxattr("4", "system.posix_acl_access", v)' 2>/dev/null || echo "no access lists"
"""
MOVE = """
usermod -u 2105 uploader && groupmod -g 2106 uploader && useradd -u 2101 -U stranger
"""


@pytest.fixture(scope="module", params=SYSTEMS)
def target(request: pytest.FixtureRequest) -> Iterator[FilesTarget]:
    """A host with declared files and Redis."""
    system = cast("Os", request.param)
    if system != SYSTEMS[0] and not request.config.getoption("--exhaustive"):
        pytest.skip("one system was tried; --exhaustive tries all")
    with files_target(f"b-files{system[-4:]}", system) as host:
        yield host


@pytest.fixture
def _every_case(*, exhaustive: bool) -> None:
    if not exhaustive:
        pytest.skip(
            "a restore, owners, a proof and lost sources were tried; --exhaustive tries all accidents"
        )


def test_what_is_declared_is_backed_up_as_it_becomes_due_and_comes_back_beside(target: FilesTarget) -> None:
    """12: holes stay holes, also by a restic without ``--sparse``."""
    assert (len(target.backups()), len(target.backups("Redis"))) == (1, 1), "made by themselves"
    target.sh(FILL)
    target.sh(f"{ASK} SET greeting hello-from-redis")
    assert target.task("rigwright-backup-files") == (0, ""), "nothing is due"
    assert target.run("now")[0] == 0
    assert (len(target.backups()), len(target.backups("Redis"))) == (2, 2)
    printed = target.sh(f"{TOOLS}/restore-files '{UPLOADS}' latest /srv/back")
    assert "is in /srv/back" in printed
    target.sh("diff -r --no-dereference /srv/uploads /srv/back/srv/uploads --exclude=*.tmp")
    assert target.sh("ls /srv/back/srv/uploads | grep -c tmp || :") == "0"
    assert target.sh("stat -c %h /srv/back/srv/uploads/1") == "2"
    assert int(target.sh("stat -c %b /srv/back/srv/uploads/holes")) < 4096
    code, printed = target.run("restore", UPLOADS, "latest", "/srv/back")
    assert (code, "is not an empty folder" in printed) == (1, True), printed
    target.sh(f"{TOOLS}/restore-files Redis latest /srv/redis")
    assert target.sh("grep -c hello-from-redis /srv/redis/var/lib/*/dump.rdb") == "1"
    target.sh("rm -r /srv/back /srv/redis")
    assert target.found() == set()


def test_owners_are_the_same_accounts_where_numbers_are_others(target: FilesTarget) -> None:
    """5 of users, and 8: the number of the owner is another account's here."""
    lists = target.sh(SHIFT) != "no access lists"
    assert target.run("now", UPLOADS)[0] == 0
    target.sh(MOVE)
    printed = target.sh(f"{TOOLS}/restore-files '{UPLOADS}' latest /srv/back")
    assert "account uploader: was 2101, is 2105 here" in printed
    owners = target.sh("cd /srv/back/srv/uploads && stat -c '%n %U %G %a' 1 2 3 deep deep/twice")
    assert owners.splitlines() == [
        "1 root root 644",
        "2 uploader uploader 644",
        "3 uploader uploader 4750",
        "deep uploader uploader 755",
        "deep/twice uploader uploader 644",
    ]
    if lists:
        value = "import os; print(os.getxattr('/srv/back/srv/uploads/4', 'system.posix_acl_access').hex())"
        assert (2105).to_bytes(4, "little").hex() in target.sh(f'python3 -c "{value}"')
    target.sh("rm -r /srv/back; userdel stranger; userdel uploader; chown -R 0:0 /srv/uploads")


def test_a_trial_restore_proves_the_newest_and_notices_a_flipped_byte(target: FilesTarget) -> None:
    """11: ``check`` alone ends with 0."""
    tool = target.tool()
    assert target.task(tool.make)[0] == 0
    code, printed = target.task("rigwright-backup-files-prove")
    assert (code, "files compared" in printed) == (0, True), printed
    assert [bool(one["proved"]) for one in target.backups()] == [False, False, False, True]
    assert target.backups()[-1]["proved"]["compared"] > 50
    assert target.sh(f"ls {STATE}/scratch") == ""
    target.sh(f"cp -a {PATH} {MOUNT}/whole")
    target.sh(
        f"f=$(find {PATH}/data -type f -size +1M | head -n 1); chmod u+w $f; "
        "printf x | dd of=$f bs=1 seek=500000 conv=notrunc status=none"
    )
    assert target.restic("check 2>/dev/null >/dev/null; echo $?") == "0"
    code, printed = target.run("prove", UPLOADS)
    assert code == 2, printed
    assert target.task(tool.prove)[0] != 0
    assert known(target.sh(tool.known), "here").backups[-1].proved, "what was proved before stays known"
    target.sh(f"rm -r {PATH} && mv {MOUNT}/whole {PATH}")
    assert target.run("prove")[0] == 0


def test_no_success_of_nothing(target: FilesTarget) -> None:
    """10: restic backs up an empty mount point, and one of two paths."""
    before = target.backups()
    target.sh("mkdir /srv/away && mount --bind /srv/away /srv/uploads")
    code, printed = target.run("now", UPLOADS)
    assert (code, "0 files are there and 1 must be" in printed) == (1, True), printed
    target.sh("umount /srv/uploads && mv /srv/uploads /srv/moved")
    code, printed = target.run("now", UPLOADS)
    assert (code, "/srv/uploads is not there" in printed) == (1, True), printed
    target.sh(
        "mv /srv/moved /srv/uploads && echo 'LABEL=films /srv/uploads/deep ext4 defaults 0 2' >>/etc/fstab"
    )
    code, printed = target.run("now", UPLOADS)
    assert (code, "/srv/uploads/deep is not mounted" in printed) == (1, True), printed
    target.sh("sed -i /LABEL=films/d /etc/fstab && mount --bind /proc/1/mem /srv/uploads/5")
    code, printed = target.run("now", UPLOADS)
    assert (code, "/srv/uploads/5 could not be read" in printed) == (1, True), printed
    target.sh("umount /srv/uploads/5")
    assert target.run("query")[0] == 0
    assert target.backups() == before, "nothing half is listed"
    assert target.run("now", "Redis")[0] == 0, "what is there is backed up all the same"


@pytest.mark.usefixtures("_every_case")
def test_a_repository_that_is_away_or_of_another_host_takes_nothing(target: FilesTarget) -> None:
    """2, and: a rebuilt host never overwrites."""
    target.sh(f"umount -l {MOUNT}")
    code, printed = target.run("now")
    assert (code, "is not mounted" in printed) == (1, True), printed
    assert target.sh(f"ls -A {MOUNT}") == ""
    assert target.metric("repository_ready", PATH) == 0
    assert ("runtime_state.value", "repository of files: mounted") in target.found()
    target.sh(DISK)
    code, printed = target.run("now")
    assert (code, "is not marked as this host's" in printed) == (1, True), printed
    target.sh(f"mkdir {PATH} && echo another-machine >{PATH}/rigwright-host")
    for word in ("now", "prove", "query"):
        code, printed = target.run(word)
        assert (code, "is not marked as this host's" in printed) == (1, True), printed
    assert ("runtime_state.value", "repository of files: owner") in target.found()
    target.sh(f"{TOOLS}/files-repository adopt")
    assert target.run("now")[0] == 0
    assert target.found() == set()


@pytest.mark.usefixtures("_every_case")
def test_a_wrong_passphrase_never_reads_as_no_backups(target: FilesTarget) -> None:
    """13: without an exit code of its own on 0.12 and 0.14."""
    before = target.backups()
    target.sh("cd /etc/rigwright/backup && cp -p restic-passphrase kept && echo another >restic-passphrase")
    for words in (("query",), ("now",), ("prove",), ("restore", UPLOADS, "latest", "/srv/back")):
        code, printed = target.run(*words)
        assert (code, "wrong password" in printed) == (1, True), printed
    target.sh("cd /etc/rigwright/backup && mv kept restic-passphrase")
    target.sh(f"mv {PATH}/config {MOUNT}/config")
    code, printed = target.run("now")
    assert (code, "it is damaged" in printed) == (1, True), printed
    target.sh(f"mv {MOUNT}/config {PATH}/config")
    assert target.backups() == before
    assert target.run("query")[0] == 0
    assert target.backups() == before


@pytest.mark.usefixtures("_every_case")
def test_a_snapshot_of_2036_is_not_the_latest_and_is_never_removed(target: FilesTarget) -> None:
    """16: for restic it is "latest" for ever. 1970 is undated."""
    mine = "--host=rigwright --tag=rigwright:uploads%2C%20of%20users"
    for at in ("2036-01-01 00:00:00", "2001-01-01 00:00:00", "2001-01-02 00:00:00"):
        target.restic(f"backup {mine} --time='{at}' /etc/hostname")
    target.sh("echo newer >/srv/uploads/newer")
    assert target.run("now", UPLOADS)[0] == 0
    target.sh(f"{TOOLS}/restore-files '{UPLOADS}' latest /srv/back && cat /srv/back/srv/uploads/newer")
    target.sh("rm -r /srv/back")
    assert target.metric("future", UPLOADS) == 1
    target.change(keep=Counts(daily=1, weekly=0, monthly=0))
    code, printed = target.run("prove")
    assert (code, printed.count(": removed")) == (0, 3), printed
    newest, future = target.backups()
    assert newest["proved"]
    assert future["started"] == 2_082_758_400


@pytest.mark.usefixtures("_every_case")
def test_a_backup_that_was_killed_leaves_no_lock_and_is_not_listed(target: FilesTarget) -> None:
    """15 and 3 of users: ``forget`` fails for ever."""
    before = target.backups()
    target.sh("head -c 150000000 /dev/urandom >/srv/uploads/large")
    target.sh(f"systemd-run -q --collect --unit=killed python3 -I {TOOLS}/files.pyz now '{UPLOADS}'")
    target.until(f"pgrep -f 'json.*tag=rigwright' && ls {PATH}/locks | grep -q .")
    target.sh("systemctl kill -s KILL killed; sleep 0.5")
    assert target.sh(f"ls {PATH}/locks | wc -l") == "1"
    assert target.run("query")[0] == 0
    assert target.backups() == before
    assert target.run("now", UPLOADS)[0] == 0
    code, printed = target.run("prove")
    assert (code, "removed" in printed) == (0, True), printed
    assert target.sh(f"ls {PATH}/locks | wc -l") == "0"


@pytest.mark.usefixtures("_every_case")
def test_two_at_once_wait_for_each_other_or_say_so(target: FilesTarget) -> None:
    """18."""
    holding = f"systemd-run -q --collect --unit=holding flock {STATE}/lock sleep 5"
    target.sh(f"{holding}; sleep 0.5")
    code, printed = target.run("restore", "Redis", "latest", "/srv/back")
    assert (code, "a backup or a restore runs" in printed) == (1, True), printed
    assert target.run("now", "Redis")[0] == 0, "it waited"
    assert target.sh("systemctl is-active holding || :") == "inactive"


@pytest.mark.usefixtures("_every_case")
def test_a_full_disk_harms_no_older_backup(target: FilesTarget) -> None:
    """17."""
    before = target.backups()
    target.sh(
        f"head -c 40000000 /dev/urandom >/srv/uploads/more; dd if=/dev/zero of={MOUNT}/filler bs=1M || :"
    )
    assert target.run("now", UPLOADS)[0] == 1
    target.sh(f"rm {MOUNT}/filler /srv/uploads/more")
    assert target.run("prove")[0] == 0
    assert [one["label"] for one in target.backups()] == [one["label"] for one in before]


@pytest.mark.usefixtures("_every_case")
def test_no_secret_is_in_a_readable_file_a_log_or_a_process_list(target: FilesTarget) -> None:
    where = "/etc/rigwright/backup/restic-passphrase"
    assert target.sh(f"stat -c '%a %U' {where}") == "600 root"
    secret = PASSPHRASE.reveal()[:20]
    assert target.sh(f"journalctl | grep -c {secret} || :").splitlines()[-1] == "0"
    assert target.sh(f"grep -rl {secret} /etc /usr/local /var/lib/rigwright* 2>/dev/null || :") == where
    wrong = Secret("restic_passphrase", "another-Kq2LmV7tRz4WbN8pYc3HdF6s")
    assert wrong.reveal() not in target.sh("ps axww -o args")


@pytest.mark.usefixtures("_every_case")
def test_each_claim_of_rig_verify_fails_when_what_it_says_is_not_so(
    target: FilesTarget, tmp_path: Path
) -> None:
    inventory = tmp_path / "files.py"
    inventory.write_text(inventory_of(target.host.name))
    target.sh("systemctl start rigwright-backup-files.timer rigwright-backup-files-prove.timer")
    assert target.run("now")[0] == 0
    claims = [one for one in ELSEWHERE if one.startswith("test_backup::")]
    assert failing(inventory, target.host.name, claims) == set()
    labels = " ".join(one["label"] for one in target.backups("Redis"))
    target.restic(f"forget {labels}")
    target.sh(
        f"echo another-machine >{PATH}/rigwright-host; chmod 644 /etc/rigwright/backup/restic-passphrase; "
        "systemctl stop rigwright-backup-files-prove.timer"
    )
    assert failing(inventory, target.host.name, claims) == {*claims}
    target.sh(f"{TOOLS}/files-repository adopt; chmod 600 /etc/rigwright/backup/restic-passphrase")
    target.sh("systemctl stop rigwright-backup-files.timer")


@pytest.mark.usefixtures("_every_case")
def test_a_volume_is_backed_up_with_its_labels_also_while_the_engine_is_down(target: FilesTarget) -> None:
    """12 of users, and 9: a restored volume needs the labels of its stack."""
    name = "volume shop_data"
    data = Protected(name, "volume", ("/var/lib/docker/volumes/shop_data/_data",), 86_400)
    restic = ResticBackups(repository=Local(path=PATH, mount=MOUNT), passphrase=PASSPHRASE)
    packages = ("docker.io", "docker-cli") if target.host.os == "debian13" else ("docker.io",)
    others = (Desired("docker", packages=packages, protects=(data,)),)
    target.install(others[0])
    label = "com.docker.compose.project=shop"
    target.sh("systemctl start docker")
    target.sh(f"docker volume create --label {label} shop_data && echo sold >{data.paths[0]}/orders")
    wanted = state.desired(BackupSettings(restic=restic), Platform(target.host.os), others)
    assert target.apply(wanted).code == 0
    assert target.run("now", name)[0] == 0
    target.sh("systemctl stop docker.socket docker containerd")
    assert target.run("now", name)[0] == 0
    target.sh(f"{TOOLS}/restore-files '{name}' latest /srv/volume")
    assert target.sh(f"cat /srv/volume{data.paths[0]}/orders") == "sold"
    labels = "import json; print(json.load(open('/srv/volume/rigwright-notes.json'))['volume']['Labels'])"
    assert "'shop'" in target.sh(f'python3 -c "{labels}"')
    target.sh(f"rm -r {STATE}/notes/*")
    code, printed = target.run("now", name)
    assert (code, "labels cannot be read" in printed) == (1, True), printed
