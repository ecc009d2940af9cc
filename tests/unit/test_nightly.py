"""The result of the nightly check: for people, for programs and for the next run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from inventories.scenarios import everything
from rigwright.desired import Desired, File
from rigwright.drift.nightly_report import (
    STALE_SECONDS,
    NightlyRun,
    dated,
    journal_lines,
    metrics,
    overdue,
    stored,
)
from rigwright.errors import Exit
from rigwright.finding import By, Finding, Severity
from rigwright.host.nightly_check import applied_state
from rigwright.observed.manifest import Applied, manifest
from rigwright.observed.unmanaged import Unmanaged
from tests.support.command import ROOT

CHANGED = datetime(2026, 1, 1, tzinfo=timezone.utc)
MODE = Finding("h", "web", "file.mode", "/etc/web", "/etc/web has mode 0600", since=CHANGED, by=By.HOST)
GONE = Finding("h", "web", "file.missing", "/etc/gone", "file /etc/gone is missing")
SUBSYSTEMS = ("rigwright", "web")
NIGHT, NEXT = 1_800_000_000.5, 1_800_086_400.5


def test_drift_is_no_failure_and_an_unknown_state_is() -> None:
    assert NightlyRun(NIGHT, SUBSYSTEMS).exit is Exit.OK
    assert NightlyRun(NIGHT, SUBSYSTEMS, (GONE,)).exit is Exit.CHANGES
    assert NightlyRun(NIGHT, SUBSYSTEMS, (GONE,), ("no",)).exit is Exit.UNKNOWN


def test_a_finding_remembers_when_it_was_seen_first() -> None:
    first = stored(NightlyRun(NIGHT, SUBSYSTEMS, (GONE, MODE)), None)
    second = stored(NightlyRun(NEXT, SUBSYSTEMS, (GONE,)), first)
    assert len(second["findings"]) == 1  # type: ignore[arg-type]
    assert second["findings"][0]["since"] == "2027-01-15T08:00:00+00:00"  # type: ignore[index]
    assert second["at"] == NEXT


def test_a_finding_that_was_fixed_and_came_again_is_new() -> None:
    first = stored(NightlyRun(NIGHT, SUBSYSTEMS, (GONE,)), None)
    between = stored(NightlyRun(NIGHT + 60, SUBSYSTEMS), first)
    third = stored(NightlyRun(NEXT, SUBSYSTEMS, (GONE,)), between)
    assert third["findings"][0]["since"] == "2027-01-16T08:00:00+00:00"  # type: ignore[index]


def test_a_run_with_errors_forgets_nothing() -> None:
    first = stored(NightlyRun(NIGHT, SUBSYSTEMS, (GONE,)), None)
    failed = stored(NightlyRun(NIGHT + 60, errors=("no",)), first)
    third = stored(NightlyRun(NEXT, SUBSYSTEMS, (GONE,)), failed)
    assert third["findings"][0]["since"] == "2027-01-15T08:00:00+00:00"  # type: ignore[index]
    assert failed["last_success"] == NIGHT


def test_the_time_of_the_file_itself_takes_precedence_over_the_run_that_saw_it() -> None:
    before = stored(NightlyRun(NIGHT, SUBSYSTEMS, (GONE, MODE)), None)
    mode, gone = dated([MODE, GONE], before)
    assert mode.since == CHANGED
    assert gone.since == datetime(2027, 1, 15, 8, tzinfo=timezone.utc)


@pytest.mark.parametrize("before", [None, {}, {"first_seen": None}, {"first_seen": []}])
def test_without_an_earlier_run_since_is_unknown(before: dict[str, Any] | None) -> None:
    assert dated([GONE], before) == [GONE]


def test_every_compared_subsystem_has_a_metric_even_without_findings() -> None:
    run = NightlyRun(NIGHT, SUBSYSTEMS, (GONE, MODE))
    lines = metrics(run, stored(run, None)).splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        'rigwright_drift_findings{subsystem="rigwright"} 0',
        'rigwright_drift_findings{subsystem="web"} 2',
        "rigwright_drift_failed 0",
        "rigwright_drift_last_success_timestamp_seconds 1800000000",
    ]


def test_a_failed_run_keeps_the_time_of_the_last_good_one() -> None:
    first = stored(NightlyRun(NIGHT, SUBSYSTEMS), None)
    failed = NightlyRun(NEXT, errors=("no",))
    text = metrics(failed, stored(failed, first))
    assert "rigwright_drift_failed 1\n" in text
    assert "rigwright_drift_last_success_timestamp_seconds 1800000000\n" in text
    assert "last_success" not in metrics(failed, stored(failed, None))


def test_the_journal_has_each_finding_and_each_error_once() -> None:
    run = NightlyRun(NIGHT, SUBSYSTEMS, (MODE,), ("no\n  next: rig apply",))
    lines = journal_lines(run, stored(run, None))
    assert lines == [
        (Severity.ERROR, "no"),
        (Severity.ERROR, "  next: rig apply"),
        (Severity.WARNING, f"web: file.mode: {MODE.summary} (since 2026-01-01T00:00:00+00:00)"),
        (Severity.INFO, "state unknown: 1 finding"),
    ]


def late(
    last: dict[str, Any] | None, *, now: float, applied: str | None = "2027-01-15T08:00:00+00:00"
) -> Any:
    return [(one.kind, one.summary) for one in overdue("h", applied, Unmanaged((), {}, last, now))]


def test_a_check_that_ran_last_night_without_errors_is_not_reported() -> None:
    assert late({"at": NIGHT, "exit": 2, "findings": [1]}, now=NIGHT + STALE_SECONDS - 1) == []
    assert late(None, now=NIGHT + STALE_SECONDS - 1) == []
    assert late(None, now=NIGHT + STALE_SECONDS, applied=None) == []


def test_a_check_that_has_not_run_for_26_hours_is_reported_with_its_last_result() -> None:
    (found,) = late({"at": NIGHT, "exit": 2, "findings": [1, 2, 3]}, now=NIGHT + 30 * 3600)
    assert found == ("drift.stale", "the nightly check last ran 30 h ago: 3 differences")


def test_a_check_that_never_ran_is_reported_26_hours_after_the_first_apply() -> None:
    (found,) = late(None, now=NIGHT + 27 * 3600)
    assert found == ("drift.stale", "the nightly check never ran in the 27 h since it was set up")


def test_a_failed_check_is_reported_with_its_reason() -> None:
    (found,) = late({"at": NIGHT, "exit": 1, "errors": ["no\n  next: rig apply"]}, now=NIGHT + 60)
    assert found == ("drift.failed", "the nightly check failed: no next: rig apply")


def manifests(*names: str, of: tuple[str, ...] = ("sources", "web")) -> dict[str, dict[str, Any] | None]:
    """What the host has of these subsystems after an apply of all."""
    applied = Applied("ada@desk", "abc", "2026-01-01T00:00:00+00:00")
    every = {
        "rigwright": Desired("rigwright", files=(File("/etc/rig", b""),), subsystems=of),
        "sources": Desired("sources", files=(File("/etc/apt/a", b""),)),
        "web": Desired("web", files=(File("/etc/web", b""),)),
    }
    return {name: json.loads(json.dumps(manifest(every[name], applied))) for name in names}


def test_every_applied_subsystem_is_compared() -> None:
    desired, errors = applied_state(manifests("rigwright", "sources", "web"))
    assert [one.subsystem for one in desired] == ["rigwright", "sources", "web"]
    assert errors == []


@pytest.mark.parametrize(
    ("left", "missed"),
    [
        (("rigwright", "sources"), ["web"]),
        (("rigwright",), ["sources", "web"]),
        (("sources", "web"), ["rigwright"]),
    ],
)
def test_a_manifest_that_is_gone_is_an_error_with_its_file(left: tuple[str, ...], missed: list[str]) -> None:
    desired, errors = applied_state(manifests(*left))
    assert {one.subsystem for one in desired} == {*left}
    assert [error.partition(":")[0] for error in errors] == [
        f"/var/lib/rigwright/manifests/{name}.json" for name in missed
    ]
    assert all("is missing" in error and "next: rig apply" in error for error in errors)


def test_without_any_manifest_the_state_is_unknown() -> None:
    desired, (error,) = applied_state({})
    assert desired == []
    assert "nothing was ever applied here, or every manifest was removed" in error
    assert "next: rig apply" in error


@pytest.mark.parametrize("damaged", [None, {}, {"paths": {}}, {"version": 1, "paths": {}}])
def test_a_manifest_without_content_hides_no_declared_subsystem(damaged: dict[str, Any] | None) -> None:
    _, errors = applied_state({**manifests("rigwright", "sources"), "web": damaged})
    assert len(errors) == 1
    assert "web" in errors[0]


def test_a_manifest_of_a_removed_subsystem_is_not_compared() -> None:
    removed = {**manifests("web"), **manifests("rigwright", of=())}
    removed["web"] = {**(removed["web"] or {}), "paths": {}}
    desired, errors = applied_state(removed)
    assert ([one.subsystem for one in desired], errors) == (["rigwright"], [])


@pytest.mark.parametrize("names", ["web", 3, None, [1, {}]])
def test_names_of_subsystems_that_are_none_are_damage(names: object) -> None:
    found = manifests("rigwright", "sources")
    found["rigwright"] = {**(found["rigwright"] or {}), "subsystems": names}
    assert applied_state(found)[1] == [
        "the manifest of rigwright is damaged\n  next: rig apply, from the operator's machine"
    ]


def test_a_host_knows_every_subsystem_that_its_inventory_declares() -> None:
    toolkit, *others = everything("debian13").desired()
    assert toolkit.subsystems == tuple(one.subsystem for one in others)
    assert {"base", "nginx"} <= {*toolkit.subsystems}


def test_a_result_that_cannot_be_written_is_an_error_and_no_traceback(tmp_path: Path) -> None:
    """As where the state folder's file system is full."""
    program = "import sys; from rigwright.host.nightly_check import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT), "RIGWRIGHT_STATE": str(tmp_path / "missing")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")
    assert "state unknown: the result cannot be written" in done.stdout
    assert f"next: df -h {tmp_path / 'missing'}" in done.stdout
