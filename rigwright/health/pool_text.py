"""A pool's states and the errors of its devices, for Prometheus."""

from __future__ import annotations

from facts.parsers import zpool
from rigwright.health import families
from rigwright.health.devices import AT_REST, ONLINE
from rigwright.health.exposition import Exposition


def add(page: Exposition, pool: zpool.Pool) -> None:
    """Samples of what is no number in the fact itself."""
    state = pool.state
    page.add_value(
        families.POOL_ONLINE, state == ONLINE if isinstance(state, str) else state, "zpool", pool=pool.name
    )
    if isinstance(state, str):
        page.add_sample(families.POOL_STATE, 1, pool=pool.name, state=state)
    page.add_value(families.POOL_CHECKED, pool.checked_seconds, "zpool", pool=pool.name)
    for device in pool.devices:
        where = {"pool": pool.name, "device": device.name}
        state = device.state
        rests = state in AT_REST if isinstance(state, str) else state
        page.add_value(families.DEVICE_ONLINE, rests, "zpool", **where)
        for kind, count in (
            ("read", device.read_errors),
            ("write", device.write_errors),
            ("checksum", device.checksum_errors),
        ):
            page.add_value(families.DEVICE_ERRORS, count, "zpool", **where, kind=kind)
