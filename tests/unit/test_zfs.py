"""What ZFS's settings refuse, what they come to mean, and what is never touched on a host."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from deploys.rig import Machine, Rig
from deploys.zfs import query, query_disks
from deploys.zfs.datasets import Dataset
from deploys.zfs.runtime_state import LOOK
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


def wanted(system: str = "debian13", **more: object) -> Desired:
    """What the host should be."""
    return desired(settings(**more), Platform(system))  # type: ignore[arg-type]


def text(one: Desired, path: str) -> str:
    """One rendered file."""
    return next(file.content.decode() for file in one.files if file.path == path)


def remediation(one: Desired, name: str) -> str:
    """How a reading is mended."""
    return next(reading.remediation for reading in one.runtime_states if reading.name == name)


def expected(one: Desired, name: str) -> dict[str, str]:
    """What a reading should answer."""
    return dict(next(reading.expected for reading in one.runtime_states if reading.name == name))


# --- settings -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layout", "disks", "told"),
    [
        ("single", ["a", "b"], "is lost with any of them"),
        ("mirror", ["a"], "mirror needs at least 2"),
        ("raidz1", ["a", "b"], "raidz1 needs at least 3"),
        ("raidz2", ["a", "b", "c"], "raidz2 needs at least 4"),
        ("mirror", ["a", "a"], "a stands there twice"),
        ("single", ["/dev/sda"], "disks.0"),
        ("single", [], "disks"),
    ],
)
def test_disks_that_do_not_fit_the_layout_are_refused(layout: Any, disks: list[str], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Pool(name="data", disks=disks, layout=layout)


@pytest.mark.parametrize("name", ["mirror2", "raidz", "Data", "da ta", "log", "1st"])
def test_a_pool_name_that_zfs_would_not_take_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="name"):
        Pool(name=name, disks=["a"])


def test_a_property_that_there_is_not_is_refused_with_the_nearest_that_there_is() -> None:
    with pytest.raises(ValidationError, match="no such setting as record_size; did you mean recordsize"):
        Dataset(name="data/a", record_size=8192)  # type: ignore[call-arg]
    with pytest.raises(ValidationError, match="no such setting as dedup"):
        Pool(name="data", disks=["a"], dedup="on")  # type: ignore[call-arg]


def test_postgres_keeps_its_cache() -> None:
    with pytest.raises(ValidationError, match="would send every read to the disk"):
        Dataset(name="data/pg", workload="postgres", primarycache="metadata")


@pytest.mark.parametrize(
    "folder",
    ["/var/lib/docker", "/var/lib/docker/overlay2", "/var/lib/containerd", "/var/lib", "/var"],
)
def test_docker_and_containerd_never_come_to_lie_on_zfs(folder: str) -> None:
    with pytest.raises(ValidationError, match="container engines do not work on ZFS"):
        Dataset(name="data/a", mountpoint=folder)


def test_a_folder_with_a_similar_name_is_none_of_theirs() -> None:
    assert Dataset(name="data/a", mountpoint="/var/lib/docker-images").mountpoint == "/var/lib/docker-images"


@pytest.mark.parametrize("kind", ["hourly", "daily", "weekly", "monthly", "yearly"])
def test_a_count_of_zero_needs_a_word_of_consent(kind: Any) -> None:
    zero: dict[str, Any] = {kind: 0}
    with pytest.raises(ValidationError, match=f"0 removes every {kind} snapshot"):
        Snapshots(**zero)
    assert Snapshots(**zero, remove_all=[kind]).count(kind) == 0


def test_consent_to_what_is_not_asked_is_refused() -> None:
    with pytest.raises(ValidationError, match="names daily, of which 30 are kept"):
        Snapshots(remove_all=["daily"])


def test_a_record_is_a_power_of_two_within_bounds() -> None:
    for size in (12_000, 2048, 2 * 2**20):
        with pytest.raises(ValidationError, match="recordsize"):
            Dataset(name="data/a", recordsize=size)


def test_a_service_cannot_need_what_is_mounted_nowhere() -> None:
    with pytest.raises(ValidationError, match="it is mounted nowhere"):
        Dataset(name="data/a", needed_by=["redis-server.service"])


def test_a_reservation_above_the_quota_is_refused() -> None:
    with pytest.raises(ValidationError, match="more than its quota"):
        Dataset(name="data/a", quota=GIB, reservation=2 * GIB)


A = Dataset(name="data/a", mountpoint="/srv/a", snapshots=Snapshots())
COPIES = Dataset(name="backup/copies", workload="backups")
COPY = Replica(source="data/a", target="backup/copies/a")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"pools": [DATA, DATA]}, "data stands there twice"),
        ({"pools": [DATA, Pool(name="other", disks=["nvme-A"])]}, "nvme-A is in two of them"),
        ({"pools": []}, "pools"),
        ({"datasets": [A, A]}, "data/a stands there twice"),
        ({"datasets": [A, Dataset(name="data/b", mountpoint="/srv/a")]}, "two are mounted at /srv/a"),
        ({"datasets": [Dataset(name="tank/a")]}, "lies in tank, which is declared nowhere"),
        ({"datasets": [Dataset(name="data/b/c"), Dataset(name="data/b")]}, "data/b/c lies in data/b"),
        ({"datasets": [Dataset(name="data/a"), COPIES], "replicas": [COPY]}, "data/a has no snapshots"),
        ({"datasets": [A], "replicas": [COPY]}, "lies in backup/copies, which is declared nowhere"),
        (
            {"datasets": [A], "replicas": [Replica(source="data/a", target="data/copy")]},
            "would be lost with it",
        ),
        (
            {"datasets": [A, COPIES, Dataset(name="backup/copies/a")], "replicas": [COPY]},
            "backup/copies/a stands there twice",
        ),
        ({"arc_limit": 2**20}, "arc_limit"),
    ],
)
def test_what_does_not_fit_together_is_refused(more: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        settings(**more)


def test_the_read_cache_counts_as_memory() -> None:
    with pytest.raises(ValidationError, match=r"zfs 15\.0 GiB"):
        Rig(machine=Machine(os="debian13", memory=16 * GIB), zfs=settings(arc_limit=15 * GIB))
    assert Rig(machine=Machine(os="debian13", memory=16 * GIB), zfs=settings(arc_limit=8 * GIB)).zfs


# --- what the host should be --------------------------------------------------------------------------


def test_ubuntu_brings_its_own_module_and_debian_builds_one() -> None:
    assert {"zfs-dkms", "linux-headers-amd64"} <= {*wanted("debian12").packages}
    for system in ("ubuntu2204", "ubuntu2404"):
        assert not [name for name in wanted(system).packages if "dkms" in name or "headers" in name]


def test_its_packages_and_mounts_come_before_those_of_others() -> None:
    assert wanted().install_first


def test_without_snapshots_there_is_no_sanoid() -> None:
    assert "sanoid" not in wanted().packages
    assert "sanoid" in wanted(datasets=[A]).packages


def test_the_workload_decides_what_is_not_set() -> None:
    for workload, size in (("postgres", 32), ("redis", 128), ("media", 1024), ("general", 128)):
        found = expected(wanted(datasets=[Dataset(name="data/a", workload=workload)]), "datasets")  # type: ignore[arg-type]
        assert found["data/a recordsize"] == str(size * 1024)
        assert found["data/a compression"] == "lz4"
        assert (found["data/a atime"], found["data/a xattr"]) == ("off", "sa")
        assert (found["data/a logbias"], found["data/a primarycache"]) == ("latency", "all")


def test_a_scrub_has_one_timetable() -> None:
    """Ours would be a second one: the distribution's is told by a property, and its timers are off."""
    one = wanted(pools=[Pool(name="data", disks=["a"], trim="continuous"), BACKUP])
    assert not [unit.name for unit in one.units if "scrub" in unit.name or "trim" in unit.name]
    pools = expected(one, "pools")
    assert pools["data org.debian:periodic-scrub"] == "enable"
    assert (pools["data autotrim"], pools["data org.debian:periodic-trim"]) == ("on", "disable")
    assert (pools["backup autotrim"], pools["backup org.debian:periodic-trim"]) == ("off", "enable")
    assert expected(one, "timetable of scrubs and trims") == {
        "cron": "enabled active",
        "other timers": "none",
    }


def test_giving_up_zfs_turns_off_nothing_that_others_need() -> None:
    """What the inventory drops, apply turns off: neither cron nor the mounts may be among that."""
    units = {unit.name for unit in wanted(datasets=[A, COPIES], replicas=[COPY]).units}
    assert units == {"zfs-zed.service", "sanoid.timer", "rigwright-zfs-replicate.timer"}


def test_a_pool_is_made_by_stable_names_and_without_force() -> None:
    mirror = Pool(name="data", disks=["nvme-A", "nvme-B"], layout="mirror")
    made = remediation(wanted(pools=[mirror]), "pools")
    by_id = "/dev/disk/by-id"
    assert f"ready data -o ashift=12 data mirror {by_id}/nvme-A {by_id}/nvme-B" in made
    ours = made.replace(shlex.quote(LOOK), "")
    assert len(ours) < len(made)
    assert not any(word in ours.split() for word in ("-f", "-F", "destroy", "labelclear"))


def test_nothing_that_it_runs_destroys_anything() -> None:
    one = wanted(datasets=[A, COPIES], replicas=[COPY])
    commands = [f"{reading.command}\n{reading.remediation}" for reading in one.runtime_states]
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


def test_every_kind_of_snapshot_is_told_for_every_dataset() -> None:
    """What is not told comes from sanoid's defaults, which remove weekly and yearly ones."""
    policy = text(wanted(datasets=[A, COPIES], replicas=[COPY]), "/etc/sanoid/sanoid.conf")
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
    script = text(wanted(datasets=[A, COPIES], replicas=[COPY]), "/usr/local/lib/rigwright/zfs/replicate")
    for word in ("--no-sync-snap", "--create-bookmark", "--recvoptions=u", "copy data/a backup/copies/a"):
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
        wanted(datasets=[postgres, wal]), "/etc/systemd/system/postgresql@.service.d/rigwright-zfs.conf"
    )
    for folder in ("/var/lib/postgresql", "/srv/wal"):
        assert f"AssertPathIsMountPoint={folder}\n" in found
    assert "After=zfs-mount.service\n" in found


def test_the_limit_of_the_read_cache_holds_at_boot_and_now() -> None:
    one = wanted(arc_limit="4GiB")
    limit = str(4 * GIB)
    assert f"options zfs zfs_arc_max={limit}\n" in text(one, "/etc/modprobe.d/rigwright-zfs.conf")
    assert {*expected(one, "read cache").values()} == {limit}


def test_what_must_hold_first_is_required_and_cannot_be_mended() -> None:
    one = wanted(datasets=[A])
    (required,) = (reading for reading in one.runtime_states if reading.host_requirement)
    assert {key for key, _ in required.expected} == {
        "kernel", "package sources", "disk nvme-A", "disk ata-C", "folder /srv/a",
    }  # fmt: skip
    assert required.remediation == ""


# --- what the host's own part says -------------------------------------------------------------------

LABEL = """\
------------------------------------
LABEL 0
------------------------------------
    version: 5000
    name: 'data'
    state: 1
    txg: 54
    pool_guid: 7063186331233452098
    errata: 0
    hostid: 1463839498
    hostname: 'zfs1'
    top_guid: 1
    vdev_tree:
        type: 'disk'
        name: 'inner'
    labels = 0 1 2 3
"""


def test_a_label_tells_the_pool_and_who_used_it_last() -> None:
    assert query_disks.label_facts(LABEL) == {
        "name": "data", "state": "1", "hostid": "1463839498", "hostname": "zfs1",
    }  # fmt: skip
    assert query_disks.label_facts("failed to unpack label 0") == {}


def test_a_pool_of_another_name_or_machine_is_refused() -> None:
    facts = query_disks.label_facts(LABEL)
    assert query_disks.whose(facts, "data", 1463839498, "renamed") == "ok"
    assert "of the pool data" in query_disks.whose(facts, "tank", 1463839498, "zfs1")
    assert "that zfs1 used last" in query_disks.whose(facts, "data", 7, "zfs1")
    nameless = {"name": "data", "hostname": "zfs1"}
    assert query_disks.whose(nameless, "data", 7, "zfs1") == "ok"
    assert "zfs1 used last" in query_disks.whose(nameless, "data", 7, "other")


@pytest.mark.parametrize(
    ("release", "ceiling", "fits"),
    [
        ("6.1.0-40-amd64", "6.2", True),
        ("6.2.16", "6.2", True),
        ("6.12.57+deb13-amd64", "6.2", False),
        ("6.12.57+deb13-amd64", "7.2", True),
        ("7.3.1", "7.2", False),
    ],
)
def test_a_kernel_above_the_ceiling_is_refused(release: str, ceiling: str, fits: bool) -> None:
    told = query.kernel_fits(release, ceiling)
    assert (told == "ok") is fits
    assert fits or (release in told and ceiling in told)


@pytest.mark.parametrize(
    ("disks", "what"),
    [
        ({"a": "blank", "b": "blank"}, "create"),
        ({"a": "member", "b": "member"}, "import"),
        ({"a": "blank", "b": "member"}, "refused"),
        ({"a": "blank", "b": "holds ext4"}, "refused"),
        ({"a": "holds ext4"}, "refused"),
    ],
)
def test_only_a_pool_whose_disks_are_all_alike_is_touched(disks: dict[str, str], what: str) -> None:
    assert query_disks.decided(disks) == what


LISTED = {
    "name": "/dev/sda",
    "type": "disk",
    "mountpoint": None,
    "children": [
        {"name": "/dev/sda1", "type": "part", "mountpoint": "/mnt"},
        {
            "name": "/dev/sda2",
            "type": "part",
            "mountpoint": None,
            "children": [{"name": "/dev/md0", "type": "raid1", "mountpoint": None}],
        },
    ],
}


def test_all_that_is_made_of_a_disk_is_told() -> None:
    found = [word for node in query_disks.nodes(LISTED) for word in query_disks.words(node, [])]
    assert found == ["/dev/sda1: mounted at /mnt", "/dev/md0: raid1"]
    assert query_disks.words(LISTED, ["gpt", "ext4 family"]) == ["/dev/sda: gpt", "/dev/sda: ext4 family"]


@pytest.mark.parametrize(
    "found", [["d: gpt", "d1: ext4"], ["d: gpt"], ["d: zfs_member tank"], ["d: zfs_member data", "d2: swap"]]
)
def test_a_disk_with_anything_but_this_pool_is_refused(tmp_path: Path, found: list[str]) -> None:
    told = query_disks.disk(str(tmp_path), "data", found)
    assert told.startswith(f"in use: it holds {'; '.join(found)}. Look at it (lsblk -f {tmp_path})")


def test_a_disk_that_cannot_be_looked_at_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    empty = tmp_path / "disk"
    empty.write_bytes(bytes(2**20))
    assert query_disks.disk(str(empty), "data", None).startswith("unknown, because")
    assert query_disks.traces([str(tmp_path / "none")]) is None
    assert query_disks.signatures(["/dev/none-such"]) == {}
    assert query_disks.disk(str(empty), "data", []) == "blank"


def test_a_disk_that_is_not_there_is_told() -> None:
    assert query_disks.disk("/dev/disk/by-id/none-such", "data", []).startswith("not there")


@pytest.mark.parametrize(
    ("start", "what"), [(4096, "near byte 0"), (5 * 2**20 - 10, f"near byte {4 * 2**20}")]
)
def test_data_without_any_signature_is_seen_at_either_end(tmp_path: Path, start: int, what: str) -> None:
    disk = tmp_path / "disk"
    disk.write_bytes(bytes(5 * 2**20))
    assert query_disks.written(str(disk)) is None
    with disk.open("r+b") as file:
        file.seek(start)
        file.write(b"kept")
    assert what in str(query_disks.written(str(disk)))


def test_a_folder_with_files_is_refused_with_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "srv"
    assert query.folder(str(folder), "data/a", {}) == "ok"
    folder.mkdir()
    assert query.folder(str(folder), "data/a", {}) == "ok"
    for name in ("four", "one", "three", "two"):
        (folder / name).touch()
    told = query.folder(str(folder), "data/a", {})
    assert "not empty (four, one, three, …)" in told
    assert f"mv {folder} {folder}.before" in told
    assert query.folder(str(folder / "one"), "data/a", {}) == "no folder: move it away"


def test_a_folder_on_which_something_else_is_mounted_is_refused(tmp_path: Path) -> None:
    mounted = query.mounts(f"/dev/sda1 {tmp_path} ext4 rw 0 0\ndata/a /srv/a zfs rw 0 0\n")
    assert query.folder("/srv/a", "data/a", mounted) == "ok"
    assert "taken by /dev/sda1" in query.folder(str(tmp_path), "data/b", mounted)
    assert "taken by data/a" in query.folder("/srv/a", "data/b", mounted)
