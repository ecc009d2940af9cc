"""What pytest reports becomes findings that name the right host."""

from __future__ import annotations

from pathlib import Path

import pytest

from rigwright.errors import Exit, RigError
from rigwright.verify import parse, split, verdict, verify

REPORT = """<testsuites><testsuite>
<testcase classname="tests.host.test_nginx"
 name="test_it_responds[web]"/>
<testcase classname="tests.host.test_nginx"
 name="test_it_responds[web-two]"><failure message="AssertionError: 404"/></testcase>
<testcase classname="tests.host.test_nginx"
 name="test_it_limits[web-two-login]"><error message="no&#10;way"/></testcase>
<testcase classname="tests.host.test_nginx"
 name="test_http3[web]"><skipped message="not packaged"/></testcase>
</testsuite></testsuites>"""


def test_failures_and_errors_are_findings_and_skips_are_listed() -> None:
    verified = parse(REPORT, ["web", "web-two"])
    assert (verified.passed, verified.skipped) == (1, ("not packaged",))
    first, second = verified.findings
    assert (first.host, first.subsystem, first.summary) == ("web-two", "nginx", "does not hold: it responds")
    assert second.summary == "does not hold: it limits (login)"
    assert second.where == "tests/host/test_nginx.py::test_it_limits"
    assert verdict(verified) is Exit.CHANGES


def test_a_host_of_which_every_claim_was_skipped_was_not_tested() -> None:
    skipped = '<testcase name="test_it_responds[db]"><skipped message="no nginx"/></testcase></testsuite>'
    report = REPORT.replace("</testsuite>", skipped)
    assert parse(report, ["web", "web-two", "db"]).hosts == {"web", "web-two"}


CUT_OFF = """<testcase classname="tests.host.test_base" name="test_it_is_patched[web]">
<properties><property name="unreachable" value="ssh: Connection refused"/></properties>
<error message="RuntimeError: CommandResult"/></testcase>"""


def test_a_claim_that_could_not_be_tested_is_no_claim_that_does_not_hold() -> None:
    verified = parse(REPORT.replace("</testsuite>", f"{CUT_OFF}</testsuite>", 1), ["web", "web-two"])
    assert verified.unreachable == {"web": "ssh: Connection refused"}
    assert [one.host for one in verified.findings] == ["web-two", "web-two"]
    assert verified.passed == 1


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_host_that_cannot_be_reached_is_an_error_and_not_a_claim(address: str, tmp_path: Path) -> None:
    inventory = tmp_path / "hosts.py"
    inventory.write_text(
        "from deploys.rig import Machine, Rig\nfrom rigwright.inventory.load import ssh_host\n"
        "_rig = Rig(machine=Machine(os='debian13'))\n"
        f"hosts = [ssh_host('web', _rig, address={address!r}, user='operator', port=1)]\n"
    )
    with pytest.raises(RigError, match="could not connect during the host tests") as caught:
        verify(inventory, ["web"])
    assert caught.value.host == "web"
    assert "Bad port" not in str(caught.value)


@pytest.mark.parametrize(
    ("bracket", "expected"),
    [
        ("web", ("web", "")),
        ("web-two", ("web-two", "")),
        ("web-two-x-y", ("web-two", "x-y")),
        ("x-web", ("web", "x")),
        ("elsewhere", ("?", "elsewhere")),
    ],
)
def test_a_host_is_found_although_names_hold_dashes(bracket: str, expected: tuple[str, str]) -> None:
    assert split(bracket, ["web", "web-two"]) == expected
