"""What a night found is told to people, programs and the next night, each in their own words."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from rigwright.drift.nightly_report import STALE_SECONDS, Night, dated, metrics, overdue, record, told
from rigwright.errors import Exit
from rigwright.finding import By, Finding, Severity
from rigwright.observed.unmanaged import Unmanaged

CHANGED = datetime(2026, 1, 1, tzinfo=timezone.utc)
MODE = Finding("h", "web", "file.mode", "/etc/web", "/etc/web has mode 0600", since=CHANGED, by=By.HOST)
GONE = Finding("h", "web", "file.missing", "/etc/gone", "file /etc/gone is missing")
SUBSYSTEMS = ("rigwright", "web")
NIGHT, NEXT = 1_800_000_000.5, 1_800_086_400.5


def test_drift_is_no_failure_and_not_knowing_is() -> None:
    assert Night(NIGHT, SUBSYSTEMS).exit is Exit.OK
    assert Night(NIGHT, SUBSYSTEMS, (GONE,)).exit is Exit.CHANGES
    assert Night(NIGHT, SUBSYSTEMS, (GONE,), ("no",)).exit is Exit.UNKNOWN


def test_a_finding_remembers_when_it_was_seen_first() -> None:
    first = record(Night(NIGHT, SUBSYSTEMS, (GONE, MODE)), None)
    second = record(Night(NEXT, SUBSYSTEMS, (GONE,)), first)
    assert len(second["findings"]) == 1  # type: ignore[arg-type]
    assert second["findings"][0]["since"] == "2027-01-15T08:00:00+00:00"  # type: ignore[index]
    assert second["at"] == NEXT


def test_a_finding_that_went_and_came_again_is_new() -> None:
    first = record(Night(NIGHT, SUBSYSTEMS, (GONE,)), None)
    between = record(Night(NIGHT + 60, SUBSYSTEMS), first)
    third = record(Night(NEXT, SUBSYSTEMS, (GONE,)), between)
    assert third["findings"][0]["since"] == "2027-01-16T08:00:00+00:00"  # type: ignore[index]


def test_a_night_that_could_not_tell_forgets_nothing() -> None:
    first = record(Night(NIGHT, SUBSYSTEMS, (GONE,)), None)
    failed = record(Night(NIGHT + 60, errors=("no",)), first)
    third = record(Night(NEXT, SUBSYSTEMS, (GONE,)), failed)
    assert third["findings"][0]["since"] == "2027-01-15T08:00:00+00:00"  # type: ignore[index]
    assert failed["last_success"] == NIGHT


def test_the_time_of_the_file_itself_beats_the_night_that_saw_it() -> None:
    before = record(Night(NIGHT, SUBSYSTEMS, (GONE, MODE)), None)
    mode, gone = dated([MODE, GONE], before)
    assert mode.since == CHANGED
    assert gone.since == datetime(2027, 1, 15, 8, tzinfo=timezone.utc)


@pytest.mark.parametrize("before", [None, {}, {"first_seen": None}, {"first_seen": []}])
def test_without_an_earlier_night_nobody_knows_since_when(before: dict[str, Any] | None) -> None:
    assert dated([GONE], before) == [GONE]


def test_every_subsystem_has_a_metric_so_that_nothing_and_not_looked_at_differ() -> None:
    night = Night(NIGHT, SUBSYSTEMS, (GONE, MODE))
    lines = metrics(night, record(night, None)).splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        'rigwright_drift_findings{subsystem="rigwright"} 0',
        'rigwright_drift_findings{subsystem="web"} 2',
        "rigwright_drift_failed 0",
        "rigwright_drift_last_success_timestamp_seconds 1800000000",
    ]


def test_a_failed_night_keeps_the_time_of_the_last_good_one() -> None:
    first = record(Night(NIGHT, SUBSYSTEMS), None)
    failed = Night(NEXT, errors=("no",))
    text = metrics(failed, record(failed, first))
    assert "rigwright_drift_failed 1\n" in text
    assert "rigwright_drift_last_success_timestamp_seconds 1800000000\n" in text
    assert "last_success" not in metrics(failed, record(failed, None))


def test_the_journal_tells_each_finding_and_each_error_once() -> None:
    night = Night(NIGHT, SUBSYSTEMS, (MODE,), ("no\n  next: rig apply",))
    lines = told(night, record(night, None))
    assert lines == [
        (Severity.ERROR, "no"),
        (Severity.ERROR, "  next: rig apply"),
        (Severity.WARNING, f"web: file.mode: {MODE.summary} (since 2026-01-01T00:00:00+00:00)"),
        (Severity.INFO, "could not tell: 1 finding"),
    ]


def late(
    said: dict[str, Any] | None, *, now: float, applied: str | None = "2027-01-15T08:00:00+00:00"
) -> Any:
    return [(one.kind, one.summary) for one in overdue("h", applied, Unmanaged((), {}, said, now))]


def test_a_check_that_ran_last_night_and_could_tell_is_not_spoken_of() -> None:
    assert late({"at": NIGHT, "exit": 2, "findings": [1]}, now=NIGHT + STALE_SECONDS - 1) == []
    assert late(None, now=NIGHT + STALE_SECONDS - 1) == []
    assert late(None, now=NIGHT + STALE_SECONDS, applied=None) == []


def test_a_check_that_has_not_run_for_26_hours_is_told_with_its_last_word() -> None:
    (found,) = late({"at": NIGHT, "exit": 2, "findings": [1, 2, 3]}, now=NIGHT + 30 * 3600)
    assert found == ("drift.stale", "the nightly check ran last 30 h ago, and said: 3 differences")


def test_a_check_that_never_ran_is_told_26_hours_after_the_first_apply() -> None:
    (found,) = late(None, now=NIGHT + 27 * 3600)
    assert found == ("drift.stale", "the nightly check never ran in the 27 h since it was set up")


def test_a_check_that_could_not_tell_is_told_with_its_reason() -> None:
    (found,) = late({"at": NIGHT, "exit": 1, "errors": ["no\n  next: rig apply"]}, now=NIGHT + 60)
    assert found == ("drift.failed", "the nightly check could not tell: no next: rig apply")
