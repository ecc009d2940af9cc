"""Backups of PostgreSQL: what the settings refuse, and what each system's pgBackRest is given."""

from __future__ import annotations

from typing import Any, Literal, get_args

import pytest
from pydantic import ValidationError

from deploys.backup.settings import BackupSettings, Local, PostgresBackups, Promise
from deploys.backup.versions import VERSIONS
from deploys.postgres.pgdg import Pgdg
from deploys.postgres.settings import Archiving, Cluster, PostgresSettings
from deploys.postgres.versions import VERSIONS as OWN
from deploys.rig import Machine, Rig
from deploys.zfs.datasets import Dataset
from deploys.zfs.settings import Pool, ZfsSettings
from rigwright.desired import Desired
from rigwright.errors import RigError
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os

PASSPHRASE = Secret("backup_passphrase", "x9Kq2LmV7tRz4WbN8pYc3HdF6sGj1QeA")
KEY = "inventories/keys/pgdg.asc"
ON_DISK = Local(path="/mnt/backup/postgresql", mount="/mnt/backup")


def settings(**more: Any) -> BackupSettings:
    return BackupSettings(repository=ON_DISK, postgres=PostgresBackups(passphrase=PASSPHRASE, **more))


def host(os: Os = "debian13", **more: Any) -> Rig:
    values: dict[str, Any] = {"postgres": PostgresSettings(), "backup": settings(), **more}
    return Rig(machine=Machine(os=os), **values)


def backup(rig: Rig) -> Desired:
    found = rig.of("backup")
    assert found is not None
    return found


def content(one: Desired, path: str) -> str:
    return next(file.content for file in one.files if file.path == path).decode()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"incremental_hours": 5}, "does not divide 24"),
        ({"full_at": "24:00"}, "full_at"),
        ({"wal_queue": 0.0}, "greater than 0"),
        ({"wal_queue": 0.6}, "less than or equal"),
    ],
)
def test_values_out_of_their_bounds_are_refused(more: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        settings(**more)


def test_a_weak_passphrase_is_refused_without_being_shown() -> None:
    with pytest.raises(ValidationError, match="rig secret generate") as refused:
        PostgresBackups(passphrase=Secret("backup_passphrase", "changeme-changeme"))
    assert "changeme" not in str(refused.value)


def test_more_loss_than_is_promised_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"can be 660 s: lower that, or promise less"):
        BackupSettings(
            repository=ON_DISK,
            postgres=PostgresBackups(passphrase=PASSPHRASE, archive_timeout_seconds=600),
            promise=Promise(rpo_seconds=600),
        )


def test_backups_without_a_repository_and_a_repository_without_backups_are_refused() -> None:
    with pytest.raises(ValidationError, match="need a repository"):
        BackupSettings(postgres=PostgresBackups(passphrase=PASSPHRASE))
    with pytest.raises(ValidationError, match="nothing is backed up in it"):
        BackupSettings(repository=ON_DISK)


def test_a_repository_outside_its_disk_is_refused() -> None:
    with pytest.raises(ValidationError, match="is not below /mnt/backup"):
        Local(path="/mnt/backup2/pg", mount="/mnt/backup")
    with pytest.raises(ValidationError, match="mount"):
        Local(path="/mnt/backup", mount="/")


def test_a_repository_on_the_disk_of_its_source_is_refused() -> None:
    cluster = PostgresSettings(cluster=Cluster(data_directory="/mnt/backup/data"))
    with pytest.raises(ValidationError, match="on the same disk"):
        host(postgres=cluster)
    pools = ZfsSettings(
        arc_limit=2**30,
        pools=[Pool(name="data", disks=["ata-A"])],
        datasets=[
            Dataset(name="data/pg", mountpoint="/var/lib/postgresql"),
            Dataset(name="data/backup", mountpoint="/mnt/backup"),
        ],
    )
    with pytest.raises(ValidationError, match="in the same pool, data"):
        host(zfs=pools)


def test_a_host_without_postgresql_and_one_with_two_archives_are_refused() -> None:
    with pytest.raises(RigError, match="no PostgreSQL to back up"):
        host(postgres=None)
    with pytest.raises(ValidationError, match="leave archiving out"):
        host(postgres=PostgresSettings(archiving=Archiving(program="/usr/local/bin/archive")))


def test_the_server_sends_its_log_to_the_wrapper_and_without_backups_its_files_are_as_before() -> None:
    archiving = host().of("postgres")
    plain = host(backup=None).of("postgres")
    assert archiving is not None
    assert plain is not None
    drop_in = "/etc/postgresql/17/main/conf.d/50-rigwright"
    assert "archive_command = '/usr/local/lib/rigwright/backup/pgbackrest-push %p'" in content(
        archiving, f"{drop_in}.conf"
    )
    assert "archive_timeout = '1min'" in content(archiving, f"{drop_in}.conf")
    assert "archive_mode = 'on'" in content(archiving, f"{drop_in}-restart.conf")
    assert not [file.path for file in plain.files if b"archive_" in file.content]


@pytest.mark.parametrize("os", get_args(Os))
def test_no_system_is_given_what_its_version_refuses(os: Os) -> None:
    """Trap 22: 2.37 of Ubuntu 22.04 knows no bundle."""
    one = backup(host(os))
    text = content(one, "/etc/rigwright/backup/pgbackrest.conf")
    assert ("repo1-bundle=y" in text) == (os != "ubuntu2204")
    assert "expire-auto=n" in text
    assert dict(one.versions)["pgbackrest"]


@pytest.mark.parametrize("os", get_args(Os))
def test_each_systems_own_postgresql_is_the_newest_that_its_pgbackrest_reads(os: Os) -> None:
    assert VERSIONS[os].newest == OWN[os]


@pytest.mark.parametrize(("version", "tool", "taken"), [(14, "2.37", False), (15, "2", True)])
def test_a_newer_postgresql_takes_pgbackrest_from_its_own_repository(
    version: Literal[14, 15], tool: str, taken: bool
) -> None:
    """2.37 ends with "unexpected control version" on a cluster of 15."""
    rig = host("ubuntu2204", postgres=PostgresSettings(version=version, pgdg=Pgdg(key=KEY)))
    postgres = rig.of("postgres")
    assert postgres is not None
    assert dict(backup(rig).versions) == {"pgbackrest": tool}
    assert ("pgbackrest" in postgres.sources[0].packages) == taken
    text = content(backup(rig), "/etc/rigwright/backup/pgbackrest.conf")
    assert ("repo1-bundle=y" in text) == taken


def test_the_passphrase_is_in_one_file_that_only_root_and_postgres_read() -> None:
    one = backup(host())
    holding = [file for file in one.files if PASSPHRASE.reveal_bytes() in file.content]
    assert [(file.path, file.mode, file.owner, file.group, file.secret) for file in holding] == [
        ("/etc/rigwright/backup/pgbackrest.conf", 0o640, "root", "postgres", True)
    ]
    commands = [*(step.command for step in one.steps), *(state.command for state in one.runtime_states)]
    assert not [command for command in commands if PASSPHRASE.reveal() in command]


def test_it_needs_postgresql_first() -> None:
    assert "postgres" in backup(host()).requires


def test_a_repository_on_a_dataset_needs_the_datasets_first() -> None:
    pools = ZfsSettings(
        arc_limit=2**30,
        pools=[Pool(name="disk", disks=["ata-A"])],
        datasets=[Dataset(name="disk/backup", mountpoint="/mnt/backup")],
    )
    assert "zfs" in backup(host(zfs=pools)).requires
    assert "zfs" not in backup(host()).requires


def test_incremental_backups_are_counted_from_the_full_one() -> None:
    one = PostgresBackups(passphrase=PASSPHRASE, full_at="02:30", incremental_hours=6)
    assert one.incrementals_at == ("08:30", "14:30", "20:30")
    timer = content(backup(host()), "/etc/systemd/system/rigwright-backup-incremental.timer")
    assert [line for line in timer.splitlines() if "OnCalendar" in line] == [
        f"OnCalendar=*-*-* {hour:02}:00" for hour in (6, 10, 14, 18, 22)
    ]
