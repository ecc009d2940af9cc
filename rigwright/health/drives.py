"""NVMe and SATA drives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

from facts.parsers import disk, nvme
from facts.parsers.nvme_logs import Sensor
from facts.values import Failed, NotSupported, Value
from rigwright.health import devices, thresholds
from rigwright.health.check import Check, Row, Verdict, judge

TERABYTE = 10**12
NVME_JUDGED = (
    *("critical_warning", "temperature_celsius", "used_ratio"),
    *("media_errors", "self_tests_failed", "logged_errors"),
)
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
    """Every drive."""
    for area, word in (("nvme", "NVMe"), ("sata", "SATA")):
        names = devices.drives(seen, area)
        if not names:
            yield Check(area, word, Verdict.NONE, _instead(seen) if area == "sata" else "none")
        for name in names:
            yield _nvme(seen, name) if area == "nvme" else _sata(seen, name)


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
    row.none_of(found.self_tests_failed, Verdict.WARNING, "self-tests failed")
    row.none_of(found.logged_errors, Verdict.WARNING, "errors of its own in its log")
    if isinstance(found.written_bytes, int):
        row.add(Verdict.OK, f"{found.written_bytes / TERABYTE:.1f} TB written")
    _unreadable(row, found, judged=NVME_JUDGED)
    return row.check()


def _nvme_temperature(row: Row, found: nvme.Nvme) -> None:
    """By the drive's own limits where it reports them."""
    value = found.temperature_celsius
    more = _sensors(row, found.sensors)
    own = (found.temperature_warning_celsius, found.temperature_critical_celsius)
    if not isinstance(value, float) or not all(isinstance(one, float) for one in own):
        row.value(value, thresholds.NVME_TEMPERATURE, f"{{}}{more}")
        return
    warning, critical = (one if isinstance(one, float) else value for one in own)
    limits = thresholds.Threshold("the drive's own limits", warning, critical, "°C", "WCTEMP and CCTEMP")
    row.add(judge(value, limits), f"{value:.0f} °C{more}")


def _sensors(row: Row, sensors: tuple[Sensor, ...]) -> str:
    """The warmest of several sensors, in words; the drive's limits are not theirs."""
    for one in sensors:
        if isinstance(one.temperature_celsius, Failed):
            row.add(Verdict.UNKNOWN, f"sensor {one.number}: {one.temperature_celsius.reason}")
    known = [one.temperature_celsius for one in sensors if isinstance(one.temperature_celsius, float)]
    return f", {max(known):.0f} °C at its warmest sensor" if len(known) > 1 else ""


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
