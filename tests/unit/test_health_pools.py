"""Verdicts on pools: what ZFS does not report is neither fine nor never."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from facts.parsers import zpool
from facts.values import Failed, NotSupported
from rigwright.health import pools as health
from rigwright.health.check import Verdict
from tests.support.health import (
    CRITICAL,
    DAY,
    OK,
    UNKNOWN,
    WARNING,
    fixture,
    output,
    rows,
    seen,
)

NEVER: dict[str, Any] = {"scan_ended_seconds": NotSupported(), "scan": NotSupported()}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, OK),
        ({"state": "SUSPENDED"}, CRITICAL),
        ({"state": Failed("x")}, UNKNOWN),
        ({"data_errors": 1}, CRITICAL),
        ({"data_errors": Failed("x")}, UNKNOWN),
        ({"capacity_ratio": 0.8}, WARNING),
        ({"scan_ended_seconds": 1795240900.0 - 39 * DAY}, OK),
        ({"scan_ended_seconds": 1795240900.0 - 41 * DAY}, WARNING),
        ({"scan_ended_seconds": 1795240900.0 - 81 * DAY}, CRITICAL),
        ({"scan_ended_seconds": 1795240900.0 + DAY}, OK),
        (NEVER, OK),
        ({**NEVER, "created_seconds": 1795240900.0 - 39 * DAY}, OK),
        ({**NEVER, "created_seconds": 1795240900.0 - 41 * DAY}, WARNING),
    ],
)
def test_a_pool_is_judged(changes: dict[str, Any], expected: Verdict) -> None:
    pools = zpool.parse(fixture("zpool-2.3-status.json"), fixture("zpool-2.3-list.json")).pools
    assert isinstance(pools, tuple)
    good = replace(pools[1], capacity_ratio=0.5, scan="SCRUB FINISHED", scan_ended_seconds=1795240900.0 - DAY)
    assert health.judged_pool(replace(good, **changes), 1795240900.0).verdict is expected


@pytest.mark.parametrize(("state", "expected"), [("ONLINE", WARNING), ("DEGRADED", CRITICAL)])
def test_a_device_without_which_the_pool_is_online_can_wait(state: str, expected: Verdict) -> None:
    pools = zpool.parse(fixture("zpool-2.3-status.json"), fixture("zpool-2.3-list.json")).pools
    assert isinstance(pools, tuple)
    cache = replace(pools[1].devices[0], state="UNAVAIL")
    pool = replace(
        pools[1],
        capacity_ratio=0.5,
        scan="SCRUB FINISHED",
        scan_ended_seconds=1795240900.0,
        state=state,
        devices=(cache,),
    )
    assert health.judged_pool(pool, 1795240900.0).verdict is expected


def test_a_spare_that_waits_is_no_fault_and_a_suspended_pool_is() -> None:
    pools = zpool.parse(fixture("zpool-2.1-status.txt"), fixture("zpool-2.1-list.txt")).pools
    assert isinstance(pools, tuple)
    tank, media = (health.judged_pool(pool, 1795240900.0) for pool in pools)
    assert "nvme-three" not in tank.summary
    assert media.verdict is CRITICAL
    assert "SUSPENDED, 5 data errors that nothing could repair, ata-eight is FAULTED" in media.summary


@pytest.mark.parametrize(
    ("result", "expected", "words"),
    [
        (output("active\n"), OK, "active"),
        (output("inactive\n", 3), WARNING, "inactive: a pulled disk may go unnoticed"),
        (output("", 4, "no such unit"), WARNING, "no such unit: a pulled disk may go unnoticed"),
        ({"error": "no output within 10 s"}, UNKNOWN, "no output within 10 s"),
        ({"missing": True}, UNKNOWN, "not installed: systemctl"),
    ],
)
def test_pools_without_a_running_events_daemon_are_a_warning(
    result: dict[str, object], expected: Verdict, words: str
) -> None:
    outputs = {
        "zpool-status": output(fixture("zpool-2.3-status.json")),
        "zpool-list": output(fixture("zpool-2.3-list.json")),
        "zed": result,
    }
    state, summary = rows(seen(zfs=True, outputs=outputs))["zfs events daemon"]
    assert (state, summary.partition(";")[0]) == (expected, words)


@pytest.mark.parametrize("tool", ["zpool-status", "zpool-list"])
def test_without_a_pool_no_events_daemon_is_needed(tool: str) -> None:
    none = {**dict.fromkeys(("zpool-status", "zpool-list"), output("no pools available\n")), tool: output("")}
    outputs = {**none, "zed": output("inactive\n", 3)}
    assert "zfs events daemon" not in rows(seen(zfs=True, outputs=outputs))
