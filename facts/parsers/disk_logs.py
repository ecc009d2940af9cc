"""What a disk logged of its own errors, out of ``smartctl --json -a``: self-tests, errors, SCSI's counters.

The exit status stands in where a log is not printed: its bits 3 to 7 are judged (smartctl(8), EXIT STATUS).
Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from facts.values import Failed, NotSupported, Value, at, count, shown

FAILING, BELOW, WAS_BELOW, ERRORS_LOGGED, TESTS_FAILED = 8, 16, 32, 64, 128
"""Bits 3 to 7 of the exit status."""
HEAT = ("temperature", "airflow")
"""Attributes that were below their threshold once because it was warm: that is over, and no fault."""
SOME = ("an attribute",)
"""Where the exit status knows of an attribute that the table does not show."""
SCSI_LOG = 20
"""Self-tests that a SCSI disk keeps, the newest first: SPC-4 7.3.21."""
SCSI_FAILED = range(3, 8)
SCSI_LONG = (2, 6)
"""Codes of the extended self-test, in the background and in the foreground."""
ATA_LONG = (2, 130)
"""Types of the extended self-test, the same."""

Rows = Mapping[int, Mapping[str, object]]


def bits(status: Value[int], bit: int) -> bool:
    """Whether the exit status has it."""
    return isinstance(status, int) and bool(status & bit)


def self_tests_failed(found: object, status: Value[int]) -> Value[int]:
    """Failed self-tests that no newer successful extended one has outdated, as smartctl counts them.

    An interrupted or aborted one is not a failed one.
    """
    counts = [one for one in (_ata_tests(found), _scsi_tests(found)) if not isinstance(one, NotSupported)]
    if failed := next((one for one in counts if isinstance(one, Failed)), None):
        return failed
    total = sum(one for one in counts if isinstance(one, int))
    if bits(status, TESTS_FAILED):
        return max(total, 1)
    return total if counts else NotSupported()


def _ata_tests(found: object) -> Value[int]:
    logs = at(found, "ata_smart_self_test_log")
    for kind in ("extended", "standard"):
        log = at(logs, kind)
        if not isinstance(log, Mapping):
            continue
        total, outdated = count(log.get("error_count_total")), count(log.get("error_count_outdated"))
        if isinstance(total, Failed) or isinstance(outdated, Failed):
            return total if isinstance(total, Failed) else outdated
        if isinstance(total, int):
            return max(total - (outdated if isinstance(outdated, int) else 0), 0)
        table = log.get("table")
        return _not_outdated(_ata_rows(table if isinstance(table, list) else []))
    return NotSupported()


def _ata_rows(table: list[object]) -> Iterator[tuple[bool, bool]]:
    for row in table:
        passed = at(row, "status", "passed")
        yield passed is False, passed is True and at(row, "type", "value") in ATA_LONG


def _scsi_tests(found: object) -> Value[int]:
    rows = [at(found, f"scsi_self_test_{number}") for number in range(SCSI_LOG)]
    tests = [row for row in rows if isinstance(row, Mapping)]
    return _not_outdated(_scsi_rows(tests)) if tests else NotSupported()


def _scsi_rows(tests: list[Mapping[str, object]]) -> Iterator[tuple[bool, bool]]:
    """By the numbers of smartctl 7.4, else by its words."""
    for row in tests:
        result, words = at(row, "result", "value"), shown(at(row, "result", "string") or "").lower()
        number = isinstance(result, int)
        failed = result in SCSI_FAILED if number else "fail" in words or "unknown error" in words
        passed = result == 0 if number else words == "completed"
        long = at(row, "code", "value") in SCSI_LONG or "long" in shown(at(row, "code", "string")).lower()
        yield failed, passed and long


def _not_outdated(rows: Iterator[tuple[bool, bool]]) -> int:
    """Failures, the newest first, down to the first extended test that passed."""
    failures = 0
    for failed, good in rows:
        if good:
            break
        failures += failed
    return failures


def errors_logged(found: object, status: Value[int]) -> Value[int]:
    """Entries of the ATA error log: reads and commands that failed, or that the disk refused."""
    logs = at(found, "ata_smart_error_log")
    counts = [count(at(logs, kind, "count")) for kind in ("extended", "summary")]
    if failed := next((one for one in counts if isinstance(one, Failed)), None):
        return failed
    known = [one for one in counts if isinstance(one, int)]
    if bits(status, ERRORS_LOGGED):
        return max([*known, 1])
    return max(known) if known else NotSupported()


def uncorrected(found: object, what: str) -> Value[int]:
    """SCSI's error counter log: reads, writes or verifications that nothing corrected."""
    return count(at(found, "scsi_error_counter_log", what, "total_uncorrected_errors"))


def below(found: object, rows: Rows, status: Value[int]) -> Value[tuple[str, ...]]:
    """Attributes below their threshold."""
    names = _failed(rows, "now")
    if not names and bits(status, BELOW):
        return SOME
    return names if at(found, "ata_smart_attributes", "table") is not None else NotSupported()


def was_below(found: object, rows: Rows, status: Value[int]) -> Value[tuple[str, ...]]:
    """Attributes that were below their threshold, but for those of heat."""
    names = _failed(rows, "past")
    if bits(status, WAS_BELOW) and not names and not _failed(rows, "now"):
        return SOME
    cold = tuple(name for name in names if not any(word in name.lower() for word in HEAT))
    return cold if at(found, "ata_smart_attributes", "table") is not None else NotSupported()


def _failed(rows: Rows, when: str) -> tuple[str, ...]:
    return tuple(
        shown(at(row, "name") or number)
        for number, row in sorted(rows.items())
        if row.get("when_failed") == when
    )
