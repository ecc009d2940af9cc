"""What a look at the hardware becomes for Prometheus. Pure; it exposes and judges nothing.

A reading is one thing that was asked: ``gpu``, ``xid``, ``nvme nvme0``, ``sata sda``, ``zpool``,
``snapshots``. Each tells whether it succeeded and when it last did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields

from facts import disk, gpu
from facts.values import Failed, NotSupported, at
from rigwright.health import devices, families, pool_text
from rigwright.health.exposition import Page
from rigwright.health.tool_output import answer


@dataclass(frozen=True)
class Told:
    """The file, and when each reading last succeeded, for the next time."""

    text: str
    read: Mapping[str, float]


class Teller:
    """Writes one look down."""

    def __init__(self, seen: Mapping[str, object], read: Mapping[str, float]) -> None:
        self.seen, self.page, self._before = seen, Page(), read
        self.read: dict[str, float] = {}

    def reading(self, name: str, asked: str, *, failed: bool) -> None:
        """How a reading went; one that was not asked again is as old as its answer."""
        told_at = at(self.seen, "answers", asked, "at")
        now = float(told_at) if isinstance(told_at, (int, float)) else devices.now(self.seen)
        self.page.say(families.UP, not failed, reading=name)
        last = self._before.get(name) if failed else now
        if last is not None:
            self.read[name] = last
            self.page.say(families.READ, last, reading=name)

    def fact(self, table: str, fact: object, reading: str, **labels: str) -> None:
        """Every field that is a number."""
        for name in (field.name for field in fields(fact)):  # type: ignore[arg-type]  # facts are dataclasses
            if family := families.TABLES[table].get(name):
                self.page.value(family, getattr(fact, name), reading, **labels)

    def told(self) -> Told:
        """The whole file."""
        self.page.say(families.TOLD, devices.now(self.seen))
        return Told(self.page.text(), self.read)


def told(seen: Mapping[str, object], kinds: frozenset[str], read: Mapping[str, float]) -> Told:
    """The metrics of one look.

    Args:
        seen: What ``rigwright/host/health.py`` saw, in which each answer may tell ``at`` what time it came.
        kinds: What was asked: ``gpu``, ``nvme``, ``sata``, ``zfs``. Devices of all kinds are counted.
        read: When each reading last succeeded.
    """
    teller = Teller(seen, read)
    for kind, count in device_counts(seen):
        teller.page.say(families.DEVICES, count, kind=kind)
    for kind in sorted(kinds & TELLS.keys()):
        TELLS[kind](teller)
    return teller.told()


def device_counts(seen: Mapping[str, object]) -> Iterator[tuple[str, int]]:
    """How many devices the host shows, whether anybody asks them or not."""
    yield "gpu", len(devices.addresses(seen))
    for bus in ("nvme", "sata"):
        yield bus, len(devices.drives(seen, bus))


def _gpu(teller: Teller) -> None:
    found = devices.gpus(teller.seen)
    cards, expected = found.gpus, len(devices.addresses(teller.seen))
    page = teller.page
    teller.reading("gpu", "gpu", failed=isinstance(cards, (Failed, NotSupported)))
    words = cards.reason if isinstance(cards, Failed) else ""
    mismatched = devices.driver_of(teller.seen).mismatched or devices.is_mismatch(words)
    if isinstance(cards, tuple) or mismatched:
        page.say(families.GPU_MISMATCH, mismatched)
    if isinstance(cards, tuple):
        page.say(families.GPU_LOST, len(cards) < expected)
        for card in cards:
            _card(teller, card, found)
    elif devices.is_lost(words):
        page.say(families.GPU_LOST, 1)
    _xids(teller)


def address(raw: str) -> str:
    """A PCI address as the kernel writes it: the driver has more zeros, and its log leaves out the end."""
    domain, _, rest = raw.lower().partition(":")
    return f"{domain[-4:]}:{rest}" if "." in rest else f"{domain[-4:]}:{rest}.0"


def _card(teller: Teller, card: gpu.Gpu, found: gpu.Gpus) -> None:
    where = address(card.address)
    teller.fact("gpu", card, "gpu", gpu=where)
    action = card.recovery_action
    needed = action.lower() != "none" if isinstance(action, str) else action
    teller.page.value(families.GPU_RECOVERY, needed, "gpu", gpu=where)
    name = card.name if isinstance(card.name, str) else ""
    driver = found.driver_version if isinstance(found.driver_version, str) else ""
    teller.page.say(families.GPU_INFO, 1, gpu=where, name=name, driver=driver)


def _xids(teller: Teller) -> None:
    errors = devices.xids(teller.seen)
    teller.reading("xid", "xid", failed=not isinstance(errors, tuple))
    last: dict[tuple[str, str], float] = {}
    for one in errors if isinstance(errors, tuple) else ():
        key = address(one.address), str(one.code)
        # An error without a time is told as of now: it may be the one that matters.
        when = one.at_seconds if isinstance(one.at_seconds, float) else devices.now(teller.seen)
        last[key] = max(last.get(key, 0.0), when)
    for (where, code), when in sorted(last.items()):
        teller.page.say(families.XID, when, gpu=where, xid=code)


def _nvme(teller: Teller) -> None:
    for name in devices.drives(teller.seen, "nvme"):
        found = devices.nvme_drive(teller.seen, name)
        reading = f"nvme {name}"
        failed = isinstance(found, Failed) or isinstance(found.critical_warning, Failed)
        teller.reading(reading, reading, failed=failed)
        if isinstance(found, Failed) or failed:
            continue
        teller.fact("nvme", found, reading, device=name)
        model = found.model if isinstance(found.model, str) else ""
        teller.page.say(families.NVME_INFO, 1, device=name, model=model)


def _sata(teller: Teller) -> None:
    for name in devices.drives(teller.seen, "sata"):
        asleep = disk.asleep(answer(teller.seen, f"smart {name}").out)
        found = devices.sata_disk(teller.seen, name)
        failed = not asleep and (isinstance(found, Failed) or isinstance(found.passed, Failed))
        reading = f"sata {name}"
        teller.reading(reading, f"smart {name}", failed=failed)
        teller.page.say(families.SATA_ASLEEP, asleep, device=name)
        if asleep or failed or isinstance(found, Failed):
            continue
        teller.fact("sata", found, reading, device=name)
        failing = found.attributes_failing
        told = len(failing) if isinstance(failing, tuple) else failing
        teller.page.value(families.SATA_FAILING, told, reading, device=name)
        model = found.model if isinstance(found.model, str) else ""
        teller.page.say(families.SATA_INFO, 1, device=name, model=model)


def _zfs(teller: Teller) -> None:
    found = devices.pools(teller.seen)
    teller.reading("zpool", "zpool-status", failed=not isinstance(found, tuple))
    for pool in found if isinstance(found, tuple) else ():
        teller.fact("zpool", pool, "zpool", pool=pool.name)
        pool_text.tell(teller.page, pool)
    datasets = devices.snapshots(teller.seen)
    if isinstance(datasets, NotSupported):
        return
    teller.reading("snapshots", "snapshots", failed=isinstance(datasets, Failed))
    for one in datasets if isinstance(datasets, tuple) else ():
        teller.page.say(families.SNAPSHOTS, one.snapshots, dataset=one.name)
        teller.page.say(families.NEWEST, one.newest_seconds, dataset=one.name)


TELLS: Mapping[str, Callable[[Teller], None]] = {"gpu": _gpu, "nvme": _nvme, "sata": _sata, "zfs": _zfs}
"""What tells of each kind of hardware."""
