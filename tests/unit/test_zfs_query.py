"""What the query of ZFS makes of a host's disks, labels, kernels and folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploys.zfs.programs import query, query_disks

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


def test_a_label_names_the_pool_and_the_host_that_used_it_last() -> None:
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
    found = query.kernel_fits(release, ceiling)
    assert (found == "ok") is fits
    assert fits or (release in found and ceiling in found)


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
    assert query_disks.action(disks) == what


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


def test_all_that_is_made_of_a_disk_is_reported() -> None:
    found = [word for node in query_disks.nodes(LISTED) for word in query_disks.words(node, [])]
    assert found == ["/dev/sda1: mounted at /mnt", "/dev/md0: raid1"]
    assert query_disks.words(LISTED, ["gpt", "ext4 family"]) == ["/dev/sda: gpt", "/dev/sda: ext4 family"]


@pytest.mark.parametrize(
    "found", [["d: gpt", "d1: ext4"], ["d: gpt"], ["d: zfs_member tank"], ["d: zfs_member data", "d2: swap"]]
)
def test_a_disk_with_anything_but_this_pool_is_refused(tmp_path: Path, found: list[str]) -> None:
    state = query_disks.disk(str(tmp_path), "data", found)
    assert state.startswith(f"in use: it holds {'; '.join(found)}. Inspect it (lsblk -f {tmp_path})")


def test_a_disk_that_cannot_be_read_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    empty = tmp_path / "disk"
    empty.write_bytes(bytes(2**20))
    assert query_disks.disk(str(empty), "data", None).startswith("unknown, because")
    assert query_disks.traces([str(tmp_path / "none")]) is None
    assert query_disks.signatures(["/dev/none-such"]) == {}
    assert query_disks.disk(str(empty), "data", []) == "blank"


def test_a_disk_that_is_missing_is_reported() -> None:
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
    state = query.folder(str(folder), "data/a", {})
    assert "not empty (four, one, three, …)" in state
    assert f"mv {folder} {folder}.before" in state
    assert query.folder(str(folder / "one"), "data/a", {}) == "no folder: move it away"


def test_a_folder_on_which_something_else_is_mounted_is_refused(tmp_path: Path) -> None:
    mounted = query.mounts(f"/dev/sda1 {tmp_path} ext4 rw 0 0\ndata/a /srv/a zfs rw 0 0\n")
    assert query.folder("/srv/a", "data/a", mounted) == "ok"
    assert "taken by /dev/sda1" in query.folder(str(tmp_path), "data/b", mounted)
    assert "taken by data/a" in query.folder("/srv/a", "data/b", mounted)
