"""Xid errors of the kernel log, and the reasons for a reboot."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from facts import commands
from facts.parsers import reboot, xid
from facts.tool_output import ToolOutput
from facts.values import Failed, NotSupported

FIXTURES = Path(__file__).parent / "fixtures"
NOTHING: list[str] = []


def test_xids_are_read_with_code_card_and_time() -> None:
    errors = xid.parse((FIXTURES / "journal-xid.json").read_bytes()).errors
    assert isinstance(errors, tuple)
    assert [(one.code, one.address, one.at_seconds) for one in errors] == [
        (79, "0000:01:00", 1795240800.000001),
        (31, "0000:01:00", 1795240801.5),
        (999, "0000:02:00", 1795240802.0),
    ], "an unknown code, in a message that is no UTF-8, stays visible"
    assert errors[0].message.endswith("GPU has fallen off the bus.")


def test_an_empty_log_has_no_errors_and_a_cut_one_is_an_error() -> None:
    assert xid.parse("").errors == xid.parse("-- No entries --\n").errors == ()
    assert isinstance(xid.parse('{"MESSAGE":"NVRM: X').errors, Failed)


def test_a_user_who_may_not_read_the_journal_has_an_error_and_no_empty_log() -> None:
    hint = "Hint: You are currently not seeing messages from other users and the system.\n"
    found = xid.hidden(ToolOutput(queried=True, code=0, out="-- No entries --\n", err=hint))
    assert found == xid.Xids(Failed("the user may not read the journal", "no_permission"))
    assert xid.hidden(ToolOutput(queried=True, code=0, out="-- No entries --\n")) is None


def test_a_newer_kernel_of_the_same_flavour_waits_for_a_reboot() -> None:
    images = ["vmlinuz-6.1.0-9-amd64", "vmlinuz-6.1.0-10-amd64", "vmlinuz-6.12.1-cloud-amd64", "vmlinuz.old"]
    found = reboot.parse(required=False, packages="", running="6.1.0-9-amd64\n", images=images)
    assert (found.kernel_newest, found.kernel_behind) == ("6.1.0-10-amd64", True)
    found = reboot.parse(required=False, packages="", running="6.1.0-10-amd64\n", images=images)
    assert not found.kernel_behind


def test_where_no_kernel_is_installed_none_can_be_behind() -> None:
    found = reboot.parse(required=True, packages="dbus\ndbus\nlibc6\n", running="6.1.0", images=NOTHING)
    assert (found.kernel_newest, found.kernel_behind) == (NotSupported(), False)
    assert (found.required, found.required_by) == (True, ("dbus", "libc6"))


def test_a_driver_that_was_replaced_under_the_running_kernel_waits_for_a_reboot() -> None:
    def of(loaded: str | None, installed: str | None) -> bool:
        return reboot.parse(
            required=False,
            packages="",
            running="6.1.0",
            images=NOTHING,
            driver_loaded=loaded,
            driver_installed=installed,
        ).driver_behind

    assert of("580.95.05\n", "580.126.09\n")
    assert not of("580.95.05\n", "580.95.05\n")
    assert not of(None, "580.95.05\n"), "what is not loaded is behind nothing"
    assert not of("580.95.05\n", None)


def journal(messages: Sequence[str]) -> str:
    """What the command prints of a log with these messages: the last 500 that match, for each pattern."""
    patterns, most = commands.XID[4:], 500
    entries = [
        {"MESSAGE": message, "__REALTIME_TIMESTAMP": str(number)} for number, message in enumerate(messages)
    ]
    shown = [
        [entry for entry in entries if re.search(pattern, entry["MESSAGE"])][-most:] for pattern in patterns
    ]
    return "\n".join(json.dumps(entry) for some in shown for entry in some)


@pytest.mark.parametrize("first", [79, 109, 149])
def test_a_flood_of_one_error_hides_no_other(first: int) -> None:
    """A program that fails in a loop writes thousands of lines."""
    flood = ["NVRM: Xid (PCI:0000:01:00): 13, pid=7, name=train, Graphics Exception"] * 5000
    found = xid.parse(journal([f"NVRM: Xid (PCI:0000:01:00): {first}, what was first", *flood])).errors
    assert isinstance(found, tuple)
    assert {one.code for one in found} == {first, 13}
    assert len(found) == 501, "each line once"
