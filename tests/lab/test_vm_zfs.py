"""ZFS on a kernel of its own: what is refused, made, kept, snapshotted, copied, and what a reboot leaves.

The tests follow each other on one VM, in the order of their lines: without KVM it is emulated, and slow.
"""

from __future__ import annotations

import shlex
from pathlib import Path

from tests.lab.drift_cases.zfs import VM
from tests.support.waiting import wait_until
from tests.support.zfs_vm import ARC_LIMIT, FIRST, NAME, SECOND, THIRD, ZfsVm


def test_a_disk_that_holds_anything_is_refused_before_the_first_package(zfs_vm: ZfsVm) -> None:
    """Swap, a bare text, and a pool that another machine used last."""
    zfs_vm.sh(f"mkswap -q -L family {THIRD} && echo kept | dd of={SECOND} seek=1 bs=4096 status=none")
    zfs_vm.sh("echo 99 >/sys/module/spl/parameters/spl_hostid")
    zfs_vm.sh(f"zpool create data {FIRST} && zpool export data && udevadm settle")
    zfs_vm.sh("echo 0 >/sys/module/spl/parameters/spl_hostid")
    for words in (["plan"], ["apply"], ["apply", "--adopt"]):
        code, lines = zfs_vm.rig(*words)
        told = " ".join(lines.split())
        assert code == (2 if words == ["plan"] else 1), told
        assert f"disk {Path(THIRD).name} is in use: it holds /dev/sda: swap family" in told, told
        assert f"disk {Path(SECOND).name} is in use: it holds data near byte 0" in told, told
        assert f"of a pool data that {NAME} used last" in told
    assert zfs_vm.sh("dpkg-query -W -f '${db:Status-Status}' sanoid 2>/dev/null || echo none") == "none"
    assert zfs_vm.sh("ls -A /var/lib/rigwright/manifests 2>/dev/null || :") == ""
    assert zfs_vm.sh(
        f"blkid -o value -s LABEL {THIRD}; dd if={SECOND} skip=1 bs=4096 count=1 status=none | head -c 4",
    ) == ("family\nkept")
    for disk in (FIRST, SECOND, THIRD):
        zfs_vm.empty(disk)


def test_a_bare_host_has_its_data_on_its_datasets_after_one_run(zfs_vm: ZfsVm) -> None:
    zfs_vm.sh("mkdir -p /srv/media && chown 1000:37 /srv/media && chmod 2775 /srv/media")
    zfs_vm.apply()
    assert zfs_vm.sh("findmnt -no SOURCE,FSTYPE /var/lib/redis").split() == ["data/redis", "zfs"]
    assert zfs_vm.sh("systemctl is-active redis-server") == "active"
    assert zfs_vm.sh("ls /var/lib/redis/appendonlydir | head -c 10") == "appendonly"
    assert zfs_vm.sh("findmnt -no SOURCE --target /var/lib/postgresql/*/main").split() == ["data/postgres"]
    assert zfs_vm.psql("SHOW data_directory").startswith("/var/lib/postgresql/")
    assert zfs_vm.sh("stat -c '%U %a' /var/lib/redis; stat -c '%u:%g %a' /srv/media").splitlines() == [
        "redis 750", "1000:37 2775",
    ]  # fmt: skip
    assert zfs_vm.sh("zpool list -H -o name,health,ashift -p").split() == [
        "backup", "ONLINE", "12", "data", "ONLINE", "12",
    ]  # fmt: skip
    assert zfs_vm.sh("zfs get -Hp -o value recordsize,compression,atime data/media").split() == [
        str(2**20), "lz4", "off",
    ]  # fmt: skip


def test_a_second_run_changes_nothing(zfs_vm: ZfsVm) -> None:
    before = zfs_vm.sh("stat -c %Y /var/lib/rigwright/manifests/*.json; zpool history | wc -l")
    code, told = zfs_vm.rig("drift")
    assert (code, "in sync" in told) == (0, True), told
    assert zfs_vm.night() == set()
    zfs_vm.apply()
    assert zfs_vm.sh("stat -c %Y /var/lib/rigwright/manifests/*.json; zpool history | wc -l") == before


def test_the_running_host_is_what_the_inventory_says(zfs_vm: ZfsVm) -> None:
    code, told = zfs_vm.rig("verify")
    assert code == 0, told


def test_snapshots_are_taken_by_the_timer_and_removed_by_the_policy(zfs_vm: ZfsVm) -> None:
    zfs_vm.sh("zfs snapshot data/media@mine")
    zfs_vm.sh("systemctl start sanoid.service")
    assert {name.rsplit("_", 1)[-1] for name in zfs_vm.snapshots("data/media")} == {
        "hourly", "daily", "weekly", "monthly", "yearly", "mine",
    }  # fmt: skip
    (first,) = zfs_vm.snapshots("data/media", "_hourly")
    for _ in range(4):
        zfs_vm.hour_later()
    wait_until(lambda: first not in zfs_vm.snapshots("data/media", "_hourly"), seconds=300)
    wait_until(lambda: 1 <= len(zfs_vm.snapshots("data/media", "_hourly")) <= 3, seconds=300)
    assert "mine" in zfs_vm.snapshots("data/media")


def test_a_copy_takes_what_changed_and_gives_it_back_byte_for_byte(zfs_vm: ZfsVm) -> None:
    zfs_vm.sh("head -c 8M /dev/urandom >/srv/media/film && sync")
    zfs_vm.hour_later()
    zfs_vm.sh("systemctl start rigwright-zfs-replicate.service")
    made = zfs_vm.sh("zfs get -H -o value guid backup/copies/media")
    assert zfs_vm.snapshots("backup/copies/media")[-1] == zfs_vm.snapshots("data/media")[-1]
    zfs_vm.sh(
        "head -c 1M /dev/urandom | dd of=/srv/media/film seek=2M oflag=seek_bytes conv=notrunc status=none",
    )
    zfs_vm.hour_later()
    zfs_vm.sh("systemctl start rigwright-zfs-replicate.service")
    newest = zfs_vm.snapshots("data/media", "_hourly")[-1]
    assert newest in zfs_vm.snapshots("backup/copies/media")
    assert zfs_vm.sh("zfs get -H -o value guid backup/copies/media") == made
    assert newest in zfs_vm.sh("zfs list -H -o name -t bookmark data/media")
    assert zfs_vm.sh("zfs get -H -o value mounted,mountpoint backup/copies/media").split() == ["no", "none"]
    zfs_vm.sh(
        f"zfs send backup/copies/media@{newest} | zfs receive -o mountpoint=/srv/restored data/restored"
    )
    sums = zfs_vm.sh("cd /srv && sha256sum <media/film && sha256sum <restored/film").split()
    assert sums[0] == sums[2]
    zfs_vm.sh("zfs destroy -r data/restored")


def test_a_service_does_not_start_without_its_dataset(zfs_vm: ZfsVm) -> None:
    zfs_vm.sh("systemctl stop redis-server && zfs unmount data/redis")
    assert zfs_vm.host.run("systemctl start redis-server", check=False).returncode != 0
    assert zfs_vm.sh("ls -A /var/lib/redis") == ""
    zfs_vm.sh("zfs mount data/redis && systemctl start redis-server")


def test_every_change_by_other_means_is_found_and_mended(zfs_vm: ZfsVm) -> None:
    zfs_vm.sh("\n".join(VM.values()))
    found = zfs_vm.look()
    assert {(kind, where) for kind, where, _ in found} == set(VM)
    assert zfs_vm.night() == found
    zfs_vm.apply()
    code, again = zfs_vm.rig("drift")
    assert code == 0, again


def test_a_pool_that_loses_a_disk_is_told_by_mail(zfs_vm: ZfsVm) -> None:
    sendmail = "#!/bin/sh\ncat >>/root/mail\n"
    zfs_vm.sh(f"printf %s {shlex.quote(sendmail)} >/usr/sbin/sendmail && chmod 755 /usr/sbin/sendmail")
    zfs_vm.sh(f"zpool offline -f data {Path(SECOND).name}")
    wait_until(lambda: "Subject: ZFS" in zfs_vm.sh("cat /root/mail 2>/dev/null || :"), seconds=300)
    assert "To: root" in zfs_vm.sh("cat /root/mail")
    zfs_vm.sh(f"zpool clear data && zpool online data {Path(SECOND).name} && rm /usr/sbin/sendmail")
    wait_until(lambda: zfs_vm.sh("zpool list -H -o health data") == "ONLINE", seconds=300)


def test_all_is_in_place_after_a_reboot(zfs_vm: ZfsVm) -> None:
    total = zfs_vm.sh("sha256sum </srv/media/film")
    zfs_vm.host.reboot()
    wait_until(
        lambda: zfs_vm.host.run("systemctl is-active redis-server", check=False).returncode == 0, seconds=600
    )
    assert zfs_vm.sh("sha256sum </srv/media/film") == total
    told = zfs_vm.sh("awk '$1 == \"c_max\" { print $3 }' /proc/spl/kstat/zfs/arcstats")
    assert int(told) == ARC_LIMIT
    mounted = "for one in /srv/media /var/lib/postgresql /var/lib/redis; do findmnt -no SOURCE $one; done"
    assert zfs_vm.sh(mounted).split() == ["data/media", "data/postgres", "data/redis"]
    code, told = zfs_vm.rig("drift")
    assert code == 0, told


def test_a_pool_of_this_host_is_imported(zfs_vm: ZfsVm) -> None:
    zfs_vm.sh("zpool export backup")
    found = zfs_vm.look()
    assert found
    assert zfs_vm.night() == found
    zfs_vm.apply()
    assert zfs_vm.sh("zpool list -H -o health backup; zfs list -H -o name backup/copies/media").split() == [
        "ONLINE", "backup/copies/media",
    ]  # fmt: skip
