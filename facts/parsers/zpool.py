"""ZFS pools: ``zpool status`` and ``zpool list``, as JSON (2.3 and newer) or as text (2.1, 2.2).

Standard library only. A pool's tree is reduced to its leaves: the devices, and what each of them counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

from facts.parsers import zpool_text
from facts.tool_output import ToolOutput
from facts.values import Failed, NotSupported, Value, at, count, decoded, document, figure, ratio, shown, text

NO_POOLS = "no pools available"
PERCENT = {"%": 1.0}
SIZES = {
    **{unit: 1024.0**power for power, unit in enumerate(("B", "K", "M", "G", "T", "P", "E"))},
    **{f"{unit}B": 1024.0**power for power, unit in enumerate("KMGTPE", 1)},
}
CTIME = re.compile(r"([A-Z][a-z]{2}) +(\d{1,2}) +(\d\d:\d\d:\d\d)(?: +[A-Z]\S*)? +(\d{4})$")
LEAF_CLASSES = ("vdevs", "logs", "special", "dedup", "l2cache")
DEPTH = 16
"""Deeper than any pool's tree."""


@dataclass(frozen=True)
class Device:
    """One disk, partition or file of a pool."""

    name: str
    state: Value[str]
    read_errors: Value[int]
    write_errors: Value[int]
    checksum_errors: Value[int]


@dataclass(frozen=True)
class Pool:
    """One pool.

    Attributes:
        state: In ZFS's own word: ``ONLINE``, ``DEGRADED``, ``FAULTED``, ``SUSPENDED``, …
        data_errors: What could not be repaired.
        scan: The last or running scrub or resilver: ``SCRUB FINISHED``.
        created_seconds: When it was made, since 1970.
        scan_ended_seconds: Since 1970, of one that was not broken off; text is in the host's time zone and is
            read as UTC, so that it may be wrong by hours, which a scrub's age in days can bear.
        message: ZFS's own sentence about what is wrong.
    """

    name: str
    state: Value[str]
    size_bytes: Value[int]
    allocated_bytes: Value[int]
    free_bytes: Value[int]
    capacity_ratio: Value[float]
    fragmentation_ratio: Value[float]
    data_errors: Value[int]
    scan: Value[str]
    scan_errors: Value[int]
    scan_ended_seconds: Value[float]
    created_seconds: Value[float]
    message: Value[str]
    devices: tuple[Device, ...]

    @property
    def checked_seconds(self) -> Value[float]:
        """Since when nothing has read all of it: a scrub's end, else its creation.

        Not supported while a scrub runs.
        """
        if isinstance(self.scan, str) and self.scan.endswith("SCANNING"):
            return NotSupported()
        ended = self.scan_ended_seconds
        return self.created_seconds if isinstance(ended, NotSupported) else ended


@dataclass(frozen=True)
class Zpools:
    """All imported pools; none is an empty tuple."""

    pools: Value[tuple[Pool, ...]]


def parse(status: bytes | str, listing: bytes | str, created: bytes | str = "") -> Zpools:
    """The pools that either command reports; what only one of them has is an error in the other's fields.

    Args:
        status: ``zpool status``.
        listing: ``zpool list``.
        created: ``zfs list -H -p -d 0 -o name,creation``.
    """
    states, sizes = _pools(status, zpool_text.status), _pools(listing, zpool_text.listing)
    if isinstance(states, Failed) and isinstance(sizes, Failed):
        return Zpools(states)
    names = {
        **(states if isinstance(states, Mapping) else {}),
        **(sizes if isinstance(sizes, Mapping) else {}),
    }
    made = dict(line.split("\t", 1) for line in decoded(created).splitlines() if "\t" in line)
    return Zpools(
        tuple(_pool(shown(name), _one(states, name), _one(sizes, name), made.get(name)) for name in names)
    )


def from_outputs(status: ToolOutput, listing: ToolOutput, created: ToolOutput) -> Zpools:
    """The pools by the three commands of :func:`parse`."""
    if status.missing or listing.missing:
        return Zpools(Failed("not installed: zfsutils-linux", "not_installed"))
    if status.error and listing.error:
        return Zpools(status.complaint)
    found = parse(status.out or status.err, listing.out or listing.err, created.out)
    return Zpools(status.complaint) if isinstance(found.pools, (Failed, NotSupported)) else found


def _pools(raw: bytes | str, as_text: object) -> Mapping[str, object] | Failed:
    """Pools by name."""
    printed = decoded(raw).strip()
    if printed.startswith(NO_POOLS):
        return {}
    found: object = document(printed) if printed.startswith("{") else None
    if not printed.startswith("{") and callable(as_text):
        found = as_text(decoded(raw)) or Failed(f"no pools: {shown(printed)!r}" if printed else "no output")
    if isinstance(found, Failed):
        return found
    pools = at(found, "pools")
    return pools if isinstance(pools, Mapping) else Failed(f"no pools: {shown(printed)!r}")


def _one(pools: Mapping[str, object] | Failed, name: str) -> Mapping[str, object] | Failed:
    if isinstance(pools, Failed):
        return pools
    found = pools.get(name)
    return found if isinstance(found, Mapping) else Failed("the command did not report this pool")


def _pool(
    name: str,
    status: Mapping[str, object] | Failed,
    sizes: Mapping[str, object] | Failed,
    made: str | None,
) -> Pool:
    lost = status if isinstance(status, Failed) else None
    small = sizes if isinstance(sizes, Failed) else None

    def size(*keys: str) -> Value[int]:
        return small or count(_property(sizes, *keys), SIZES)

    def share(key: str) -> Value[float]:
        return small or ratio(figure(_property(sizes, key), PERCENT))

    scan = at(status, "scan_stats")
    words = [str(at(scan, key)) for key in ("function", "state") if at(scan, key)]
    broken_off = at(scan, "state") == "CANCELED"
    return Pool(
        name=name,
        state=text(at(status, "state") or at(sizes, "state")) if not (lost and small) else lost or Failed(""),
        size_bytes=size("size"),
        allocated_bytes=size("allocated", "alloc"),
        free_bytes=size("free"),
        capacity_ratio=share("capacity"),
        fragmentation_ratio=share("fragmentation"),
        data_errors=lost or count(at(status, "error_count")),
        scan=lost or text(" ".join(words)),
        scan_errors=lost or count(at(scan, "errors")),
        scan_ended_seconds=lost or _moment(None if broken_off else at(scan, "end_time")),
        created_seconds=figure(made),
        message=lost or text(at(status, "status")),
        devices=tuple(_leaves(status)),
    )


def _property(sizes: object, *keys: str) -> object:
    return next((found for key in keys if (found := at(sizes, "properties", key, "value")) is not None), None)


def _leaves(status: object, depth: int = 0) -> Iterator[Device]:
    """The devices below a pool or a group; a spare that is not in use counts nothing and is left out."""
    for group in LEAF_CLASSES if depth == 0 else ("vdevs",):
        found = at(status, group)
        for name, row in found.items() if isinstance(found, Mapping) and depth < DEPTH else ():
            if isinstance(at(row, "vdevs"), Mapping):
                yield from _leaves(row, depth + 1)
            else:
                yield _device(shown(at(row, "name") or name), row)


def _device(name: str, row: object) -> Device:
    return Device(
        name,
        text(at(row, "state")),
        count(at(row, "read_errors"), SIZES),
        count(at(row, "write_errors"), SIZES),
        count(at(row, "checksum_errors"), SIZES),
    )


def _moment(raw: object) -> Value[float]:
    """A number of seconds since 1970, or what ``ctime`` writes."""
    match = CTIME.search(raw.strip()) if isinstance(raw, str) else None
    if not match:
        found = figure(raw)
        return NotSupported() if found == 0 else found
    try:
        when = datetime.strptime(" ".join(match.groups()), "%b %d %H:%M:%S %Y")  # noqa: DTZ007  set below
    except ValueError:
        return Failed(f"unreadable: {shown(raw)!r}")
    return when.replace(tzinfo=timezone.utc).timestamp()
