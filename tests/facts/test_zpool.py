"""Pools are read from JSON and from text, and mean the same."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

from facts import zpool
from facts.values import Failed, NotSupported

FIXTURES = Path(__file__).parent / "fixtures"
ENDED = datetime(2026, 11, 8, 2, 10, 15, tzinfo=timezone.utc).timestamp()


def read(status: str, listing: str) -> dict[str, zpool.Pool]:
    pools = zpool.parse((FIXTURES / status).read_bytes(), (FIXTURES / listing).read_bytes()).pools
    assert isinstance(pools, tuple)
    return {pool.name: pool for pool in pools}


def test_a_degraded_mirror_as_json() -> None:
    found = read("zpool-2.3-status.json", "zpool-2.3-list.json")
    tank, media = found["tank"], found["media"]
    assert (tank.state, tank.data_errors, tank.capacity_ratio) == ("DEGRADED", 0, 0.33)
    assert (tank.size_bytes, tank.fragmentation_ratio) == (3985729650688, 0.12)
    assert (tank.scan, tank.scan_errors, tank.scan_ended_seconds) == ("SCRUB FINISHED", 0, ENDED)
    assert [(one.name, one.state, one.checksum_errors) for one in tank.devices] == [
        ("nvme-one", "ONLINE", 1536),
        ("nvme-two", "REMOVED", 0),
    ]
    assert (media.capacity_ratio, media.fragmentation_ratio) == (0.94, NotSupported())
    assert (media.scan, media.scan_ended_seconds) == (NotSupported(), NotSupported())


def test_numbers_instead_of_text() -> None:
    tank = read("zpool-2.3-status-int.json", "zpool-2.3-list.json")["tank"]
    (device,) = tank.devices
    assert (device.read_errors, device.write_errors, device.checksum_errors) == (1, 2, 3)
    assert (tank.data_errors, tank.scan_errors, tank.scan_ended_seconds) == (4, 2, 1794103815)


def test_the_same_mirror_as_text() -> None:
    tank = read("zpool-2.1-status.txt", "zpool-2.1-list.txt")["tank"]
    other = read("zpool-2.3-status.json", "zpool-2.3-list.json")["tank"]
    assert (tank.state, tank.scan, tank.scan_ended_seconds) == (other.state, other.scan, ENDED)
    assert (tank.size_bytes, tank.capacity_ratio, tank.data_errors) == (other.size_bytes, 0.33, 0)
    assert tank.devices[:2] == other.devices
    assert [one.name for one in tank.devices[2:]] == ["nvme-log", "nvme-three"]
    assert isinstance(tank.message, str)


def test_a_suspended_pool_as_text() -> None:
    media = read("zpool-2.1-status.txt", "zpool-2.1-list.txt")["media"]
    assert (media.state, media.data_errors, media.capacity_ratio) == ("SUSPENDED", 5, NotSupported())
    assert [(one.name, one.state, one.write_errors) for one in media.devices] == [
        ("ata-eight", "FAULTED", 17)
    ]


def test_no_pools_are_none_and_no_error() -> None:
    assert zpool.parse("no pools available\n", "").pools == ()
    assert zpool.parse('{"pools":{}}', '{"pools":{}}').pools == ()


def test_a_command_that_failed_is_an_error() -> None:
    found = zpool.parse(
        "", "The ZFS modules are not loaded.\nTry running '/sbin/modprobe zfs' as root.\n"
    ).pools
    assert isinstance(found, Failed)
    listing = (FIXTURES / "zpool-2.1-list.txt").read_bytes()
    pools = zpool.parse("", listing).pools
    assert isinstance(pools, tuple)
    assert [(pool.name, pool.state) for pool in pools] == [("tank", "DEGRADED"), ("media", "SUSPENDED")]
    assert isinstance(pools[0].data_errors, Failed)


def test_a_tree_deeper_than_any_pool_is_not_followed() -> None:
    leaf = '{"state":"ONLINE"}'
    for _ in range(100):
        leaf = '{"vdevs":{"x":' + leaf + "}}"
    pools = zpool.parse('{"pools":{"a":' + leaf + "}}", "").pools
    assert isinstance(pools, tuple)
    assert [pool.devices for pool in pools] == [()]
