"""What ``rig reboot`` shows before and after, and its exit code."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deploys.nginx.settings import NginxSettings
from deploys.rig import Machine, Rig
from rigwright.errors import Exit, RigError
from rigwright.finding import Finding
from rigwright.health.check import Check, Verdict
from rigwright.inventory.load import Host
from rigwright.reboot import decide, terminal
from rigwright.reboot.carry_out import Rebooted
from rigwright.reboot.survey import RebootReport

HOST = Host("web", Rig(machine=Machine(os="debian13"), nginx=NginxSettings()), {"ssh_hostname": "192.0.2.1"})
LOCKED = RigError("locked", host="web")


@pytest.mark.parametrize(
    ("report", "always", "code"),
    [
        (RebootReport(HOST), False, Exit.OK),
        (RebootReport(HOST), True, Exit.CHANGES),
        (RebootReport(HOST, reasons=("new kernel",)), False, Exit.CHANGES),
        (RebootReport(HOST, reasons=("new kernel",), objections=(LOCKED,)), False, Exit.UNKNOWN),
        (RebootReport(HOST, objections=(LOCKED,)), False, Exit.OK),
        (RebootReport(HOST, objections=(LOCKED,)), True, Exit.UNKNOWN),
        (RebootReport(HOST, error=LOCKED), False, Exit.UNKNOWN),
    ],
)
def test_the_exit_code_shows_whether_a_reboot_is_pending_and_possible(
    report: RebootReport, always: bool, code: Exit
) -> None:
    assert report.code(always=always) is code


FOUND = (Finding("web", "units", "health.critical", "x.service", "x.service: failed"),)


@pytest.mark.parametrize(
    ("became", "code"),
    [
        (Rebooted(HOST, 9.0), Exit.OK),
        (Rebooted(HOST, 9.0, findings=FOUND), Exit.CHANGES),
        (Rebooted(HOST, error=LOCKED), Exit.UNKNOWN),
        (Rebooted(HOST, 9.0, error=LOCKED), Exit.UNKNOWN),
    ],
)
def test_a_reboot_exits_with_0_only_when_nothing_differs_afterwards(became: Rebooted, code: Exit) -> None:
    assert became.code is code


def test_unknown_beats_a_difference_and_no_host_is_unknown() -> None:
    assert decide.worst([Exit.OK, Exit.CHANGES, Exit.UNKNOWN]) is Exit.UNKNOWN
    assert decide.worst([Exit.OK, Exit.CHANGES]) is Exit.CHANGES
    assert decide.worst([Exit.OK]) is Exit.OK
    assert decide.worst([]) is Exit.UNKNOWN


def test_the_output_of_a_host_is_read_and_anything_else_is_an_error() -> None:
    output: dict[str, Any] = {
        "boot": "a",
        "system": "running",
        "holders": [],
        "changes": {"ssh": "probed"},
        "dpkg_users": [],
        "unfinished": [],
        "inhibitors": [{"what": "shutdown", "who": "ada", "why": "a copy", "mode": "block"}],
        "initrds": [],
    }
    assert decide.blockers(json.dumps(output), "web").inhibitors == (("ada", "a copy"),)
    for wrong in ("", "[]", json.dumps({**output, "inhibitors": [1]})):
        with pytest.raises(RigError, match="cannot be read"):
            decide.blockers(wrong, "web")


def test_hardware_that_is_unwell_is_shown_and_blocks_nothing() -> None:
    sick = Check("nvme", "nvme0", Verdict.CRITICAL, "worn out")
    full = Check("filesystem", "/", Verdict.CRITICAL, "full")
    report = RebootReport(HOST, reasons=("new kernel",), checks=(sick, full))
    assert report.code(always=False) is Exit.CHANGES
    shown = terminal.before([report], always=False)
    assert "nvme0: worn out" in shown
    assert "full" not in shown


def test_the_text_shows_the_reason_and_what_is_drained_first() -> None:
    shown = terminal.before([RebootReport(HOST, reasons=("kernel 6.2 waits",))], always=False)
    assert "kernel 6.2 waits" in shown
    assert "nginx: finish requests in flight, 70 s at most" in shown
    assert "nginx" not in terminal.before([RebootReport(HOST)], always=False)


def test_an_error_after_a_reboot_leaves_it_marked_as_rebooted() -> None:
    found = json.loads(
        terminal.as_json([RebootReport(HOST)], [Rebooted(HOST, 9.0, error=LOCKED)], Exit.UNKNOWN)
    )
    (one,) = found["hosts"]
    assert (found["exit"], one["known"], one["rebooted"], one["seconds"]) == (1, False, True, 9.0)
    (left,) = json.loads(terminal.as_json([RebootReport(HOST)], [], Exit.OK))["hosts"]
    assert (left["known"], left["rebooted"], left["seconds"]) == (True, False, None)


def test_a_host_that_is_back_and_cannot_be_queried_is_shown_as_rebooted() -> None:
    assert "rebooted in 9.0 s" in terminal.after(Rebooted(HOST, 9.0, error=LOCKED))
    assert "not seen to reboot" in terminal.after(Rebooted(HOST, error=LOCKED))
