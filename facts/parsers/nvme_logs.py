"""What an NVMe drive logged of its own errors: self-tests, the error log, and its single temperature sensors.

From ``nvme self-test-log``, ``nvme error-log`` and ``nvme smart-log``, or from ``smartctl --json -a``, which
has the first since 7.4. NVM Express Base Specification 2.0: log pages 06h, 01h and 02h.
Standard library only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from facts.tool_output import ToolOutput
from facts.values import Failed, NotSupported, Value, at, count, document, shown, unreadable

SELF_TESTS = 0x10
"""Bit of OACS, by which a drive reports that it can test itself."""
FAILED_TESTS = (5, 6, 7)
"""Results: a fatal error, a failed segment that is unknown or known. Others are aborted or passed tests."""
EXTENDED = 2
SENSORS = 8
REFUSED = ("nvme status", "invalid sub-command", "invalid log page", "invalid field")
"""How nvme-cli reports that the drive, or its own version, has no such log."""
GENERIC, MEDIA = 0, 2
"""Status code types."""
OWN_ERRORS = {(GENERIC, 0x04), (GENERIC, 0x06), *((MEDIA, code) for code in range(0x80, 0x85))}
"""A failed transfer, an internal error, a write fault, a read that nothing corrected, and checks of data.

All others are commands that the drive refused, which it logs as well.
"""


@dataclass(frozen=True)
class Sensor:
    """One temperature sensor of a drive, by its number from 1 on."""

    number: int
    temperature_celsius: Value[float]


@dataclass(frozen=True)
class Logs:
    """What the logs count.

    ``self_tests_failed`` leaves out those that a newer extended test has outdated.
    ``logged_errors`` are those of the media, of transfers and of the drive itself, not of refused commands.
    """

    self_tests_failed: Value[int]
    logged_errors: Value[int]


def from_nvme_cli(self_tests: ToolOutput, errors: ToolOutput, identity: Mapping[str, object] | None) -> Logs:
    """The logs by nvme-cli.

    Args:
        self_tests: ``nvme self-test-log -o json``.
        errors: ``nvme error-log -o json``.
        identity: ``nvme id-ctrl -o json``, which shows whether the drive can test itself.
    """
    able = count(at(identity, "oacs"))
    lacks = isinstance(able, int) and not able & SELF_TESTS
    tests = NotSupported() if lacks else _rows(self_tests, "List of Valid Reports")
    logged = _rows(errors, "errors")
    return Logs(
        _failed_tests(tests, lambda row, key: at(row, f"Self test {key}")),
        logged if not isinstance(logged, list) else _own_errors(map(_status, logged)),
    )


def from_smartctl(found: object) -> Logs:
    """The same out of the document of smartctl; a log that is not in it is not supported."""
    tests = _table(at(found, "nvme_self_test_log"))
    errors = _table(at(found, "nvme_error_information_log"))
    return Logs(
        _failed_tests(tests, lambda row, key: at(row, f"self_test_{key}", "value")),
        errors if not isinstance(errors, list) else _own_errors(map(_status_of_smartctl, errors)),
    )


def _table(log: object) -> Value[list[object]]:
    """The entries of a log of smartctl, which leaves out the table of an empty one."""
    if not isinstance(log, Mapping):
        return NotSupported()
    rows = log.get("table", [])
    return rows if isinstance(rows, list) else unreadable(rows)


def sensors(found: Mapping[str, object], celsius: Callable[[object], Value[float]]) -> tuple[Sensor, ...]:
    """The sensors that report a temperature: ``temperature_sensor_1``, or a list ``temperature_sensors``."""
    listed = found.get("temperature_sensors")
    rows = listed if isinstance(listed, list) else []
    raw = [*rows[:SENSORS], *[None] * SENSORS][:SENSORS]
    read = [celsius(found.get(f"temperature_sensor_{number}", one)) for number, one in enumerate(raw, 1)]
    return tuple(
        Sensor(number, one) for number, one in enumerate(read, 1) if not isinstance(one, NotSupported)
    )


def _rows(output: ToolOutput, key: str) -> Value[list[object]]:
    """The entries of a log; a drive, or a version of the tool, that has none of this kind refuses."""
    if output.missing or not output.queried:
        return NotSupported()
    found = document(output.out)
    rows = at(found, key)
    if isinstance(rows, list):
        return rows
    words = f"{output.out} {output.err}".lower()
    if any(one in words for one in REFUSED):
        return NotSupported()
    if output.error or output.code or not output.out.strip():
        return output.complaint
    return found if isinstance(found, Failed) else unreadable(output.out)


def _failed_tests(tests: Value[list[object]], of: Callable[[object, str], object]) -> Value[int]:
    """Failures, the newest first, down to the first extended test that passed."""
    if not isinstance(tests, list):
        return tests
    failures = 0
    for row in tests:
        result, code = of(row, "result"), of(row, "code")
        if not isinstance(result, int):
            return unreadable(result)
        if result == 0 and code == EXTENDED:
            break
        failures += result in FAILED_TESTS
    return failures


def _own_errors(statuses: Iterator[Value[int]]) -> Value[int]:
    """How many entries are the drive's own; one that is all zeros is no entry."""
    own = 0
    for status in statuses:
        if isinstance(status, Failed):
            return status
        if isinstance(status, int):
            own += (status >> 8 & 7, status & 0xFF) in OWN_ERRORS
    return own


def _status(row: object) -> Value[int]:
    """The status of an entry of nvme-cli: before 2.0 with the phase as its lowest bit."""
    entries = count(at(row, "error_count"))
    status = at(row, "status_field")
    if not isinstance(row, Mapping) or isinstance(entries, Failed):
        return unreadable(shown(row))
    if not entries or isinstance(entries, NotSupported):
        return NotSupported()
    found = count(status)
    phase = "phase_tag" in row
    return found >> 1 if isinstance(found, int) and not phase else found


def _status_of_smartctl(row: object) -> Value[int]:
    """The status of an entry of smartctl, which also names its parts."""
    if not isinstance(row, Mapping):
        return unreadable(shown(row))
    kind, code = (at(row, "status_field", f"status_code{part}") for part in ("_type", ""))
    if isinstance(kind, int) and isinstance(code, int):
        return count((kind & 7) << 8 | code & 0xFF)
    return count(at(row, "status_field", "value"))
