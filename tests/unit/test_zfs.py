"""What ZFS's settings refuse, what they come to mean, and what is never touched on a host."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from deploys.postgres.backup import Backup
from deploys.postgres.settings import PostgresSettings
from deploys.rig import Machine, Rig
from deploys.zfs.datasets import Dataset
from deploys.zfs.settings import Pool, ZfsSettings
from deploys.zfs.snapshots import Replica, Snapshots
from deploys.zfs.state import desired
from rigwright.desired import Desired
from rigwright.settings.platform import Platform

GIB = 2**30
DATA = Pool(name="data", disks=["nvme-A"])
BACKUP = Pool(name="backup", disks=["ata-C"])


def settings(**more: object) -> ZfsSettings:
    """Two pools, and what a test adds."""
    return ZfsSettings(**{"arc_limit": GIB, "pools": [DATA, BACKUP], **more})  # type: ignore[arg-type]


def desired_state(system: str = "debian13", **more: object) -> Desired:
    """What the host should be."""
    return desired(settings(**more), Platform(system))  # type: ignore[arg-type]


def text(one: Desired, path: str) -> str:
    """One rendered file."""
    return next(file.content.decode() for file in one.files if file.path == path)


def remediation(one: Desired, name: str) -> str:
    """What fixes a runtime state."""
    return next(state.remediation for state in one.runtime_states if state.name == name)


def expected(one: Desired, name: str) -> dict[str, str]:
    """What a runtime state should be."""
    return dict(next(state.expected for state in one.runtime_states if state.name == name))


A = Dataset(name="data/a", mountpoint="/srv/a", snapshots=Snapshots())
COPIES = Dataset(name="backup/copies", workload="backups")
COPY = Replica(source="data/a", target="backup/copies/a")


def test_the_read_cache_counts_as_memory() -> None:
    with pytest.raises(ValidationError, match=r"zfs 15\.0 GiB"):
        Rig(machine=Machine(os="debian13", memory=16 * GIB), zfs=settings(arc_limit=15 * GIB))
    assert Rig(machine=Machine(os="debian13", memory=16 * GIB), zfs=settings(arc_limit=8 * GIB)).zfs


# --- what the host should be --------------------------------------------------------------------------


def test_ubuntu_brings_its_own_module_and_debian_builds_one() -> None:
    assert {"zfs-dkms", "linux-headers-amd64"} <= {*desired_state("debian12").packages}
    for system in ("ubuntu2204", "ubuntu2404"):
        assert not [name for name in desired_state(system).packages if "dkms" in name or "headers" in name]


def test_its_packages_and_mounts_come_before_those_of_others() -> None:
    assert desired_state().install_first


def test_without_snapshots_there_is_no_sanoid() -> None:
    assert "sanoid" not in desired_state().packages
    assert "sanoid" in desired_state(datasets=[A]).packages


def test_the_workload_decides_what_is_not_set() -> None:
    for workload, size in (("postgres", 32), ("redis", 128), ("media", 1024), ("general", 128)):
        found = expected(desired_state(datasets=[Dataset(name="data/a", workload=workload)]), "datasets")  # type: ignore[arg-type]
        assert found["data/a recordsize"] == str(size * 1024)
        assert found["data/a compression"] == "lz4"
        assert (found["data/a atime"], found["data/a xattr"]) == ("off", "sa")
        assert (found["data/a logbias"], found["data/a primarycache"]) == ("latency", "all")


def test_a_scrub_has_one_timetable() -> None:
    """Ours would be a second one: a property switches the distribution's, and its timers are off."""
    one = desired_state(pools=[Pool(name="data", disks=["a"], trim="continuous"), BACKUP])
    assert not [unit.name for unit in one.units if "scrub" in unit.name or "trim" in unit.name]
    pools = expected(one, "pools")
    assert pools["data org.debian:periodic-scrub"] == "enable"
    assert (pools["data autotrim"], pools["data org.debian:periodic-trim"]) == ("on", "disable")
    assert (pools["backup autotrim"], pools["backup org.debian:periodic-trim"]) == ("off", "enable")
    assert expected(one, "timetable of scrubs and trims") == {
        "cron": "enabled active",
        "other timers": "none",
    }


def test_dropping_zfs_turns_off_nothing_that_others_need() -> None:
    """What the inventory drops, apply turns off: neither cron nor the mounts may be among that."""
    units = {unit.name for unit in desired_state(datasets=[A, COPIES], replicas=[COPY]).units}
    assert units == {"zfs-zed.service", "sanoid.timer", "rigwright-zfs-replicate.timer"}


def test_nothing_that_it_runs_destroys_anything() -> None:
    one = desired_state(datasets=[A, COPIES], replicas=[COPY])
    commands = [f"{state.command}\n{state.remediation}" for state in one.runtime_states]
    commands += [file.content.decode() for file in one.files]
    for command in commands:
        for word in (
            "destroy",
            "rollback",
            "labelclear",
            "force-delete",
            "receive -F",
            "detach",
            "zpool remove",
        ):
            assert word not in command


def test_every_kind_of_snapshot_is_set_for_every_dataset() -> None:
    """What is left out comes from sanoid's defaults, which remove weekly and yearly ones."""
    policy = text(desired_state(datasets=[A, COPIES], replicas=[COPY]), "/etc/sanoid/sanoid.conf")
    sections = policy.split("\n[")[1:]
    assert [section.split("]")[0] for section in sections] == ["data/a", "backup/copies/a"]
    for section in sections:
        for line in (
            "hourly = 36",
            "daily = 30",
            "weekly = 8",
            "monthly = 6",
            "yearly = 1",
            "frequently = 0",
        ):
            assert f"\n{line}\n" in section
    assert ["autosnap = yes" in section for section in sections] == [True, False]


def test_copies_are_made_without_snapshots_of_their_own_and_never_mounted() -> None:
    found = desired_state(datasets=[A, COPIES], replicas=[COPY])
    assert text(found, "/usr/local/lib/rigwright/zfs/replicas") == "data/a backup/copies/a\n"
    script = text(found, "/usr/local/lib/rigwright/zfs/replicate")
    for word in ("--no-sync-snap", "--create-bookmark", "--recvoptions=u"):
        assert word in script


def test_a_service_waits_for_every_dataset_that_it_needs() -> None:
    wal = Dataset(name="data/wal", mountpoint="/srv/wal", needed_by=["postgresql@.service"])
    postgres = Dataset(
        name="data/pg",
        workload="postgres",
        mountpoint="/var/lib/postgresql",
        needed_by=["postgresql@.service"],
    )
    found = text(
        desired_state(datasets=[postgres, wal]),
        "/etc/systemd/system/postgresql@.service.d/rigwright-zfs.conf",
    )
    for folder in ("/var/lib/postgresql", "/srv/wal"):
        assert f"AssertPathIsMountPoint={folder}\n" in found
    assert "After=zfs-mount.service\n" in found


def test_the_limit_of_the_read_cache_holds_at_boot_and_now() -> None:
    one = desired_state(arc_limit="4GiB")
    limit = str(4 * GIB)
    assert f"options zfs zfs_arc_max={limit}\n" in text(one, "/etc/modprobe.d/rigwright-zfs.conf")
    assert {*expected(one, "read cache").values()} == {limit}


def test_a_host_requirement_has_no_remediation() -> None:
    one = desired_state(datasets=[A])
    (required,) = (state for state in one.runtime_states if state.host_requirement)
    assert {key for key, _ in required.expected} == {
        "kernel", "package sources", "disk nvme-A", "disk ata-C", "folder /srv/a",
    }  # fmt: skip
    assert required.remediation == ""


def waits(*mountpoints: str, dumps: str | None = "/srv/backup/postgres/dumps") -> dict[str, str]:
    """What a dump and its restore wait for, on a host with datasets mounted there."""
    datasets = [Dataset(name=f"data/d{number}", mountpoint=one) for number, one in enumerate(mountpoints)]
    postgres = PostgresSettings(backup=Backup(directory=dumps) if dumps else None)
    whole = Rig(machine=Machine(os="debian13"), zfs=settings(datasets=datasets), postgres=postgres)
    own = whole.of("zfs")
    assert own
    found = {file.path.split("/")[4]: file.content.decode() for file in own.files if "postgres" in file.path}
    return {
        name.removeprefix("rigwright-postgres-").removesuffix(".service.d"): found[name] for name in found
    }


def test_what_writes_dumps_needs_the_dataset_that_they_are_on() -> None:
    """Of several it is the innermost: that alone holds them."""
    found = waits("/srv", "/srv/backup/postgres", "/srv/backup")
    assert set(found) == {"dump", "verify"}
    for text_ in found.values():
        assert [line for line in text_.splitlines() if "Assert" in line] == [
            "AssertPathIsMountPoint=/srv/backup/postgres"
        ]


@pytest.mark.parametrize(
    ("mountpoint", "dumps"),
    [("/srv/back", "/srv/backup/dumps"), ("/srv/media", "/srv/dumps"), ("/srv", None)],
)
def test_dumps_elsewhere_need_no_dataset(mountpoint: str, dumps: str | None) -> None:
    assert waits(mountpoint, dumps=dumps) == {}
