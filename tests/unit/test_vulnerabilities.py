"""What debsecan reports of the installed packages is counted whole, or not at all."""

from __future__ import annotations

import pytest

from deploys.base.settings import BaseSettings, VulnerabilityScan
from deploys.base.state import desired
from rigwright.errors import RigError
from rigwright.health.vulnerabilities import counted, text
from rigwright.settings.platform import Os, Platform

SUMMARY = """\
CVE-2026-0001 libssl3t64 (fixed, remotely exploitable, high urgency)
CVE-2026-0001 openssl (fixed, remotely exploitable, high urgency)
CVE-2026-0002 perl-base (low urgency)
CVE-2026-0002 perl (fixed, medium urgency)
CVE-2026-0003 coreutils
TEMP-0000000-B7A7DC zlib1g (remotely exploitable, obsolete)
"""


def test_a_vulnerability_counts_once_by_its_highest_urgency() -> None:
    assert counted(SUMMARY) == {("high", "available"): 1, ("medium", "available"): 1, ("unrated", "none"): 2}
    assert counted("") == {}


@pytest.mark.parametrize(
    "line",
    ["", "CVE-2026-0001", "CVE-2026-0001 perl (severe)", "CVE-2026-0001 perl (fixed", "error: no such suite"],
)
def test_a_line_that_is_none_makes_the_whole_an_error(line: str) -> None:
    with pytest.raises(ValueError, match="no vulnerability"):
        counted(f"{SUMMARY}{line}\n")


def test_a_kind_without_vulnerabilities_is_exported_as_zero() -> None:
    lines = text(counted(SUMMARY), "", 1.4).splitlines()
    assert 'rigwright_vulnerabilities{urgency="high",fix="available"} 1' in lines
    assert 'rigwright_vulnerabilities{urgency="high",fix="none"} 0' in lines
    assert "rigwright_vulnerabilities_timestamp_seconds 1" in lines
    assert len([line for line in lines if line.startswith("rigwright_vulnerabilities{")]) == 8


@pytest.mark.parametrize(
    ("summary", "before", "clear"),
    [
        (SUMMARY, "", 900),
        (SUMMARY, "rigwright_vulnerabilities_clear_timestamp_seconds 500\n", 500),
        (SUMMARY, "rigwright_vulnerabilities_clear_timestamp_seconds soon\n", 900),
        ("", "rigwright_vulnerabilities_clear_timestamp_seconds 500\n", 900),
    ],
)
def test_since_when_a_fix_waits_is_kept_from_scan_to_scan(summary: str, before: str, clear: int) -> None:
    exposed = text(counted(summary), before, 900.5)
    assert f"rigwright_vulnerabilities_clear_timestamp_seconds {clear}" in exposed.splitlines()
    assert text(counted(SUMMARY), exposed, 1000.0).splitlines()[-4:-3] == [
        f"rigwright_vulnerabilities_clear_timestamp_seconds {clear}"
    ]


@pytest.mark.parametrize("os", ["ubuntu2204", "ubuntu2404"])
def test_a_system_that_the_list_does_not_know_is_refused(os: Os) -> None:
    with pytest.raises(RigError, match="not those of") as caught:
        desired(BaseSettings(vulnerabilities=VulnerabilityScan()), Platform(os))
    assert caught.value.setting == "base.vulnerabilities"


@pytest.mark.parametrize("source", ["ftp://a/", "https://a", "https://a/b c", "https://a/;rm"])
def test_an_address_that_is_none_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="source"):
        VulnerabilityScan(source=source)
