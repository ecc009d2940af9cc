"""ZFS of any host, asked in the words of zpool, zfs and the kernel."""

from __future__ import annotations

from typing import Any

import pytest

from deploys.zfs.settings import ZfsSettings
from rigwright.inventory.load import Host


@pytest.fixture(scope="module")
def zfs(described: Host) -> ZfsSettings:
    settings = getattr(described.rig, "zfs", None)
    if settings is None:
        pytest.skip("the inventory has no ZFS for this host")
    found: ZfsSettings = settings
    return found


def test_every_pool_is_online_and_without_errors(host: Any, zfs: ZfsSettings) -> None:
    for pool in zfs.pools:
        assert host.check_output(f"zpool list -H -o health {pool.name}") == "ONLINE"
        assert "errors: No known data errors" in host.check_output(f"zpool status {pool.name}")


def test_every_pool_is_made_of_its_disks(host: Any, zfs: ZfsSettings) -> None:
    for pool in zfs.pools:
        told = host.check_output(f"zpool status -P {pool.name}")
        for disk in pool.disks:
            assert f"/dev/disk/by-id/{disk}" in told
        if pool.layout != "single":
            assert f"{pool.layout}-0" in told


def test_every_dataset_is_mounted_where_the_inventory_says(host: Any, zfs: ZfsSettings) -> None:
    mounted = [line.split()[:3] for line in host.check_output("cat /proc/mounts").splitlines()]
    for dataset in zfs.datasets:
        if dataset.mountpoint:
            assert [dataset.name, dataset.mountpoint, "zfs"] in mounted
        else:
            assert dataset.name not in {name for name, _, _ in mounted}


def test_a_database_has_records_and_a_cache_that_suit_it(host: Any, zfs: ZfsSettings) -> None:
    release = host.check_output("cat /sys/module/zfs/version").split(".")
    # Since 2.3 both words mean attributes in the inode, and the tool says the shorter one.
    attributes = "on" if (int(release[0]), int(release[1])) >= (2, 3) else "sa"
    for dataset in zfs.datasets:
        if dataset.workload != "postgres":
            continue
        told = host.check_output(f"zfs get -Hp -o value recordsize,primarycache,atime,xattr {dataset.name}")
        assert told.split() == [
            str(dataset.recordsize or 32 * 1024),
            "all",
            "on" if dataset.atime else "off",
            attributes,
        ]


def test_the_kernel_keeps_the_read_cache_within_its_limit(host: Any, zfs: ZfsSettings) -> None:
    told = dict(
        line.split()[::2]
        for line in host.check_output("tail -n +3 /proc/spl/kstat/zfs/arcstats").splitlines()
    )
    assert int(told["c_max"]) == zfs.arc_limit
    assert int(told["size"]) <= zfs.arc_limit * 1.1


def test_pools_and_datasets_come_back_after_a_boot(host: Any, zfs: ZfsSettings) -> None:
    assert zfs.pools
    for unit in ("zfs-import-cache.service", "zfs-mount.service", "zfs.target"):
        assert host.run(f"systemctl is-enabled {unit}").stdout.strip() == "enabled"
    assert host.file("/etc/zfs/zpool.cache").size > 0


def test_the_events_daemon_runs(host: Any, zfs: ZfsSettings) -> None:
    assert zfs.events
    assert host.service("zfs-zed").is_running
    assert f'ZED_EMAIL_ADDR="{zfs.events.receiver}"' in host.file("/etc/zfs/zed.d/zed.rc").content_string


def test_nothing_but_crons_table_scrubs_or_trims(host: Any, zfs: ZfsSettings) -> None:
    assert zfs.pools
    timers = host.check_output("systemctl list-timers --all --no-legend 'zfs-scrub*' 'zfs-trim*'")
    assert timers == ""
    assert host.file("/etc/cron.d/zfsutils-linux").exists
    assert host.service("cron").is_running


def test_snapshots_are_taken_by_the_timer(host: Any, zfs: ZfsSettings) -> None:
    kept = [dataset.name for dataset in zfs.datasets if dataset.snapshots]
    if not kept:
        pytest.skip("the inventory keeps no snapshots")
    assert host.service("sanoid.timer").is_running
    for name in kept:
        assert f"[{name}]" in host.file("/etc/sanoid/sanoid.conf").content_string


def test_copies_are_made_by_the_timer_and_mounted_nowhere(host: Any, zfs: ZfsSettings) -> None:
    if not zfs.replicas:
        pytest.skip("the inventory has no copies")
    assert host.service("rigwright-zfs-replicate.timer").is_running
    mounted = {line.split()[0] for line in host.check_output("cat /proc/mounts").splitlines()}
    assert not mounted & {replica.target for replica in zfs.replicas}
