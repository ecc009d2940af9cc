"""ZFS pools: ``zpool status`` and ``zpool list``, as JSON (2.3 and newer) or as text (2.1, 2.2).

Standard library only. A pool's tree is reduced to its leaves: the devices, and what each of them counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from facts.parsers import zpool_scan, zpool_text, zpool_tree
from facts.parsers.zpool_tree import SIZES, Device
from facts.tool_output import ToolOutput
from facts.values import Failed, NotSupported, Value, at, count, decoded, document, figure, ratio, shown, text

NO_POOLS = "no pools available"
PERCENT = {"%": 1.0}
TEXT = re.compile(r"^ *pool: ", re.MULTILINE)


@dataclass(frozen=True)
class Pool:
    """One pool.

    Attributes:
        state: In ZFS's own word: ``ONLINE``, ``DEGRADED``, ``FAULTED``, ``SUSPENDED``, …
        data_errors: What could not be repaired.
        scan: The last or running scrub or resilver: ``SCRUB FINISHED``, ``SCRUB PAUSED``.
        scan_errors: In it, and in the rebuilds.
        scan_started_seconds: Since 1970.
        scan_ended_seconds: Since 1970; of one that was broken off, when that was.
        resilvering: A device is being written anew.
        created_seconds: When it was made, since 1970.
        message: ZFS's own sentence about what is wrong.
        devices: Its leaves: disks, partitions and files, those of logs and caches too.
        groups: The pool itself and its groups, such as ``raidz2-0``; each counts the errors that no single
            device can be blamed for.
        spares: Its hot spares; one that is ``INUSE`` is among the devices too, where it counts errors.
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
    scan_started_seconds: Value[float]
    scan_ended_seconds: Value[float]
    resilvering: Value[bool]
    created_seconds: Value[float]
    message: Value[str]
    devices: tuple[Device, ...]
    groups: tuple[Device, ...]
    spares: tuple[Device, ...]

    @property
    def scrub_is_reported(self) -> bool:
        """Whether ZFS reports when the last scrub ended, or that there was none.

        It keeps only the last scrub or resilver: of one that was broken off, that runs, or of a resilver, the
        end of the scrub before is not known.
        """
        return self.scan == "SCRUB FINISHED" or isinstance(self.scan, NotSupported)

    @property
    def checked_seconds(self) -> Value[float]:
        """Since when, at least, nothing has read all of it: a scrub's end, else its creation.

        Where the last scrub's end is not reported, this is the beginning of what took its place, or its end.
        """
        if isinstance(self.scan, (NotSupported, Failed)):
            return self.created_seconds if isinstance(self.scan, NotSupported) else self.scan
        if self.scan == "SCRUB FINISHED":
            return self.scan_ended_seconds
        started, over = self.scan_started_seconds, self.scan.endswith(("FINISHED", "CANCELED"))
        return self.scan_ended_seconds if over and isinstance(started, NotSupported) else started


@dataclass(frozen=True)
class Zpools:
    """All imported pools; none is an empty tuple."""

    pools: Value[tuple[Pool, ...]]


def parse(
    status: bytes | str,
    listing: bytes | str,
    created: bytes | str = "",
    unmade: NotSupported | Failed = NotSupported(),  # noqa: B008  it is frozen
) -> Zpools:
    """The pools that either command reports; what only one of them has is an error in the other's fields.

    Args:
        status: ``zpool status``.
        listing: ``zpool list``.
        created: ``zfs list -H -p -d 0 -o name,creation``.
        unmade: What is known of a pool's creation that is not in ``created``.
    """
    states, sizes = _pools(status, zpool_text.status), _pools(listing, zpool_text.listing)
    if isinstance(states, Failed) and not (sizes or decoded(listing).strip().startswith(NO_POOLS)):
        return Zpools(states)  # an empty list is no word about pools that could not be read
    if isinstance(states, Failed) and isinstance(sizes, Failed):
        return Zpools(states)
    names = {
        **(states if isinstance(states, Mapping) else {}),
        **(sizes if isinstance(sizes, Mapping) else {}),
    }
    made = dict(line.split("\t", 1) for line in decoded(created).split("\n") if "\t" in line)
    return Zpools(
        tuple(
            _pool(
                name,
                _one(states, name),
                _one(sizes, name),
                figure(made[name]) if name in made else unmade,
            )
            for name in names
        )
    )


def from_outputs(status: ToolOutput, listing: ToolOutput, created: ToolOutput) -> Zpools:
    """The pools by the three commands of :func:`parse`."""
    if status.missing or listing.missing:
        return Zpools(Failed("not installed: zfsutils-linux", "not_installed"))
    if status.error and listing.error:
        return Zpools(status.complaint)
    made = Failed("zfs list did not report when it was made") if created.queried else NotSupported()
    found = parse(status.out or status.err or status.error, listing.out or listing.err, created.out, made)
    return Zpools(status.complaint) if isinstance(found.pools, (Failed, NotSupported)) else found


def _pools(
    raw: bytes | str, as_text: Callable[[str], dict[str, object] | None]
) -> Mapping[str, object] | Failed:
    """Pools by name."""
    printed = decoded(raw)
    if printed.strip().startswith(NO_POOLS):
        return {}
    found = _document(printed) if printed.lstrip().startswith("{") else as_text(printed)
    if isinstance(found, Failed):
        return found
    pools = at(found, "pools")
    if isinstance(pools, Mapping):
        return pools
    return Failed(f"no pools: {shown(printed)!r}" if printed.strip() else "no output")


def _document(printed: str) -> Value[Mapping[str, object]]:
    """The JSON; of one that ends too early, the text that may follow it.

    ZFS writes no more of its JSON than up to a byte that is no character in its locale, and exits with 0.
    """
    found = document(printed)
    if not isinstance(found, Failed):
        return found
    begins = TEXT.search(printed)
    below = zpool_text.status(printed[begins.start() :]) if begins else None
    return below or (found if printed.rstrip().endswith("}") else Failed("its JSON ends too early"))


def _one(pools: Mapping[str, object] | Failed, name: str) -> Mapping[str, object] | Failed:
    if isinstance(pools, Failed):
        return pools
    found = pools.get(name)
    return found if isinstance(found, Mapping) else Failed("the command did not report this pool")


def _pool(
    name: str,
    status: Mapping[str, object] | Failed,
    sizes: Mapping[str, object] | Failed,
    made: Value[float],
) -> Pool:
    lost = status if isinstance(status, Failed) else None
    small = sizes if isinstance(sizes, Failed) else None

    def size(*keys: str) -> Value[int]:
        return small or count(_property(sizes, *keys), SIZES)

    def share(key: str) -> Value[float]:
        return small or ratio(figure(_property(sizes, key), PERCENT))

    scan = zpool_scan.scan(at(status, "scan_stats"))
    tree = zpool_tree.tree(status, name)
    return Pool(
        name=shown(name),
        state=text(at(status, "state") or at(sizes, "state")) if not (lost and small) else lost or Failed(""),
        size_bytes=size("size"),
        allocated_bytes=size("allocated", "alloc"),
        free_bytes=size("free"),
        capacity_ratio=share("capacity"),
        fragmentation_ratio=share("fragmentation"),
        data_errors=lost or count(at(status, "error_count"), SIZES),
        scan=lost or scan.words,
        scan_errors=lost or scan.errors,
        scan_started_seconds=lost or scan.started_seconds,
        scan_ended_seconds=lost or scan.ended_seconds,
        resilvering=lost or scan.resilvering,
        created_seconds=made,
        message=lost or text(at(status, "status")),
        devices=tree.devices,
        groups=tree.groups,
        spares=tree.spares,
    )


def _property(sizes: object, *keys: str) -> object:
    return next((found for key in keys if (found := at(sizes, "properties", key, "value")) is not None), None)
