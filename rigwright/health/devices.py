"""A host's devices as facts: the one implementation for ``rig health`` and for the metrics on the host.

What could not be read at all is :class:`Failed`, in words that name the remedy where it is known.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from facts.parsers import (
    disk,
    drive_log,
    driver,
    edac,
    gpu,
    nvme,
    pcie,
    sensors,
    snapshot,
    xid,
    zpool,
)
from facts.values import Failed, NotSupported, Value, at, figure, known
from rigwright.health.tool_output import tool_output

ONLINE = "ONLINE"
MEASURED = ("temperature_celsius", "power_watts", "utilization_ratio", "memory_used_bytes")
"""Every working card has one of these."""
GONE = ("lost", "not_loaded", "needs_reset")
"""Codes of a card or a driver that is gone, or does not work before a reset."""
IN_USE = "INUSE"
AT_REST = (ONLINE, "AVAIL", IN_USE)
"""States of a pool's device that are no fault; the last two are a spare's."""


def addresses(seen: Mapping[str, object]) -> list[str]:
    """PCI addresses of the host's GPUs."""
    listed = at(seen, "gpus")
    return [str(one) for one in listed] if isinstance(listed, list) else []


def drives(seen: Mapping[str, object], bus: str) -> list[str]:
    """Names of the host's drives on a bus."""
    found = at(seen, "disks")
    rows = found if isinstance(found, list) else []
    return [str(at(row, "name")) for row in rows if at(row, "bus") == bus]


def attached(seen: Mapping[str, object], bus: str) -> list[str]:
    """Those of them that have a node of their own, and are not behind a controller or bridge."""
    found = at(seen, "disks")
    rows = found if isinstance(found, list) else []
    return [str(at(row, "name")) for row in rows if at(row, "bus") == bus and at(row, "type") is None]


def now(seen: Mapping[str, object]) -> float:
    """The host's clock when it was queried, in seconds since 1970."""
    return seconds(at(seen, "now_seconds")) or 0.0


def seconds(raw: object) -> float | None:
    """A time of a survey; None where it is no number that a float can hold."""
    return known(figure(raw)) if isinstance(raw, (int, float)) else None


def gpus(seen: Mapping[str, object]) -> gpu.Gpus:
    """The cards that the driver reports."""
    return gpu.from_output(tool_output(seen, "gpu"))


def card_failure(card: gpu.Gpu) -> Failed | None:
    """Why a card that the driver lists does not work; None where it measures anything, or is unknown.

    A lost card can keep its name and all that the driver remembers of it: one element that says so is enough,
    and so is a card that measures nothing.
    """
    values = [getattr(card, field.name) for field in dataclasses.fields(card)]
    gone = next((one for one in values if isinstance(one, Failed) and one.code in GONE), None)
    measured = [getattr(card, name) for name in MEASURED]
    if gone or any(isinstance(one, (int, float)) for one in measured):
        return gone
    failed = [one for one in measured if isinstance(one, Failed)]
    if not failed:
        return Failed("it reports no value, as a card that fell off the bus", "lost")
    if all(one.reason.startswith(gpu.REPORTED) for one in failed):
        return Failed(f"it measures nothing: {failed[0].reason}", "lost")
    return None


def missing_cards(cards: tuple[gpu.Gpu, ...], expected: int) -> int:
    """How many cards on the bus the driver does not report; none is known where its document is cut off."""
    cut = any(one.address == gpu.UNKNOWN for one in cards)
    return 0 if cut else max(expected - len(cards), 0)


def is_lost(failed: Failed) -> bool:
    """Whether a card or its driver is gone, or does not work before a reset."""
    return failed.code in GONE


def is_mismatch(failed: Failed) -> bool:
    """Whether driver and library do not belong together."""
    return failed.code == "mismatch"


def driver_of(seen: Mapping[str, object]) -> driver.Driver:
    """The driver's versions in the kernel, on disk and in the library."""
    loaded = at(seen, "reboot", "driver_loaded")
    return driver.from_outputs(
        loaded if isinstance(loaded, str) else None,
        tool_output(seen, "driver"),
        tool_output(seen, "library"),
    )


def xids(seen: Mapping[str, object]) -> Value[tuple[xid.Xid, ...]]:
    """The Xid errors of the kernel log since the machine started, without recovery actions that are over."""
    errors = xid.from_output(tool_output(seen, "xid")).errors
    return xid.current(errors) if isinstance(errors, tuple) else errors


def nvme_drive(seen: Mapping[str, object], name: str) -> nvme.Nvme | Failed:
    """One drive by nvme-cli, else by smartctl where that was run too."""
    kinds = ("nvme", "nvme-id", "smart", "nvme-test", "nvme-errors")
    return nvme.from_outputs(*(tool_output(seen, f"{kind} {name}") for kind in kinds))


def sata_disk(seen: Mapping[str, object], name: str) -> disk.Disk | Failed:
    """One disk behind a SATA, SAS or USB controller."""
    return disk.from_output(tool_output(seen, f"smart {name}"))


def chips(seen: Mapping[str, object]) -> Value[tuple[sensors.Chip, ...]]:
    """The chips that measure temperatures and fans; not supported where they were not queried."""
    output = tool_output(seen, "sensors")
    return sensors.from_output(output).chips if output.queried else NotSupported()


def controllers(seen: Mapping[str, object]) -> Value[tuple[edac.Controller, ...]]:
    """The memory controllers that count errors, in the same way."""
    output = tool_output(seen, "ecc")
    return edac.from_output(output).controllers if output.queried else NotSupported()


def pcie_devices(seen: Mapping[str, object]) -> Value[tuple[pcie.Device, ...]]:
    """The PCIe devices that report errors, in the same way."""
    output = tool_output(seen, "pcie")
    return pcie.from_output(output).devices if output.queried else NotSupported()


def drive_errors(seen: Mapping[str, object]) -> Value[tuple[drive_log.DriveError, ...]]:
    """What the kernel logged of drives since the machine started, in the same way."""
    output = tool_output(seen, "drive-log")
    return drive_log.from_output(output).errors if output.queried else NotSupported()


def pools(seen: Mapping[str, object]) -> Value[tuple[zpool.Pool, ...]]:
    """The imported pools; not supported where the host has no ZFS."""
    if at(seen, "zfs") is not True:
        return NotSupported()
    names = ("zpool-status", "zpool-list", "zpool-created")
    return zpool.from_outputs(*(tool_output(seen, name) for name in names)).pools


def resilvering(seen: Mapping[str, object]) -> list[str]:
    """The pools that write a disk anew right now, by a resilver or by a rebuild."""
    found = pools(seen)
    every = found if isinstance(found, tuple) else ()
    return [one.name for one in every if one.resilvering is True]


def snapshots(seen: Mapping[str, object]) -> Value[tuple[snapshot.Dataset, ...]]:
    """The datasets that have snapshots; not supported where they were not queried."""
    output = tool_output(seen, "snapshots")
    return snapshot.from_output(output).datasets if output.queried else NotSupported()
