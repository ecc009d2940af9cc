"""Health of one SATA disk, from ``smartctl --json -a`` (7.2 and newer). Standard library only.

Attribute numbers have no standard: which raw values count follows Backblaze's and smartmontools' own lists.
The exit status is a bit field (smartctl(8), EXIT STATUS), so a status other than 0 hides no value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from facts.tool_output import ToolOutput, message
from facts.values import Failed, NotSupported, Value, at, count, document, figure, scaled, shown, text

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
LIFE_LEFT = (231, 202, 233, 177, 169)
"""SSD life left or wear levelling, by vendor: their normalised value falls from 100 to 0."""
LOW_WORD = 0xFFFF
"""Vendors pack several counters into the 48 raw bits of 188; the total is in the lowest word."""


@dataclass(frozen=True)
class Disk:
    """One disk. ``passed`` is the disk's own verdict; counters are of its whole life.

    ``solid_state`` and ``life_left_ratio`` are not supported where the disk does not report them.
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
    command_timeouts: Value[int]
    crc_errors: Value[int]
    life_left_ratio: Value[float]
    attributes_failing: Value[tuple[str, ...]]
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
        model=text(at(found, "model_name") or at(found, "scsi_model_name"))
        if isinstance(found, Mapping)
        else _lost(found, status) or Failed(""),
        passed=lost or _bool(at(found, "smart_status", "passed")),
        solid_state=lost or _solid(at(found, "rotation_rate")),
        temperature_celsius=lost or _temperature(found, rows),
        reallocated_sectors=of(REALLOCATED),
        pending_sectors=of(PENDING),
        offline_uncorrectable_sectors=of(OFFLINE_UNCORRECTABLE),
        uncorrected_errors=of(UNCORRECTED),
        command_timeouts=of(TIMEOUTS, LOW_WORD),
        crc_errors=of(CRC_ERRORS),
        life_left_ratio=lost or _life(rows),
        attributes_failing=lost or _failing(found, rows),
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
    if not refused and any(key in found for key in ("smart_status", "ata_smart_attributes", "temperature")):
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


def _bool(raw: object) -> Value[bool]:
    if raw is None:
        return NotSupported()
    return raw if isinstance(raw, bool) else Failed(f"unreadable: {shown(raw)!r}")


def _solid(raw: object) -> Value[bool]:
    """Rotation rate 0 is a solid state disk."""
    found = count(raw)
    return found == 0 if isinstance(found, int) else found


def _temperature(found: object, rows: Mapping[int, Mapping[str, object]]) -> Value[float]:
    """What smartctl reads; else the low byte of the raw attribute, where vendors keep degrees Celsius."""
    current = figure(at(found, "temperature", "current"))
    if not isinstance(current, NotSupported):
        return current
    for number in TEMPERATURES:
        if number in rows:
            raw = count(at(rows[number], "raw", "value"))
            return float(raw & 0xFF) if isinstance(raw, int) else raw
    return NotSupported()


def _life(rows: Mapping[int, Mapping[str, object]]) -> Value[float]:
    for number in LIFE_LEFT:
        if number in rows:
            left = figure(at(rows[number], "value"))
            if isinstance(left, float):
                return min(left, 100.0) / 100 if left >= 0 else Failed(f"unreadable: {left}")
            return left
    return NotSupported()


def _failing(found: object, rows: Mapping[int, Mapping[str, object]]) -> Value[tuple[str, ...]]:
    if at(found, "ata_smart_attributes", "table") is None:
        return NotSupported()
    return tuple(
        shown(at(row, "name") or number)
        for number, row in sorted(rows.items())
        if at(row, "when_failed") == "now"
    )
