"""What an NVMe drive logged: self-tests, its error log and its sensors, by nvme-cli and by smartctl."""

from __future__ import annotations

import json
from typing import Any

import pytest

from facts.parsers import nvme
from facts.parsers.nvme_logs import Logs, Sensor, from_nvme_cli, from_smartctl
from facts.tool_output import ToolOutput
from facts.values import Failed, NotSupported
from rigwright.health.check import Verdict
from rigwright.health.drives import judged_nvme
from tests.support.health import fixture

ABLE = {"oacs": 0x5F}
INVALID_FIELD, UNRECOVERED_READ, INTERNAL_ERROR, ACCESS_DENIED = 0x4002, 0x4281, 0x6, 0x286
REFUSED = "NVMe status: Invalid Log Page: The log page indicated is invalid(0x4109)"


def printed(document: object) -> ToolOutput:
    return ToolOutput(queried=True, code=0, out=json.dumps(document))


def refused(words: str, code: int = 1) -> ToolOutput:
    return ToolOutput(queried=True, code=code, err=words)


def cli_tests(*results: tuple[int, int]) -> ToolOutput:
    """As nvme-cli writes the newest first; an entry that is not used has a result only."""
    rows = [{"Self test result": result, "Self test code": code} for result, code in results]
    return printed(
        {"Current Device Self-Test Operation": 0, "List of Valid Reports": [*rows, {"Self test result": 15}]}
    )


def smartctl_tests(*results: tuple[int, int]) -> dict[str, Any]:
    rows = [{"self_test_code": {"value": code}, "self_test_result": {"value": one}} for one, code in results]
    return {"nvme_self_test_log": {"current_self_test_operation": {"value": 0}, "table": rows}}


def cli_errors(*statuses: int) -> ToolOutput:
    """Entries that are not used are all zeros."""
    rows = [
        {"error_count": number, "status_field": one, "phase_tag": 0} for number, one in enumerate(statuses, 1)
    ]
    return printed({"errors": [*rows, {"error_count": 0, "status_field": 0, "phase_tag": 0}]})


@pytest.mark.parametrize(
    ("results", "failed"),
    [
        ((), 0),
        (((0, 1), (0, 2)), 0),
        (((7, 1), (6, 2), (0, 1)), 2),
        (((0, 1), (5, 1)), 1),
        (((0, 2), (7, 1), (7, 1)), 0),
        (((1, 2), (2, 1), (9, 1)), 0),
    ],
    ids=["none", "passed", "failed", "a short one outdates nothing", "an extended one does", "aborted"],
)
def test_failed_self_tests_are_counted_down_to_the_last_good_extended_one(
    results: tuple[tuple[int, int], ...], failed: int
) -> None:
    assert from_nvme_cli(cli_tests(*results), ToolOutput(), ABLE).self_tests_failed == failed
    assert from_smartctl(smartctl_tests(*results)).self_tests_failed == failed


def test_only_errors_of_the_drive_itself_count_and_not_commands_that_it_refused() -> None:
    statuses = (INVALID_FIELD, UNRECOVERED_READ, INTERNAL_ERROR, ACCESS_DENIED)
    assert from_nvme_cli(ToolOutput(), cli_errors(*statuses), ABLE).logged_errors == 2
    rows = [{"error_count": 9, "status_field": {"value": one}} for one in statuses]
    assert from_smartctl({"nvme_error_information_log": {"table": rows}}).logged_errors == 2
    parts = {"status_code_type": 2, "status_code": 0x81}
    named = {"nvme_error_information_log": {"table": [{"error_count": 9, "status_field": parts}]}}
    assert from_smartctl(named).logged_errors == 1


def test_before_nvme_cli_2_the_status_has_the_phase_as_its_lowest_bit() -> None:
    old = printed({"errors": [{"error_count": 3, "status_field": UNRECOVERED_READ << 1 | 1}]})
    assert from_nvme_cli(ToolOutput(), old, ABLE).logged_errors == 1


def test_a_log_that_drive_or_tool_do_not_have_is_not_supported_and_never_zero() -> None:
    assert from_nvme_cli(ToolOutput(), ToolOutput(), None) == Logs(NotSupported(), NotSupported())
    assert from_smartctl({"model_name": "of smartctl 7.2"}) == Logs(NotSupported(), NotSupported())
    failing = cli_tests((7, 2))
    assert from_nvme_cli(failing, ToolOutput(), {"oacs": 0x0F}).self_tests_failed == NotSupported()
    for words in (REFUSED, "ERROR: Invalid sub-command 'self-test-log' for nvme"):
        found = from_nvme_cli(refused(words), refused(words), ABLE)
        assert found == Logs(NotSupported(), NotSupported()), words


def test_an_empty_log_of_smartctl_is_read_and_has_no_entries() -> None:
    found = {
        "nvme_self_test_log": {"nsid": -1, "current_self_test_operation": {"value": 0}},
        "nvme_error_information_log": {"size": 64, "read": 16, "unread": 0},
    }
    assert from_smartctl(found) == Logs(0, 0)


@pytest.mark.parametrize(
    "output",
    [
        refused("/dev/nvme0: Permission denied"),
        ToolOutput(queried=True, error="no output within 10 s", timed_out=True),
        ToolOutput(queried=True, code=0, out="{"),
        printed({"List of Valid Reports": [{"Self test result": "?"}], "errors": [7]}),
    ],
    ids=["denied", "slow", "cut", "garbage"],
)
def test_a_log_that_cannot_be_read_is_an_error(output: ToolOutput) -> None:
    found = from_nvme_cli(output, output, ABLE)
    assert isinstance(found.self_tests_failed, Failed)
    assert isinstance(found.logged_errors, Failed)
    drive = nvme.parse(fixture("nvme-2.8-smart-log.json"), json.dumps(ABLE), output, output)
    assert judged_nvme("nvme0", drive).verdict is Verdict.UNKNOWN


def test_a_drive_is_a_warning_for_what_it_logged() -> None:
    log, identity = (
        fixture("nvme-2.8-smart-log.json"),
        json.dumps({**json.loads(fixture("nvme-id-ctrl.json")), **ABLE}),
    )
    bad = nvme.parse(log, identity, cli_tests((7, 2)), cli_errors(UNRECOVERED_READ))
    check = judged_nvme("nvme0", bad)
    assert (check.verdict, check.summary) == (
        Verdict.WARNING,
        "1 self-tests failed, 1 errors of its own in its log",
    )
    good = nvme.parse(log, identity, cli_tests((0, 2), (7, 2)), cli_errors(INVALID_FIELD))
    assert judged_nvme("nvme0", good).verdict is Verdict.OK


def test_every_sensor_is_read_by_its_number_and_one_that_is_not_there_is_left_out() -> None:
    by_cli = nvme.parse(
        '{"critical_warning":0,"temperature":314,"temperature_sensor_1":314,"temperature_sensor_3":344}'
    )
    assert by_cli.sensors == (Sensor(1, 40.85), Sensor(3, 70.85))
    log = {"critical_warning": 0, "temperature": 41, "temperature_sensors": [41, None, 71, 0]}
    by_smartctl = nvme.parse_smartctl(json.dumps({"nvme_smart_health_information_log": log}))
    assert by_smartctl.sensors == (Sensor(1, 41.0), Sensor(3, 71.0))
    assert judged_nvme("nvme0", by_smartctl).summary == "41 °C, 71 °C at its warmest sensor"
    broken = nvme.parse('{"critical_warning":0,"temperature":314,"temperature_sensor_2":"?"}')
    check = judged_nvme("nvme0", broken)
    assert (check.verdict, check.summary) == (Verdict.UNKNOWN, "sensor 2: unreadable: '?'")
