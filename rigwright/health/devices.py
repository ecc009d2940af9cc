"""A host's answers as facts: the one implementation for ``rig health`` and for the metrics on the host.

What could not be read at all is :class:`Failed`, in words that say what to do where that is known.
"""

from __future__ import annotations

from collections.abc import Mapping

from facts import disk, driver, gpu, nvme, snapshot, xid, zpool
from facts.values import Failed, NotSupported, Value, at
from rigwright.health.tool_output import Answer, answer

ONLINE = "ONLINE"
AT_REST = (ONLINE, "AVAIL", "INUSE")
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


def now(seen: Mapping[str, object]) -> float:
    """The host's clock when it was looked at, in seconds since 1970."""
    told = at(seen, "now_seconds")
    return float(told) if isinstance(told, (int, float)) else 0.0


def gpus(seen: Mapping[str, object]) -> gpu.Gpus:
    """The cards that the driver answers for."""
    told = answer(seen, "gpu")
    if told.missing or told.error:
        failed = Failed(told.error or "not installed: nvidia-smi, which comes with the driver")
        return gpu.Gpus(failed, failed)
    return gpu.parse(told.out or told.err)


def is_lost(reason: str) -> bool:
    """Whether the words of :func:`gpus` say that a card or its driver is gone, or needs a reset."""
    return any(words in reason for words in ("lost", "not loaded", "needs a reset"))


def is_mismatch(reason: str) -> bool:
    """Whether they say that driver and library do not belong together."""
    return "different versions" in reason


def driver_of(seen: Mapping[str, object]) -> driver.Driver:
    """The driver's versions in the kernel, on disk and in the library."""
    loaded, disk_, library = (
        at(seen, "reboot", "driver_loaded"),
        answer(seen, "driver"),
        answer(seen, "library"),
    )
    return driver.parse(
        loaded=loaded if isinstance(loaded, str) else None,
        on_disk=disk_.out if disk_.code == 0 else None,
        library=library.out if library.code == 0 else None,
    )


def xids(seen: Mapping[str, object]) -> Value[tuple[xid.Xid, ...]]:
    """The Xid errors of the kernel log since the machine started."""
    told = answer(seen, "xid")
    if told.missing or told.error:
        return Failed(told.error or "not installed: journalctl")
    if told.code not in (0, 1) or (told.code == 1 and told.err.strip()):  # 1: nothing matched
        return Failed(told.complaint)
    return xid.parse(told.out).errors


def nvme_drive(seen: Mapping[str, object], name: str) -> nvme.Nvme | Failed:
    """One drive by nvme-cli, else by smartctl where that was asked too."""
    own, other = answer(seen, f"nvme {name}"), answer(seen, f"smart {name}")
    alone = other.missing or not other.asked
    if own.missing and alone:
        return Failed("not installed: nvme-cli")
    if own.out.lstrip().startswith("{"):  # nvme-cli 1.16 prints its usage where there is no answer
        found = nvme.parse(own.out, answer(seen, f"nvme-id {name}").out or "{}")
        if isinstance(found.critical_warning, int) or alone:
            return found
    if other.out:
        return nvme.parse_smartctl(other.out)
    return Failed(_why(own if not own.missing else other))


def sata_disk(seen: Mapping[str, object], name: str) -> disk.Disk | Failed:
    """One disk behind a SATA, SAS or USB controller."""
    told = answer(seen, f"smart {name}")
    if told.missing:
        return Failed("not installed: smartmontools")
    if told.error or not told.out:
        return Failed(_why(told))
    return disk.parse(told.out)


def pools(seen: Mapping[str, object]) -> Value[tuple[zpool.Pool, ...]]:
    """The imported pools; not supported where the host has no ZFS."""
    if at(seen, "zfs") is not True:
        return NotSupported()
    status, listing = answer(seen, "zpool-status"), answer(seen, "zpool-list")
    if status.missing or listing.missing:
        return Failed("not installed: zfsutils-linux")
    if status.error and listing.error:
        return Failed(status.error)
    created = answer(seen, "zpool-created")
    found = zpool.parse(status.out or status.err, listing.out or listing.err, created.out).pools
    return Failed(_why(status)) if isinstance(found, (Failed, NotSupported)) else found


def resilvering(seen: Mapping[str, object]) -> list[str]:
    """The pools that write a disk anew right now."""
    found = pools(seen)
    every = found if isinstance(found, tuple) else ()
    return [one.name for one in every if one.scan == "RESILVER SCANNING"]


def snapshots(seen: Mapping[str, object]) -> Value[tuple[snapshot.Dataset, ...]]:
    """The datasets that have snapshots; not supported where nobody asked for them."""
    told = answer(seen, "snapshots")
    if not told.asked:
        return NotSupported()
    if told.missing:
        return Failed("not installed: zfsutils-linux")
    if told.error or told.code:
        return Failed(_why(told))
    return snapshot.parse(told.out).datasets


def _why(told: Answer) -> str:
    return told.error or told.complaint
