"""NVMe and SATA drives, and ZFS pools."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

from facts.parsers import disk, nvme, zpool
from facts.tool_output import ToolOutput
from facts.values import Failed, NotSupported, Value
from rigwright.health import devices, thresholds
from rigwright.health.check import Check, Row, Verdict, judge
from rigwright.health.tool_output import tool_output

DAY_SECONDS = 86400
TERABYTE = 10**12
SATA_COUNTS = {
    "reallocated_sectors": "reallocated sectors",
    "pending_sectors": "pending sectors",
    "offline_uncorrectable_sectors": "uncorrectable sectors",
    "uncorrected_errors": "uncorrected errors",
    "grown_defects": "grown defects",
    "uncorrected_reads": "uncorrected reads",
    "uncorrected_writes": "uncorrected writes",
    "uncorrected_verifies": "uncorrected verifications",
    "self_tests_failed": "self-tests failed",
    "error_log_entries": "entries of the error log",
}
"""What should be zero. Counters that only grow are warnings: they show that it got worse."""


def checks(seen: Mapping[str, object]) -> Iterator[Check]:
    """Every drive, and every pool."""
    for area, word in (("nvme", "NVMe"), ("sata", "SATA")):
        names = devices.drives(seen, area)
        if not names:
            yield Check(area, word, Verdict.NONE, _instead(seen) if area == "sata" else "none")
        for name in names:
            yield _nvme(seen, name) if area == "nvme" else _sata(seen, name)
    yield from _pools(seen)


def _instead(seen: Mapping[str, object]) -> str:
    """There is no disk that reports its health; which disks there are instead."""
    found = devices.drives(seen, "virtual")
    return f"none; virtual, without health of their own: {', '.join(found)}" if found else "none"


def _nvme(seen: Mapping[str, object], name: str) -> Check:
    found = devices.nvme_drive(seen, name)
    if isinstance(found, Failed):
        return Check("nvme", name, Verdict.UNKNOWN, found.reason)
    return judged_nvme(name, found)


def judged_nvme(name: str, found: nvme.Nvme) -> Check:
    """One NVMe drive."""
    row = Row("nvme", _named(name, found.model))
    warning = found.critical_warning
    if isinstance(warning, int):
        known = [words for bit, words in enumerate(nvme.WARNING_BITS) if warning >> bit & 1]
        more = ["an unknown bit"] if warning >> len(nvme.WARNING_BITS) else []
        for words in known + more:
            row.add(Verdict.CRITICAL, f"the drive warns: {words}")
    else:
        row.add(Verdict.UNKNOWN, warning.reason if isinstance(warning, Failed) else "it gives no SMART log")
    if isinstance(warning, Failed):
        return row.check()
    _nvme_temperature(row, found)
    row.value(found.used_ratio, thresholds.NVME_USED, "{} of its endurance used")
    spare, least = found.spare_ratio, found.spare_threshold_ratio
    if isinstance(spare, float) and isinstance(least, float) and spare < least:
        row.add(Verdict.CRITICAL, f"spare {spare * 100:.0f} %, below its threshold of {least * 100:.0f} %")
    row.none_of(found.media_errors, Verdict.WARNING, "media errors")
    if isinstance(found.written_bytes, int):
        row.add(Verdict.OK, f"{found.written_bytes / TERABYTE:.1f} TB written")
    _unreadable(row, found, judged=("critical_warning", "temperature_celsius", "used_ratio", "media_errors"))
    return row.check()


def _nvme_temperature(row: Row, found: nvme.Nvme) -> None:
    """By the drive's own limits where it reports them."""
    value = found.temperature_celsius
    own = (found.temperature_warning_celsius, found.temperature_critical_celsius)
    if not isinstance(value, float) or not all(isinstance(one, float) for one in own):
        row.value(value, thresholds.NVME_TEMPERATURE, "{}")
        return
    warning, critical = (one if isinstance(one, float) else value for one in own)
    limits = thresholds.Threshold("the drive's own limits", warning, critical, "°C", "WCTEMP and CCTEMP")
    row.add(judge(value, limits), f"{value:.0f} °C")


def _sata(seen: Mapping[str, object], name: str) -> Check:
    found = devices.sata_disk(seen, name)
    if isinstance(found, Failed):
        return Check("sata", name, Verdict.UNKNOWN, found.reason)
    return judged_sata(name, found)


def judged_sata(name: str, found: disk.Disk) -> Check:
    """One SATA or SAS disk."""
    row = Row("sata", _named(name, found.model))
    if isinstance(found.passed, (Failed, NotSupported)):
        words = found.passed.reason if isinstance(found.passed, Failed) else "it gives no verdict of its own"
        row.add(Verdict.UNKNOWN, words)
        if isinstance(found.passed, Failed):
            return row.check()
    elif not found.passed:
        row.add(Verdict.CRITICAL, "the disk reports that it is failing")
    if isinstance(found.attributes_failing, tuple):
        for attribute in found.attributes_failing:
            row.add(Verdict.CRITICAL, f"{attribute} is below its threshold")
    row.value(found.temperature_celsius, thresholds.SATA_TEMPERATURE, "{}")
    for field, words in SATA_COUNTS.items():
        row.none_of(getattr(found, field), Verdict.WARNING, words)
    if isinstance(found.attributes_failed_before, tuple):
        for attribute in found.attributes_failed_before:
            row.add(Verdict.WARNING, f"{attribute} was below its threshold")
    if found.solid_state is not False:
        row.value(found.life_left_ratio, thresholds.SATA_LIFE, "{} of its life left")
    _unreadable(row, found, judged=(*SATA_COUNTS, "temperature_celsius", "life_left_ratio"))
    return row.check()


def _unreadable(row: Row, found: disk.Disk | nvme.Nvme, judged: tuple[str, ...]) -> None:
    """Fields that nothing judges: one that cannot be read is unknown, as for the metrics."""
    for name in (field.name for field in fields(found)):
        value = getattr(found, name)
        if isinstance(value, Failed) and name not in (*judged, "model"):
            row.add(Verdict.UNKNOWN, f"{name.replace('_', ' ')}: {value.reason}")


def _named(name: str, model: Value[str]) -> str:
    return f"{name} ({model})" if isinstance(model, str) else name


def _pools(seen: Mapping[str, object]) -> Iterator[Check]:
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
    row.none_of(pool.scan_errors, Verdict.WARNING, "errors in the last scrub")
    lacking = Verdict.WARNING if pool.state == devices.ONLINE else Verdict.CRITICAL
    for device in pool.devices:
        _device(row, device, lacking)
    checked = pool.checked_seconds
    if isinstance(checked, (float, int)):
        ended = isinstance(pool.scan_ended_seconds, (float, int))
        words = "last scrub {} ago" if ended else "never scrubbed in {}"
        row.value(max(now_seconds - checked, 0.0) / DAY_SECONDS, thresholds.SCRUB_AGE, words)
    elif isinstance(pool.scan, NotSupported):
        row.add(Verdict.OK, "never scrubbed")
    return row.check()


def _device(row: Row, device: zpool.Device, lacking: Verdict) -> None:
    if isinstance(device.state, str) and device.state not in devices.AT_REST:
        row.add(lacking, f"{device.name} is {device.state}")
    for count, words in (
        (device.read_errors, "read errors"),
        (device.write_errors, "write errors"),
        (device.checksum_errors, "checksum errors"),
    ):
        row.none_of(count, Verdict.WARNING, f"{words} of {device.name}")
