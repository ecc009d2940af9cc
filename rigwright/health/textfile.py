"""The metrics of one run over the hardware, for Prometheus. Pure; it exposes and judges nothing.

A collector is one thing that is queried: ``gpu``, ``xid``, ``nvme nvme0``, ``sata sda``, ``zpool``,
``snapshots``, ``sensors``, ``ecc``, ``pcie``, ``drive-log``. For each it is exposed whether it succeeded and
when it last did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from facts.parsers import disk, gpu, xid
from facts.values import Failed, NotSupported, at
from rigwright.health import board_metrics, devices, families, pool_text
from rigwright.health.exposition import Exposition
from rigwright.health.tool_output import tool_output


@dataclass(frozen=True)
class Snapshot:
    """The file, and when each collector last succeeded, for the next run."""

    text: str
    succeeded: Mapping[str, float]


class Collector:
    """Collects the samples of one run."""

    def __init__(self, seen: Mapping[str, object], succeeded: Mapping[str, float]) -> None:
        self.seen, self.exposition, self._before = seen, Exposition(), succeeded
        self.succeeded: dict[str, float] = {}

    def ran(self, name: str, output: str, *, failed: bool) -> None:
        """How a collector ended; one whose command was not run again is as old as its output."""
        queried_at = devices.seconds(at(self.seen, "outputs", output, "at"))
        now = devices.now(self.seen) if queried_at is None else queried_at
        self.exposition.add_sample(families.UP, not failed, collector=name)
        last = self._before.get(name) if failed else now
        if last is not None:
            self.succeeded[name] = last
            self.exposition.add_sample(families.SUCCEEDED, last, collector=name)

    def add_fact(self, table: str, fact: object, collector: str, **labels: str) -> None:
        """Every field that is a number."""
        for name in (field.name for field in fields(fact)):  # type: ignore[arg-type]  # facts are dataclasses
            if family := families.TABLES[table].get(name):
                self.exposition.add_value(family, getattr(fact, name), collector, **labels)

    def snapshot(self) -> Snapshot:
        """The whole file."""
        self.exposition.add_sample(families.RUN, devices.now(self.seen))
        return Snapshot(self.exposition.text(), self.succeeded)


def snapshot(seen: Mapping[str, object], kinds: frozenset[str], succeeded: Mapping[str, float]) -> Snapshot:
    """The metrics of one run.

    Args:
        seen: The survey of ``rigwright/host/health.py``, in which each output may have its time ``at``.
        kinds: What was queried: ``gpu``, ``nvme``, ``sata``, ``zfs``. Devices of all kinds are counted.
        succeeded: When each collector last succeeded.
    """
    collector = Collector(seen, succeeded)
    for kind, count in device_counts(seen):
        collector.exposition.add_sample(families.DEVICES, count, kind=kind)
    for kind in sorted(kinds & COLLECTORS.keys()):
        COLLECTORS[kind](collector)
    for name, found in board_metrics.add(collector.exposition, seen).items():
        if not isinstance(found, NotSupported):
            collector.ran(name, name, failed=isinstance(found, Failed))
    return collector.snapshot()


def of_hosts(responses: Sequence[tuple[str, Mapping[str, object]]]) -> str:
    """The metrics of recorded hosts, each below a comment with its name, as a first run exposes them."""
    shown = (f"# {name}\n{snapshot(seen, kinds_of(seen), {}).text}" for name, seen in responses)
    return "".join(shown).rstrip("\n")


def kinds_of(seen: Mapping[str, object]) -> frozenset[str]:
    """The kinds of hardware that this host has; on a host they come from the settings."""
    cards = bool(devices.addresses(seen)) or tool_output(seen, "gpu").queried
    there = {"gpu": cards, "nvme": True, "sata": True, "zfs": at(seen, "zfs") is True}
    return frozenset(kind for kind, has in there.items() if has)


def device_counts(seen: Mapping[str, object]) -> Iterator[tuple[str, int]]:
    """How many devices the host shows, whether they are queried or not."""
    yield "gpu", len(devices.addresses(seen))
    for bus in ("nvme", "sata"):
        yield bus, len(devices.attached(seen, bus))


def _gpu(collector: Collector) -> None:
    found = devices.gpus(collector.seen)
    cards, expected = found.gpus, len(devices.addresses(collector.seen))
    exposition = collector.exposition
    collector.ran("gpu", "gpu", failed=isinstance(cards, (Failed, NotSupported)))
    mismatched = devices.driver_of(collector.seen).mismatched
    mismatched = mismatched or (isinstance(cards, Failed) and devices.is_mismatch(cards))
    if isinstance(cards, tuple) or mismatched:
        exposition.add_sample(families.GPU_MISMATCH, mismatched)
    if isinstance(cards, tuple):
        lost = any(devices.card_failure(card) for card in cards) or devices.missing_cards(cards, expected)
        exposition.add_sample(families.GPU_LOST, bool(lost))
        for card in cards:
            _card(collector, card, found)
    elif isinstance(cards, Failed) and devices.is_lost(cards):
        exposition.add_sample(families.GPU_LOST, 1)
    _xids(collector)


def address(raw: str) -> str:
    """A PCI address as the kernel writes it: the driver has more zeros, and its log leaves out the end."""
    domain, _, rest = raw.lower().partition(":")
    return f"{domain[-4:]}:{rest}" if "." in rest else f"{domain[-4:]}:{rest}.0"


def _card(collector: Collector, card: gpu.Gpu, found: gpu.Gpus) -> None:
    where = address(card.address)
    collector.add_fact("gpu", card, "gpu", gpu=where)
    action = card.recovery_action
    needed = action.lower() != "none" if isinstance(action, str) else action
    collector.exposition.add_value(families.GPU_RECOVERY, needed, "gpu", gpu=where)
    name = card.name if isinstance(card.name, str) else ""
    driver = found.driver_version if isinstance(found.driver_version, str) else ""
    collector.exposition.add_sample(families.GPU_INFO, 1, gpu=where, name=name, driver=driver)


def _xids(collector: Collector) -> None:
    errors = devices.xids(collector.seen)
    collector.ran("xid", "xid", failed=not isinstance(errors, tuple))
    last: dict[tuple[str, str, bool], float] = {}
    for one in errors if isinstance(errors, tuple) else ():
        key = address(one.address), str(one.code), xid.fatal(one)
        # An error without a time counts as of now: it may be the one that matters.
        when = one.at_seconds if isinstance(one.at_seconds, float) else devices.now(collector.seen)
        last[key] = max(last.get(key, 0.0), when)
    for (where, code, fatal), when in sorted(last.items()):
        labels = {"gpu": where, "xid": code, **({"fatal": "true"} if fatal else {})}
        collector.exposition.add_sample(families.XID, when, **labels)


def _nvme(collector: Collector) -> None:
    for name in devices.drives(collector.seen, "nvme"):
        found = devices.nvme_drive(collector.seen, name)
        own = f"nvme {name}"
        failed = isinstance(found, Failed) or not isinstance(found.critical_warning, int)
        collector.ran(own, own, failed=failed)
        if isinstance(found, Failed) or isinstance(found.critical_warning, Failed):
            continue
        collector.add_fact("nvme", found, own, device=name)
        for sensor in found.sensors:
            where = {"device": name, "sensor": str(sensor.number)}
            collector.exposition.add_value(families.NVME_SENSOR, sensor.temperature_celsius, own, **where)
        model = found.model if isinstance(found.model, str) else ""
        collector.exposition.add_sample(families.NVME_INFO, 1, device=name, model=model)


def _sata(collector: Collector) -> None:
    for name in devices.drives(collector.seen, "sata"):
        asleep = disk.asleep(tool_output(collector.seen, f"smart {name}").out)
        found = devices.sata_disk(collector.seen, name)
        failed = not asleep and (isinstance(found, Failed) or not isinstance(found.passed, bool))
        own = f"sata {name}"
        collector.ran(own, f"smart {name}", failed=failed)
        collector.exposition.add_sample(families.SATA_ASLEEP, asleep, device=name)
        if asleep or isinstance(found, Failed) or isinstance(found.passed, Failed):
            continue
        collector.add_fact("sata", found, own, device=name)
        for family, names in (
            (families.SATA_FAILING, found.attributes_failing),
            (families.SATA_FAILED_BEFORE, found.attributes_failed_before),
        ):
            count = len(names) if isinstance(names, tuple) else names
            collector.exposition.add_value(family, count, own, device=name)
        model = found.model if isinstance(found.model, str) else ""
        collector.exposition.add_sample(families.SATA_INFO, 1, device=name, model=model)


def _zfs(collector: Collector) -> None:
    found = devices.pools(collector.seen)
    collector.ran("zpool", "zpool-status", failed=not isinstance(found, tuple))
    for pool in found if isinstance(found, tuple) else ():
        collector.add_fact("zpool", pool, "zpool", pool=pool.name)
        pool_text.add(collector.exposition, pool, devices.now(collector.seen))
    datasets = devices.snapshots(collector.seen)
    if isinstance(datasets, NotSupported):
        return
    collector.ran("snapshots", "snapshots", failed=isinstance(datasets, Failed))
    for one in datasets if isinstance(datasets, tuple) else ():
        collector.exposition.add_sample(families.SNAPSHOTS, one.snapshots, dataset=one.name)
        collector.exposition.add_sample(families.NEWEST, one.newest_seconds, dataset=one.name)


COLLECTORS: Mapping[str, Callable[[Collector], None]] = {
    "gpu": _gpu,
    "nvme": _nvme,
    "sata": _sata,
    "zfs": _zfs,
}
"""What exposes each kind of hardware."""
