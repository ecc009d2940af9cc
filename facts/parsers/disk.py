"""Health of one SATA or SAS disk, from ``smartctl --json -a`` (7.2 and newer). Standard library only.

Attribute numbers have no standard: which raw values count follows Backblaze's and smartmontools' own lists.
The exit status is a bit field (smartctl(8), EXIT STATUS), so a status other than 0 hides no value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from facts.parsers import disk_life, disk_logs
from facts.tool_output import ToolOutput, message
from facts.values import (
    Failed,
    NotSupported,
    Value,
    at,
    celsius,
    count,
    document,
    scaled,
    shown,
    text,
    unreadable,
)

ASLEEP = 3
"""What ``smartctl -n standby,3`` ends with where the disk has spun down: nothing else sets both bits."""
COMMAND_LINE_FAILED, OPEN_FAILED, COMMAND_FAILED = 1, 2, 4
EXIT_BITS = (
    "the command line was refused",
    "the device could not be opened",
    "a SMART command failed",
    "the disk reports that it is failing",
    "an attribute is below its threshold",
    "an attribute was below its threshold",
    "the error log has entries",
    "the self-test log has errors",
)
REALLOCATED, POWER_ON_HOURS, POWER_CYCLES, UNCORRECTED, TIMEOUTS = 5, 9, 12, 187, 188
PENDING, OFFLINE_UNCORRECTABLE, CRC_ERRORS = 197, 198, 199
TEMPERATURES = (194, 190)
SIGNS = (
    "smart_status",
    "ata_smart_attributes",
    "temperature",
    "scsi_error_counter_log",
    "scsi_grown_defect_list",
)
"""Where the output has one of these, the disk gave SMART data."""
LOW_WORD = 0xFFFF
"""Vendors pack several counters into the 48 raw bits of 188; the total is in the lowest word."""


@dataclass(frozen=True)
class Disk:
    """One disk. ``passed`` is the disk's own verdict; counters are of its whole life.

    ``solid_state`` and ``life_left_ratio`` are not supported where the disk does not report them.
    ``grown_defects`` and the three ``uncorrected_*`` of reads, writes and verifications are a SAS disk's.
    ``self_tests_failed`` leaves out those that a newer extended test has outdated.
    ``exit_status`` is smartctl's bit field; :data:`EXIT_BITS` names its bits from 0 on.
    """

    model: Value[str]
    passed: Value[bool]
    solid_state: Value[bool]
    temperature_celsius: Value[float]
    reallocated_sectors: Value[int]
    pending_sectors: Value[int]
    offline_uncorrectable_sectors: Value[int]
    uncorrected_errors: Value[int]
    grown_defects: Value[int]
    uncorrected_reads: Value[int]
    uncorrected_writes: Value[int]
    uncorrected_verifies: Value[int]
    self_tests_failed: Value[int]
    error_log_entries: Value[int]
    command_timeouts: Value[int]
    crc_errors: Value[int]
    life_left_ratio: Value[float]
    attributes_failing: Value[tuple[str, ...]]
    attributes_failed_before: Value[tuple[str, ...]]
    power_on_seconds: Value[int]
    power_cycles: Value[int]
    exit_status: Value[int]


def parse(raw: bytes | str) -> Disk:
    """One disk; where it could not be opened, every field carries smartctl's own message."""
    found = document(raw)
    status = count(at(found, "smartctl", "exit_status"))
    lost = _lost(found, status)
    rows = dict(_attributes(found))

    def of(number: int, mask: int = -1) -> Value[int]:
        return lost or _raw(rows.get(number), mask)

    hours = count(at(found, "power_on_time", "hours"))
    return Disk(
        model=_model(found) if isinstance(found, Mapping) else lost or NotSupported(),
        passed=lost or _passed(found, status),
        solid_state=lost or _solid(at(found, "rotation_rate")),
        temperature_celsius=lost or _temperature(found, rows),
        reallocated_sectors=of(REALLOCATED),
        pending_sectors=lost or _pending(found, rows),
        offline_uncorrectable_sectors=of(OFFLINE_UNCORRECTABLE),
        uncorrected_errors=of(UNCORRECTED),
        grown_defects=lost or count(at(found, "scsi_grown_defect_list")),
        uncorrected_reads=lost or disk_logs.uncorrected(found, "read"),
        uncorrected_writes=lost or disk_logs.uncorrected(found, "write"),
        uncorrected_verifies=lost or disk_logs.uncorrected(found, "verify"),
        self_tests_failed=lost or disk_logs.self_tests_failed(found, status),
        error_log_entries=lost or disk_logs.errors_logged(found, status),
        command_timeouts=of(TIMEOUTS, LOW_WORD),
        crc_errors=of(CRC_ERRORS),
        life_left_ratio=lost or disk_life.life(found, rows.values()),
        attributes_failing=lost or disk_logs.below(found, rows, status),
        attributes_failed_before=lost or disk_logs.was_below(found, rows, status),
        power_on_seconds=lost or scaled(hours, 3600),
        power_cycles=lost or count(at(found, "power_cycle_count")),
        exit_status=lost or status,
    )


def from_output(output: ToolOutput) -> Disk | Failed:
    """One disk by ``smartctl --json -a``; what smartctl reports of itself stands in its JSON."""
    if failed := output.failure("smartmontools"):
        return failed
    return parse(output.out) if output.out else output.complaint


def asleep(raw: bytes | str) -> bool:
    """Whether smartctl left the disk alone, because it has spun down."""
    return at(document(raw), "smartctl", "exit_status") == ASLEEP


def _lost(found: Value[Mapping[str, object]], status: Value[int]) -> Failed | None:
    """Why there is no SMART data at all, None where there is."""
    if not isinstance(found, Mapping):
        return found if isinstance(found, Failed) else Failed("no output")
    if isinstance(status, Failed):
        return status
    code = status if isinstance(status, int) else 0
    refused = code & (COMMAND_LINE_FAILED | OPEN_FAILED)
    if not refused and any(key in found for key in SIGNS):
        return None
    messages = at(found, "smartctl", "messages")
    rows = messages if isinstance(messages, list) else []
    words = [shown(at(one, "string")) for one in rows if at(one, "string")]
    reasons = [reason for bit, reason in enumerate(EXIT_BITS) if code >> bit & 1]
    return message("; ".join(words or reasons) or "it gave no SMART data")


def _attributes(found: object) -> Iterator[tuple[int, Mapping[str, object]]]:
    table = at(found, "ata_smart_attributes", "table")
    for row in table if isinstance(table, list) else ():
        number = at(row, "id")
        if isinstance(row, Mapping) and isinstance(number, int):
            yield number, row


def _raw(row: Mapping[str, object] | None, mask: int) -> Value[int]:
    if row is None:
        return NotSupported()
    found = count(at(row, "raw", "value"))
    return found & mask if isinstance(found, int) else found


def _model(found: Mapping[str, object]) -> Value[str]:
    """The model; of a SCSI disk it has other names, and before 7.3 two parts."""
    for key in ("model_name", "scsi_model_name"):
        if found.get(key):
            return text(found[key])
    for vendor, product in (("scsi_vendor", "scsi_product"), ("vendor", "product")):
        parts = [text(found.get(key)) for key in (vendor, product)]
        words = [one for one in parts if isinstance(one, str)]
        if words:
            return " ".join(words)
    return NotSupported()


def _passed(found: object, status: Value[int]) -> Value[bool]:
    """The disk's own verdict; bit 3 of the exit status is the same."""
    if disk_logs.bits(status, disk_logs.FAILING):
        return False
    raw = at(found, "smart_status", "passed")
    if raw is None:
        return NotSupported()
    return raw if isinstance(raw, bool) else unreadable(raw)


def _pending(found: object, rows: Mapping[int, Mapping[str, object]]) -> Value[int]:
    """An attribute of ATA, a log page of SCSI."""
    if PENDING in rows:
        return _raw(rows[PENDING], -1)
    return count(at(found, "scsi_pending_defects", "count"))


def _solid(raw: object) -> Value[bool]:
    """Rotation rate 0 is a solid state disk."""
    found = count(raw)
    return found == 0 if isinstance(found, int) else found


def _temperature(found: object, rows: Mapping[int, Mapping[str, object]]) -> Value[float]:
    """What smartctl reads; else SCSI's own report; else the low byte of an attribute, in degrees Celsius.

    Zero is how disks and RAID volumes without a sensor answer.
    """
    current = celsius(at(found, "temperature", "current"))
    if not isinstance(current, NotSupported):
        return current
    reports = at(found, "scsi_environmental_reports")
    for name, report in reports.items() if isinstance(reports, Mapping) else ():
        if str(name).startswith("temperature") and not isinstance(
            value := celsius(at(report, "current")), NotSupported
        ):
            return value
    for number in TEMPERATURES:
        if number in rows:
            raw = count(at(rows[number], "raw", "value"))
            return celsius(raw & 0xFF) if isinstance(raw, int) else raw
    return NotSupported()
