"""What the inventory accepts is counted apart, of every kind, until its day and for its value."""

from __future__ import annotations

import dataclasses
import json
from datetime import date

import pytest
from pydantic import ValidationError

from deploys.rig import AcceptedFinding, Machine, Rig
from rigwright.compare.acceptance import apart, words
from rigwright.desired import Accepted, Desired
from rigwright.drift.nightly_report import NightlyRun, journal_lines, stored
from rigwright.drift.survey import surveyed, verdict
from rigwright.errors import Exit
from rigwright.finding import Finding
from rigwright.health.check import Check, Verdict
from rigwright.health.survey import HealthReport
from rigwright.health.survey import verdict as healthy
from rigwright.inventory.load import Host
from rigwright.observed.manifest import contents, restore
from rigwright.report import findings_html, html, json_format, terminal
from rigwright.verify import Verified, accepting
from tests.unit.test_html import AT

TODAY = date(2027, 1, 15)
SOCKET = Finding("h", "rigwright", "socket.unmanaged", "tcp [::]:8080", "agent listens", actual="agent")
UNIT = Finding("h", "web", "unit.state", "web.service", "web.service is inactive")
CLAIM = Finding("h", "web", "verify.failed", "tests/host/test_web.py::test_a", "does not hold: a")


def host(*accepted: AcceptedFinding) -> Host:
    return Host("h", Rig(machine=Machine(os="debian13", accepted=accepted)), {})


@pytest.mark.parametrize("finding", [SOCKET, UNIT, CLAIM])
def test_a_finding_of_any_kind_can_be_accepted(finding: Finding) -> None:
    opened, (taken,) = apart([finding], [Accepted(finding.where, "known")], TODAY)
    assert (opened, taken.finding, taken.reason, taken.until) == ((), finding, "known", None)


@pytest.mark.parametrize(
    ("accepted", "note"),
    [
        (Accepted("tcp [::]:8080", "known", "2027-01-15"), None),
        (Accepted("tcp [::]:8080", "known", "2027-01-14"), "until 2027-01-14: known"),
        (Accepted("tcp [::]:8080", "known", kind="socket.unmanaged", actual="agent"), None),
        (Accepted("tcp [::]:8080", "known", actual="other"), "as other: known"),
        (Accepted("tcp [*", "known"), None),
        (Accepted("tcp [::]:80?0", "known"), ""),
        (Accepted("tcp [::]:808", "known"), ""),
        (Accepted("tcp [::]:8080", "known", kind="socket.missing"), ""),
    ],
)
def test_only_what_was_meant_is_accepted_and_only_until_its_day(accepted: Accepted, note: str | None) -> None:
    opened, closed = apart([SOCKET], [accepted], TODAY)
    assert len(closed) == (note is None)
    assert [one.summary for one in opened] == (
        [] if note is None else [f"agent listens; it was accepted {note}" if note else "agent listens"]
    )


def test_the_manifest_keeps_what_is_accepted_and_the_format_of_hosts_that_accept_nothing() -> None:
    every = (Accepted("a", "r"), Accepted("b", "r", "2027-01-01"), Accepted("c", "r", "", "k.l", "v"))
    desired = Desired("rigwright", accepted=every)
    written = json.loads(json.dumps(contents(desired)))
    assert written["accepted"]["a"] == ["r", ""]
    assert restore("rigwright", {"subsystem": "rigwright", **written}).accepted == every
    assert contents(Desired("web"))["accepted"] == {}


def test_an_inventory_cannot_accept_everything_or_one_place_twice() -> None:
    with pytest.raises(ValidationError):
        AcceptedFinding(where="*", reason="all of it")
    one = AcceptedFinding(where="tcp 0.0.0.0:1", reason="a")
    with pytest.raises(ValidationError, match="there twice"):
        Machine(os="debian13", accepted=[one, one])


def test_accepted_findings_are_shown_and_do_not_count() -> None:
    known = AcceptedFinding(where="web.service", reason="stopped for the audit", until=date(2999, 1, 1))
    one = surveyed(host(known), [UNIT])
    assert verdict([one]) is Exit.OK
    text = terminal.as_text([one])
    assert "1 accepted, the first until 2999-01-01" in text
    assert "web.service is inactive (until 2999-01-01: stopped for the audit)" in " ".join(text.split())
    assert "stopped for the audit" in html.html(findings_html.page("Drift", [one], AT))
    (shown,) = json.loads(json_format.as_json([one]))["hosts"]
    assert shown["findings"] == []
    assert (shown["accepted"][0]["finding"]["where"], shown["accepted"][0]["until"]) == (
        "web.service",
        "2999-01-01",
    )
    assert verdict([surveyed(host(), [UNIT])]) is Exit.CHANGES


def test_a_check_of_health_and_a_claim_of_verify_can_be_accepted() -> None:
    worn = Check("nvme", "/dev/nvme0", Verdict.WARNING, "worn")
    report = HealthReport("h", (worn,), accepts=(Accepted("/dev/nvme0", "the new one is ordered"),))
    assert (healthy([report]), report.findings, len(report.accepted)) == (Exit.OK, (), 1)
    assert healthy([HealthReport("h", (worn,))]) is Exit.CHANGES
    claims = Verified((CLAIM, dataclasses.replace(CLAIM, host="other")), 1, (), frozenset({"h"}))
    left = accepting(claims, [host(AcceptedFinding(where=CLAIM.where, reason="by design"))])
    assert [one.host for one in left.findings] == ["other"]
    assert [one.reason for one in left.accepted] == ["by design"]


def test_the_nightly_check_stores_what_is_accepted_apart() -> None:
    opened, closed = apart([SOCKET, UNIT], [Accepted("web.service", "the audit")], TODAY)
    run = NightlyRun(1_800_000_000, ("rigwright",), opened, (), closed)
    result = stored(run, None)
    assert [one["where"] for one in result["accepted"]] == ["web.service"]  # type: ignore[attr-defined]
    assert [one["where"] for one in result["findings"]] == ["tcp [::]:8080"]  # type: ignore[attr-defined]
    assert journal_lines(run, result)[-1][1] == "drift: 1 finding, 1 accepted"
    assert words(closed) == "1 accepted"
