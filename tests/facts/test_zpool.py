"""Pools are read from JSON and from text, and mean the same."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

from facts.parsers import zpool
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
    assert [one.name for one in (*tank.devices[2:], *tank.spares)] == ["nvme-log", "nvme-three"]
    assert isinstance(tank.message, str)


def test_a_suspended_pool_as_text() -> None:
    media = read("zpool-2.1-status.txt", "zpool-2.1-list.txt")["media"]
    assert (media.state, media.data_errors, media.capacity_ratio) == ("SUSPENDED", 5, NotSupported())
    assert [(one.name, one.state, one.write_errors) for one in media.devices] == [
        ("ata-eight", "FAULTED", 17)
    ]


def test_a_pool_that_was_never_scrubbed_is_unread_since_it_was_made() -> None:
    status, listing = (FIXTURES / name for name in ("zpool-2.3-status.json", "zpool-2.3-list.json"))
    created = "tank\t1700000000\nmedia\t1780000000\n"
    pools = zpool.parse(status.read_bytes(), listing.read_bytes(), created).pools
    assert isinstance(pools, tuple)
    assert {pool.name: pool.checked_seconds for pool in pools} == {"tank": ENDED, "media": 1780000000}
    unknown = read(status.name, listing.name)["media"]
    assert unknown.checked_seconds == NotSupported()


def scrubbed(state: str) -> zpool.Pool:
    scan = f'"scan_stats": {{"function": "SCRUB", "state": "{state}", "end_time": 1794103815}}'
    status = f'{{"pools": {{"tank": {{"name": "tank", "state": "ONLINE", {scan}}}}}}}'
    (pool,) = zpool.parse(status, "", "tank\t1700000000\n").pools  # type: ignore[misc]  # it is a tuple
    return pool


def test_a_scrub_that_was_broken_off_has_not_read_all() -> None:
    assert scrubbed("FINISHED").checked_seconds == 1794103815
    assert scrubbed("FINISHED").scrub_is_reported
    assert not scrubbed("CANCELED").scrub_is_reported
    assert scrubbed("CANCELED").checked_seconds == 1794103815, "at least since then"


def test_a_scrub_that_runs_is_not_overdue() -> None:
    assert scrubbed("SCANNING").checked_seconds == NotSupported()


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
