"""A pool's states and the errors of its devices, for Prometheus."""

from __future__ import annotations

from facts.parsers import zpool
from facts.parsers.zpool_tree import Device
from facts.values import Failed, NotSupported
from rigwright.health import families, scrub
from rigwright.health.check import Verdict
from rigwright.health.devices import AT_REST, IN_USE, ONLINE
from rigwright.health.exposition import Exposition


def add(page: Exposition, pool: zpool.Pool, now_seconds: float) -> None:
    """Samples of what is no number in the fact itself."""
    state = pool.state
    page.add_value(
        families.POOL_ONLINE, state == ONLINE if isinstance(state, str) else state, "zpool", pool=pool.name
    )
    if isinstance(state, str):
        page.add_sample(families.POOL_STATE, 1, pool=pool.name, state=state)
    page.add_value(families.POOL_CHECKED, pool.checked_seconds, "zpool", pool=pool.name)
    if not isinstance(pool.scan, Failed):
        unknown = scrub.age(pool, now_seconds).verdict is Verdict.UNKNOWN
        page.add_sample(families.SCRUB_UNKNOWN, unknown, pool=pool.name)
    for device in pool.devices:
        _state(page, pool.name, device)
        where = {"pool": pool.name, "device": _label(device)}
        for kind, count in device.errors:
            page.add_value(families.DEVICE_ERRORS, count, "zpool", **where, kind=kind)
        page.add_value(families.DEVICE_SLOW, device.slow_ios, "zpool", **where)
    for spare in pool.spares:
        if spare.state != IN_USE:  # which is among the devices, and may have failed there
            _state(page, pool.name, spare)
    for group in pool.groups:
        for kind, count in group.errors:
            page.add_value(families.GROUP_ERRORS, count, "zpool", pool=pool.name, group=group.name, kind=kind)


def _state(page: Exposition, pool: str, device: Device) -> None:
    state = device.state
    if isinstance(state, NotSupported):
        state = Failed("its state is not reported")
    rests = state in AT_REST if isinstance(state, str) else state
    page.add_value(families.DEVICE_ONLINE, rests, "zpool", pool=pool, device=_label(device))


def _label(device: Device) -> str:
    """A device that is gone has a number for a name, which does not show which disk it is."""
    return f"{device.name} was {device.was}" if isinstance(device.was, str) else device.name
