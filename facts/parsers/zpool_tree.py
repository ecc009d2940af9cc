"""The devices of a ZFS pool: its tree, from the structure of ``zpool status -j``, reduced to rows.

Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from facts.values import Value, at, count, shown, text

SIZES = {
    **{unit: 1024.0**power for power, unit in enumerate(("B", "K", "M", "G", "T", "P", "E"))},
    **{f"{unit}B": 1024.0**power for power, unit in enumerate("KMGTPE", 1)},
}
CLASSES = ("vdevs", "logs", "special", "dedup", "l2cache")
GROUP_TYPES = ("root", "mirror", "raidz", "draid", "spare", "replacing")
GROUP = re.compile(r"^(mirror|raidz[123]?|draid\d?:\S*|spare|replacing)(-\d+)?$")
"""Groups by their names; a spare that a dRAID keeps spread over its disks is ``draid1-0-0``."""
NO_DEVICES = ("hole", "indirect")
"""What is left in the tree of a device that was removed."""
LABEL_UNREADABLE = ("CORRUPT_DATA", "BAD_LOG")
DEPTH = 16
"""Deeper than any pool's tree."""


@dataclass(frozen=True)
class Device:
    """One disk, partition or file of a pool, or one group of them.

    Attributes:
        was: Where it was found last, of one that is gone: its name is only a number then.
        slow_ios: Reads and writes that took longer than ZFS's ``zio_slow_io_ms``, 30 seconds.
    """

    name: str
    state: Value[str]
    read_errors: Value[int]
    write_errors: Value[int]
    checksum_errors: Value[int]
    slow_ios: Value[int]
    was: Value[str]

    @property
    def errors(self) -> tuple[tuple[str, Value[int]], ...]:
        """What it counted, by kind."""
        return (
            ("read", self.read_errors),
            ("write", self.write_errors),
            ("checksum", self.checksum_errors),
        )


@dataclass(frozen=True)
class Tree:
    """A pool's devices.

    Attributes:
        devices: Its leaves.
        groups: The pool itself and its groups; each counts errors that no single device can be blamed for.
        spares: Its hot spares; one that is ``INUSE`` is among the devices too, where it counts errors.
    """

    devices: tuple[Device, ...]
    groups: tuple[Device, ...]
    spares: tuple[Device, ...]


def tree(status: object, pool: str) -> Tree:
    """The devices of one pool of ``zpool status``; total."""
    devices, groups = list[Device](), list[Device]()
    for key in CLASSES:
        for is_group, device in _rows(at(status, key), pool):
            (groups if is_group else devices).append(device)
    spares = (device for _, device in _rows(at(status, "spares"), ""))
    return Tree(tuple(devices), tuple(groups), tuple(spares))


def _rows(found: object, pool: str, depth: int = 0) -> Iterator[tuple[bool, Device]]:
    """Whether it is a group, and the row."""
    for key, row in found.items() if isinstance(found, Mapping) and depth < DEPTH else ():
        kind, name = at(row, "vdev_type"), str(at(row, "name") or key)
        below = at(row, "vdevs")
        if kind in NO_DEVICES:
            continue
        named = kind is None and (bool(GROUP.match(name)) or (depth == 0 and name == pool))
        is_group = isinstance(below, Mapping) or kind in GROUP_TYPES or named
        yield is_group, _device(shown(name), row)
        yield from _rows(below, pool, depth + 1)


def _device(name: str, row: object) -> Device:
    return Device(
        name,
        text(state_word(at(row, "state"), at(row, "aux"))),
        count(at(row, "read_errors"), SIZES),
        count(at(row, "write_errors"), SIZES),
        count(at(row, "checksum_errors"), SIZES),
        count(at(row, "slow_ios"), SIZES),
        text(at(row, "was")),
    )


def state_word(state: object, aux: object) -> object:
    """A device's state as ``zpool status`` prints it as text: its JSON has the kernel's own words."""
    if state == "CANT_OPEN":
        return "FAULTED" if aux in LABEL_UNREADABLE else "SPLIT" if aux == "SPLIT_POOL" else "UNAVAIL"
    return "OFFLINE" if state == "CLOSED" else state
