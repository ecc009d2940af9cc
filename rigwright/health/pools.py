"""ZFS pools, and the daemon that takes note of what happens to their disks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from facts.parsers import zpool
from facts.parsers.zpool_tree import Device
from facts.tool_output import ToolOutput
from facts.values import Failed, NotSupported, Value
from rigwright.health import devices, scrub, thresholds
from rigwright.health.check import Check, Row, Verdict
from rigwright.health.tool_output import tool_output

RESILVERS = "resilver in progress"
SLOW = "reads and writes of {} took longer than ZFS allows (30 s)"
BROKEN_OFF = {"SCRUB CANCELED": "the last scrub was canceled", "SCRUB PAUSED": "the scrub is paused"}


def checks(seen: Mapping[str, object]) -> Iterator[Check]:
    """Every pool, and the events daemon where there is one."""
    found = devices.pools(seen)
    if isinstance(found, NotSupported):
        yield Check("zfs", "pools", Verdict.NONE, "none")
    elif isinstance(found, Failed):
        yield Check("zfs", "pools", Verdict.UNKNOWN, found.reason)
    else:
        if not found:
            yield Check("zfs", "pools", Verdict.NONE, "no pools")
        for pool in found:
            yield judged_pool(pool, devices.now(seen))
        if found:
            yield events(tool_output(seen, "zed"))


def events(output: ToolOutput) -> Check:
    """ZFS's events daemon, without which ZFS takes no note of a pulled disk.

    Seen with 2.3.9: a pool whose only disk is gone stays ``ONLINE`` without it, and is ``SUSPENDED`` with it.
    """
    if failed := output.failure("systemctl"):
        return Check("zfs", "events daemon", Verdict.UNKNOWN, failed.reason)
    if output.code == 0:
        return Check("zfs", "events daemon", Verdict.OK, "active")
    state = output.out.strip() or output.complaint.reason
    words = f"{state}: a pulled disk may go unnoticed; it is in the package zfs-zed"
    return Check("zfs", "events daemon", Verdict.WARNING, words)


def judged_pool(pool: zpool.Pool, now_seconds: float) -> Check:
    """One pool, at this time of its host's clock."""
    row = Row("zfs", pool.name)
    if not isinstance(pool.state, str):
        row.add(
            Verdict.UNKNOWN, pool.state.reason if isinstance(pool.state, Failed) else "its state is unknown"
        )
    else:
        row.add(Verdict.OK if pool.state == devices.ONLINE else Verdict.CRITICAL, pool.state)
    row.value(pool.capacity_ratio, thresholds.POOL_CAPACITY, "{} used")
    row.none_of(pool.data_errors, Verdict.CRITICAL, "data errors that nothing could repair")
    row.none_of(pool.scan_errors, Verdict.WARNING, "errors in the last scrub or resilver")
    _devices(row, pool)
    _scrub(row, pool, now_seconds)
    check = row.check()
    # It is no fault, and stands beside every fault: a reboot waits for it.
    return replace(check, summary=f"{check.summary}, {RESILVERS}") if pool.resilvering is True else check


def _devices(row: Row, pool: zpool.Pool) -> None:
    lacking = Verdict.WARNING if pool.state == devices.ONLINE else Verdict.CRITICAL
    for device in pool.devices:
        name = device.name
        _state(row, device, lacking, name)
        for kind, errors in device.errors:
            row.none_of(errors, Verdict.WARNING, f"{kind} errors of {name}")
        row.none_of(device.slow_ios, Verdict.WARNING, SLOW.format(name))
    for spare in pool.spares:
        _state(row, spare, Verdict.WARNING, f"the spare {spare.name}")
    blamed = {kind for device in pool.devices for kind, errors in device.errors if errors}
    for group in pool.groups:
        for kind, errors in group.errors:
            words = f"{kind} errors of {group.name}"
            row.none_of(errors, Verdict.WARNING, words if kind in blamed else f"{words}, of no single device")


def _state(row: Row, device: Device, lacking: Verdict, name: str) -> None:
    was = f", was {device.was}" if isinstance(device.was, str) else ""
    if isinstance(device.state, Failed):
        row.add(Verdict.UNKNOWN, f"the state of {name}: {device.state.reason}")
    elif isinstance(device.state, NotSupported):
        row.add(Verdict.UNKNOWN, f"the state of {name} is not reported")
    elif device.state not in devices.AT_REST:
        row.add(lacking, f"{name} is {device.state}{was}")


def _scrub(row: Row, pool: zpool.Pool, now_seconds: float) -> None:
    """When all of the pool was read last."""
    found = scrub.age(pool, now_seconds)
    if isinstance(pool.scan, Failed):
        row.add(Verdict.UNKNOWN, f"last scrub: {pool.scan.reason}")
    elif isinstance(found.days, Failed):
        row.add(Verdict.UNKNOWN, f"last scrub: {found.days.reason}")
    else:
        row.add(found.verdict, _words(pool.scan, found, _shown(found.days)))


def _shown(days: Value[float]) -> str:
    return f"{days:.0f} days" if isinstance(days, float) else ""


def _words(scan: object, found: scrub.Age, days: str) -> str:
    if found.known is scrub.Known.SCRUBBED:
        return f"last scrub {days} ago" if days else "last scrub: its time is unknown"
    if found.known is scrub.Known.NEVER:
        return f"never scrubbed in {days}" if days else "never scrubbed"
    if found.known is scrub.Known.RUNS:
        overdue = found.verdict is not Verdict.OK
        return f"a scrub runs for {days}" if overdue else "scrub in progress"
    what = BROKEN_OFF.get(str(scan), "the last scan was no scrub but a resilver")
    if str(scan).startswith("ERRORSCRUB"):
        what = "the last scrub read only what was wrong before"
    if found.verdict in (Verdict.WARNING, Verdict.CRITICAL):
        return f"{what}: no scrub ended in {days}"
    return f"{what}: when one ended before is not reported by ZFS"
