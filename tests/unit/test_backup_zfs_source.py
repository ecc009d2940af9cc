"""Which datasets a backup reads from a snapshot, by what is mounted."""

from __future__ import annotations

import pytest

from deploys.backup.on_host.mounts import Mount, mounts
from deploys.backup.on_host.zfs_source import frozen

TEXT = """\
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 21 0:40 / /srv/video rw,noatime shared:20 - zfs media/video rw,xattr,noacl
41 40 0:41 / /srv/video/raw\\040cuts rw,noatime shared:21 - zfs media/video/raw\\040cuts rw,xattr
42 21 0:42 / /srv/shop rw,noatime shared:22 - zfs data/shop rw
43 42 8:17 / /srv/shop/cache rw,relatime shared:23 - ext4 /dev/sdb1 rw
44 21 0:42 /images /srv/images rw,noatime shared:22 - zfs data/shop rw
45 21 0:45 / /var/lib/rigwright-backup-files rw shared:24 - zfs data/state rw
46 21 0:46 / /mnt/backup rw shared:25 - zfs backup/files rw
47 21 8:33 / /srv/over rw shared:26 - ext4 /dev/sdc1 rw
48 47 0:47 / /srv/over rw shared:27 - zfs data/over rw
"""
LIVE = ("/var/lib/rigwright-backup-files", "/mnt/backup")


UNIT_TEXT = TEXT.replace(" shared:", " shared:9 master:").replace("/dev/sda1 rw", "/dev/sda1 ro")


def test_a_mount_in_the_units_own_namespace_does_not_spread() -> None:
    assert {one.spreads for one in mounts(TEXT)} == {True}
    assert {one.spreads for one in mounts(UNIT_TEXT)} == {False}
    assert {one.spreads for one in mounts("40 21 0:40 / /srv rw - zfs data/srv rw\n")} == {False}


def sources(*paths: str) -> list[str]:
    return [one.source for one in frozen(paths, mounts(TEXT), LIVE)]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/srv/video", ["media/video", "media/video/raw cuts"]),
        ("/srv/video/raw cuts/day 1", ["media/video/raw cuts"]),
        ("/srv/video/final", ["media/video"]),
        ("/srv/shop/orders", ["data/shop"]),
        ("/srv/shop", []),
        ("/srv/images", []),
        ("/srv/videos", []),
        ("/etc", []),
        ("/var/lib/rigwright-backup-files/notes", []),
        ("/srv/over", ["data/over"]),
    ],
    ids=[
        *("with those below", "the inner alone", "without those beside", "beside another file system"),
        *("another file system in it", "a part that is mounted elsewhere", "a name that begins alike"),
        *("no dataset", "its own folder", "mounted over another"),
    ],
)
def test_whole_datasets_are_frozen_and_what_a_snapshot_would_hide_stays_live(
    path: str, expected: list[str]
) -> None:
    assert sources(path) == expected


def test_the_outer_one_is_mounted_first_and_each_once() -> None:
    assert sources("/srv/video/raw cuts", "/srv/video", "/srv/shop/a", "/srv/shop/b") == [
        *("data/shop", "media/video", "media/video/raw cuts")
    ]


def test_a_root_on_zfs_stays_live() -> None:
    """It would cover every other mount of this process."""
    assert frozen(["/etc"], [Mount("/", "/", "zfs", "rpool/ROOT/debian")], LIVE) == []
