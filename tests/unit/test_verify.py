"""What pytest reports becomes findings that name the right host."""

from __future__ import annotations

import pytest

from rigwright.errors import Exit
from rigwright.verify import parse, split, verdict

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
