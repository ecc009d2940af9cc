"""Backups of files: what the settings refuse, and what each host is given."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from deploys.backup import state
from deploys.backup.restic import PASSPHRASE as PASSPHRASE_FILE
from deploys.backup.restic import escaped
from deploys.backup.settings import BackupSettings, Counts, Local, ProtectedFiles, ResticBackups
from deploys.postgres.settings import PostgresSettings
from deploys.rig import Machine, Rig
from deploys.zfs.datasets import Dataset
from deploys.zfs.settings import Pool, ZfsSettings
from rigwright.desired import Desired
from rigwright.errors import RigError
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os, Platform
from tests.unit.test_backup_postgres import settings as with_postgres

PASSPHRASE = Secret("restic_passphrase", "x9Kq2LmV7tRz4WbN8pYc3HdF6sGj1QeA")
ON_DISK = Local(path="/mnt/backup/files", mount="/mnt/backup")
SYSTEMD = "/etc/systemd/system"


def restic(**more: Any) -> ResticBackups:
    return ResticBackups(**{"repository": ON_DISK, "passphrase": PASSPHRASE, **more})


def backup(os: Os = "debian13", **more: Any) -> Desired:
    given = BackupSettings(**{"restic": restic(), **more})
    found = Rig(machine=Machine(os=os), backup=given).of("backup")
    assert found is not None
    return found


def content(one: Desired, path: str) -> str:
    return next(file.content for file in one.files if file.path == path).decode()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"at": "3:30"}, "at"),
        ({"verify_weeks": 0}, "greater than or equal"),
        ({"limit_mib": 0}, "greater than or equal"),
        ({"repository": Local(path="/mnt/backup/x", mount="/mnt/backup"), "keep": 3}, "keep"),
    ],
)
def test_values_out_of_their_bounds_are_refused(more: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        restic(**more)


def test_a_weak_passphrase_is_refused_without_being_shown() -> None:
    with pytest.raises(ValidationError, match="rig secret generate") as refused:
        restic(passphrase=Secret("restic_passphrase", "changeme-changeme"))
    assert "changeme" not in str(refused.value)


@pytest.mark.parametrize("path", ["/mnt/backup/postgresql", "/mnt/backup/postgresql/files"])
def test_a_repository_in_that_of_postgresql_is_refused(path: str) -> None:
    one = with_postgres()
    with pytest.raises(ValidationError, match="name two beside each other"):
        BackupSettings(
            repository=one.repository,
            postgres=one.postgres,
            restic=restic(repository=Local(path=path, mount="/mnt/backup")),
        )


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/mnt/backup/photos", "on the disk of the repository"),
        ("/mnt/backup", "on the disk of the repository"),
        ("/mnt/backup/*/x", "on the disk of the repository"),
        ("/mnt", "it would back itself up"),
        ("/mnt/*", "it would back itself up"),
    ],
)
def test_a_repository_on_the_disk_of_its_source_is_refused(path: str, message: str) -> None:
    with pytest.raises(RigError, match=message):
        backup(files=[ProtectedFiles(name="photos", paths=[path])])


def test_a_repository_in_the_pool_of_its_source_is_refused() -> None:
    pools = ZfsSettings(
        arc_limit=2**30,
        pools=[Pool(name="data", disks=["ata-A"])],
        datasets=[
            Dataset(name="data/media", mountpoint="/srv/media"),
            Dataset(name="data/backup", mountpoint="/mnt/backup"),
        ],
    )
    files = [ProtectedFiles(name="media", paths=["/srv/media/films"])]
    with pytest.raises(ValidationError, match="media is in /srv/media/films, in the same pool, data"):
        Rig(machine=Machine(os="debian13"), zfs=pools, backup=BackupSettings(files=files, restic=restic()))


@pytest.mark.parametrize("os", get_args(Os))
def test_no_system_is_asked_for_what_its_version_lacks(os: Os) -> None:
    """Trap 12 and 13: no ``--sparse`` on 0.12 and 0.14."""
    known = json.loads(content(backup(os), "/usr/local/lib/rigwright/backup/files.json"))
    assert known["sparse"] == (os in ("debian13", "ubuntu2404"))


def test_settings_reach_the_programs_in_their_units() -> None:
    one = backup(restic=restic(limit_mib=3, verify_whole_mib=2, keep=Counts(daily=9), verify_weeks=8))
    known = json.loads(content(one, "/usr/local/lib/rigwright/backup/files.json"))
    assert (known["limit_kib"], known["whole_bytes"], known["parts"]) == (3072, 2_097_152, 8)
    assert known["keep"] == {"daily": 9, "weekly": 4, "monthly": 3}
    assert "OnCalendar=Sun *-*-* 05:00" in content(one, f"{SYSTEMD}/rigwright-backup-files-prove.timer")


def test_it_runs_with_idle_io_and_only_with_its_disk() -> None:
    text = content(backup(), f"{SYSTEMD}/rigwright-backup-files.service").splitlines()
    assert {"IOSchedulingClass=idle", "RequiresMountsFor=/mnt/backup/files"} <= {*text}


def test_the_passphrase_is_in_one_file_that_only_root_reads() -> None:
    one = backup()
    holding = [file for file in one.files if PASSPHRASE.reveal_bytes() in file.content]
    assert [(file.path, file.mode, file.owner, file.secret) for file in holding] == [
        (PASSPHRASE_FILE, 0o600, "root", True)
    ]
    commands = [*(step.command for step in one.steps), *(state.command for state in one.runtime_states)]
    assert not [command for command in commands if PASSPHRASE.reveal() in command]


def test_both_ways_on_one_host_share_the_rules_and_the_measuring() -> None:
    one = with_postgres()
    rig = Rig(
        machine=Machine(os="debian13"),
        postgres=PostgresSettings(),
        backup=BackupSettings(repository=one.repository, postgres=one.postgres, restic=restic()),
    )
    found = rig.of("backup")
    assert found is not None
    names = [rule.name for rule in found.alerts]
    assert len(names) == len({*names})
    assert {"BackupOld", "BackupShrank", "WalGap"} <= {*names}


@pytest.mark.parametrize(
    ("name", "instance"),
    [
        ("Redis", "Redis"),
        ("uploads, of users", r"uploads\x2c\x20of\x20users"),
        ("volume shop-data", r"volume\x20shop\x2ddata"),
        ("a/b", "a-b"),
        (".cache é", r"\x2ecache\x20\xc3\xa9"),
    ],
)
def test_a_name_is_the_instance_of_a_unit_as_systemd_escapes_it(name: str, instance: str) -> None:
    """What ``systemd-escape`` of 257 prints."""
    assert escaped(name) == instance


def test_rig_backup_knows_what_backs_up_each_name_and_when_it_is_late() -> None:
    one = backup(files=[ProtectedFiles(name="media, own", paths=["/srv/media"], hours=2)])
    (tool,) = one.backup_tools
    assert tool.data == "media, own"
    assert tool.late_seconds == 3 * 3600 + 1800
    assert tool.known.endswith("files.pyz known 'media, own'")
    assert tool.make == r"rigwright-backup-files-now@media\x2c\x20own.service"
    assert tool.prove == r"rigwright-backup-files-prove@media\x2c\x20own.service"


def test_only_what_makes_a_backup_on_a_host_with_pools_may_mount() -> None:
    pools = Desired("pools", packages=("zfsutils-linux",))
    for others, may in (((), set()), ((pools,), {"rigwright-backup-files", "rigwright-backup-files-now@"})):
        wanted = state.desired(BackupSettings(restic=restic()), Platform("debian13"), others)
        units = {
            file.path.removeprefix(f"{SYSTEMD}/").removesuffix(".service"): file.content.decode()
            for file in wanted.files
            if file.path.endswith(".service")
        }
        assert len(units) > len(may)
        for word in ("CAP_SYS_ADMIN", "@mount"):
            assert {name for name, text in units.items() if word in text} == may
