"""What ZFS's settings refuse."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from deploys.zfs.datasets import Dataset
from deploys.zfs.settings import Pool, ZfsSettings
from deploys.zfs.snapshots import Replica, Snapshots

GIB = 2**30
DATA = Pool(name="data", disks=["nvme-A"])
BACKUP = Pool(name="backup", disks=["ata-C"])


def settings(**more: object) -> ZfsSettings:
    """Two pools, and what a test adds."""
    return ZfsSettings(**{"arc_limit": GIB, "pools": [DATA, BACKUP], **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("layout", "disks", "words"),
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
def test_disks_that_do_not_fit_the_layout_are_refused(layout: Any, disks: list[str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
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
def test_a_count_of_zero_needs_consent(kind: Any) -> None:
    zero: dict[str, Any] = {kind: 0}
    with pytest.raises(ValidationError, match=f"0 removes every {kind} snapshot"):
        Snapshots(**zero)
    assert Snapshots(**zero, remove_all=[kind]).count(kind) == 0


def test_consent_to_what_is_not_removed_is_refused() -> None:
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
    ("more", "words"),
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
def test_what_does_not_fit_together_is_refused(more: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        settings(**more)
