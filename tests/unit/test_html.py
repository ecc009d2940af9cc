"""The report for a browser quotes hosts, and no output of a host becomes markup."""

from __future__ import annotations

import stat
from datetime import datetime, timezone
from html.parser import HTMLParser
from pathlib import Path

import pytest

from rigwright.drift.survey import Surveyed
from rigwright.errors import RigError
from rigwright.finding import By, Finding
from rigwright.health import html as health_page
from rigwright.health.check import Check, Verdict
from rigwright.health.survey import HealthReport
from rigwright.inventory.load import Host, load
from rigwright.report import findings_html, html
from tests.support.command import ROOT

AT = datetime(2026, 11, 28, 16, 5, 9, tzinfo=timezone.utc)
VOID = ("meta",)
FILE = Finding(
    host="studio",
    subsystem="nginx",
    kind="file.content",
    where="/etc/nginx/nginx.conf",
    summary="/etc/nginx/nginx.conf differs",
    diff=("--- a", "+++ b", " -1 +1 ", "-</pre><script>alert(1)</script>", "+# <b>"),
    since=datetime(2026, 11, 27, 3, 30, tzinfo=timezone.utc),
    by=By.HOST,
)
SOCKET = Finding("studio", "rigwright", "socket.unmanaged", "tcp 0.0.0.0:80", "<i>\x1b[2J", runbook="a/b.md")
REFUSED = Finding("studio", "nginx", "file.content", "/etc/motd", "there is one already", refused=True)
OTHER = Finding("studio", "redis", "unit.state", "redis", "redis is inactive", by=By.REPOSITORY)


class PageText(HTMLParser):
    """The elements and the text of a page, which must close what it opens."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """It opens."""
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """It closes what was opened last."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """What a person reads."""
        if self._open[-1:] != ["style"]:
            self.text += data


def host() -> Host:
    return load(ROOT / "inventories" / "prod.py")[0]


def drift(*findings: Finding, error: RigError | None = None) -> PageText:
    return PageText(html.html(findings_html.page("Drift", [Surveyed(host(), findings, error)], AT)))


def test_output_of_a_host_is_text_and_no_markup() -> None:
    found = drift(FILE, SOCKET)
    assert {"script", "b", "i"} & set(found.tags) == set()
    assert "-</pre><script>alert(1)</script>" in found.text
    assert "<i>\\x1b[2J" in found.text


def test_it_fetches_nothing_and_runs_nothing() -> None:
    attributes = dict(drift(FILE, SOCKET).attributes)
    assert {"src", "href", "action", "onload"} & attributes.keys() == set()
    assert attributes["content"] == "default-src 'none'; style-src 'unsafe-inline'"


def test_each_finding_shows_where_since_when_and_its_runbook() -> None:
    lines = [line.strip() for line in drift(FILE, REFUSED, SOCKET, OTHER).text.splitlines() if line.strip()]
    rows = ["\n".join(lines[number : number + 2]) for number, line in enumerate(lines) if line[0] in "+-~!"]
    assert rows[0] == "~\n/etc/nginx/nginx.conf differschanged on the host · since 2026-11-27 03:30 UTC"
    assert "!\nthere is one alreadyneeds --adopt" in rows
    assert "-\n<i>\\x1b[2Ja/b.md" in rows
    assert "~\nredis is inactivechanged in the repository" in rows
    assert "queried at 2026-11-28 16:05:09 UTC" in lines
    assert "4 differences on 1 host" in lines


def test_a_host_in_sync_and_one_that_is_down_are_shown_as_such() -> None:
    assert "✓ in sync" in drift().text
    lost = drift(error=RigError("is <down>", host="studio", next_step="start it"))
    assert "in sync" not in lost.text
    assert "is <down>" in lost.text
    assert "start it" in lost.text
    assert "1 host could not be queried" in lost.text


def test_health_has_its_verdicts_in_words_and_marks() -> None:
    checks = (
        Check("nvme", "nvme0", Verdict.CRITICAL, "the drive warns: <spare>"),
        Check("zfs", "pools", Verdict.NONE, "none"),
        Check("units", "units", Verdict.OK, "none failed"),
        Check("filesystem", "/run", Verdict.OK, "1 % used"),
    )
    shown = PageText(html.html(health_page.page([HealthReport("studio", checks)], AT)))
    assert "spare" not in shown.tags
    lines = [line for line in shown.text.splitlines() if line.strip()]
    assert lines[lines.index("NVMe") :] == [
        *("NVMe", "✗", "nvme0: the drive warns: <spare>"),
        *("pools", "-", "none"),
        *("units", "✓", "none failed"),
        lines[-1],
    ]
    assert "unhealthy: 1 critical" in shown.text


def test_an_area_without_checks_has_no_heading() -> None:
    check = Check("filesystem", "/run", Verdict.OK, "1 % used")
    shown = html.html(health_page.page([HealthReport("studio", (check,))], AT))
    assert "file systems" not in shown
    assert "✓" not in shown, "without a check nothing is reported as good"


def test_it_is_written_whole_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "drift.html"
    path.write_text("older")
    html.write(path, findings_html.page("Drift", [Surveyed(host())], AT))
    assert path.read_text() == html.html(findings_html.page("Drift", [Surveyed(host())], AT))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["drift.html"]


@pytest.mark.parametrize(("name", "message"), [("", "is a folder"), ("no/drift.html", "does not exist")])
def test_an_impossible_path_is_refused_before_hosts_are_queried(
    tmp_path: Path, name: str, message: str
) -> None:
    with pytest.raises(RigError, match=message):
        html.check(tmp_path / name)
