"""The documentation of a site, from its inventory alone."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner

from inventories import examples
from rigwright.cli import cli
from rigwright.inventory.load import Host, load
from rigwright.report import html, site
from rigwright.repository import ROOT

FILES = [
    ROOT / "inventories" / "prod.py",
    *(ROOT / f"inventories/examples/{name}.py" for name in examples.NAMES),
]


def table(host: Host, title: str) -> set[tuple[str, ...]]:
    (found,) = [topic for topic in site.topics(host) if topic.title == title]
    assert all(len(row) == len(found.columns) for row in found.rows)
    return {*found.rows}


@pytest.fixture(scope="module")
def studio() -> Host:
    (host,) = load(ROOT / "inventories" / "prod.py")
    return host


def test_it_names_ports_names_data_and_who_is_notified(studio: Host) -> None:
    ports = table(studio, "Ports")
    assert ("443/tcp", "every address", "nginx") in ports
    assert ("5432/tcp", "the host alone", "postgres") in ports
    assert ("5432/tcp", "172.30.0.1", "postgres") in ports
    assert ("8100-8105/tcp", "the host alone", "apps") in ports
    assert ("studio.example.com", "443", "nginx") in table(studio, "Names with a certificate")
    assert ("mail", "team@example.org", "critical and warning") in table(studio, "Who is notified")
    data = {row[0]: row[2] for row in table(studio, "Data and its backups")}
    assert data["media"] == "1 h"
    assert ("backend", "127.0.0.1:5000/backend", "rig release rollback backend") in table(
        studio, "Applications"
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_alert_has_a_runbook_that_is_there(file: Path) -> None:
    (host,) = load(file)
    alerts = table(host, "Alerts and their runbooks")
    assert len(alerts) > 50
    assert [row for row in alerts if not (ROOT / row[3]).is_file()] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_secret_is_in_it(file: Path) -> None:
    (host,) = load(file)
    page = site.as_markdown([host], "Site") + html.html(
        site.as_page([host], "Site", datetime.now(timezone.utc))
    )
    secrets = {
        one.reveal()
        for part in (host.rig.postgres.roles, host.rig.redis.users if host.rig.redis else ())  # type: ignore[attr-defined]
        for one in (role.password for role in part)
        if one
    }
    assert secrets
    assert [one for one in secrets if one in page] == []


def test_a_cell_cannot_break_the_table() -> None:
    (host,) = load(ROOT / "inventories" / "examples" / "odavl.py")
    text = site.as_markdown([host], "Site")
    for block in text.split("\n\n"):
        rows = [line for line in block.splitlines() if line.startswith("|")]
        assert len({line.replace("\\|", "").count("|") for line in rows}) <= 1


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "at once"),
        (30, "30 s"),
        (90, "1.5 min"),
        (3600, "1 h"),
        (5400, "1.5 h"),
        (131400, "1.5 d"),
        (909000, "10.5 d"),
    ],
)
def test_a_time_in_a_unit_that_people_use(seconds: int, words: str) -> None:
    assert site.span(seconds) == words


def test_the_command_writes_a_page_for_a_browser(tmp_path: Path) -> None:
    page = tmp_path / "site.html"
    words = ["docs", "site", "inventories/examples/guide.py", "--html", str(page)]
    done = CliRunner().invoke(cli, words, standalone_mode=False)
    assert done.exception is None, done.output
    text = page.read_text()
    assert "generated at" in text
    assert "guide.example.com" in text
    assert "<script" not in text
    assert page.stat().st_mode & 0o777 == 0o600
