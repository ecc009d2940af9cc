"""``rig diagnose`` of a real host: what is wrong, since when, by whom, and no secret in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from rigwright import lab
from rigwright.dev.bench.sessions import Counter, talk
from rigwright.lab import LabHost
from tests.support.command import rig

INVENTORY = "inventories/lab.py"
SECRET = "hunter2-planted"  # noqa: S105  planted, to be found nowhere


@pytest.fixture(scope="module")
def host() -> Iterator[LabHost]:
    """A bare Debian 13 host, without monitoring."""
    lab.down("h-diagnose")
    yield lab.up("h-diagnose", "debian13")
    lab.down("h-diagnose")


def diagnose(host: LabHost, code: int, *more: str) -> dict[str, Any]:
    """The host's part of the document, with this exit code."""
    done = rig("diagnose", INVENTORY, host.name, "--json", *more)
    assert done.returncode == code, done.stdout
    found: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{") :])
    (one,) = found["hosts"]
    assert (found["exit"], one["known"]) == (code, True)
    return dict(one)


def test_a_host_that_is_well_has_no_findings_and_takes_one_command(host: LabHost) -> None:
    talk(host)
    with Counter(host) as counter:
        assert diagnose(host, 0)["findings"] == []
    assert (counter.logins, counter.commands) == (1, 1)


def test_a_stopped_unit_is_named_with_command_account_and_minute(host: LabHost, tmp_path: Path) -> None:
    before = datetime.now(timezone.utc)
    done = rig("ssh", INVENTORY, host.name, "--", "sudo systemctl stop cron")
    assert done.returncode == 0, done.stdout
    page = tmp_path / "page.html"
    (found,) = diagnose(host, 2, "--html", str(page))["findings"]
    assert (found["kind"], found["where"]) == ("unit.stopped", "cron.service")
    assert found["summary"].endswith(f"by {host.user}: sudo systemctl stop cron")
    assert abs((datetime.fromisoformat(found["since"]) - before).total_seconds()) < 60
    assert found["runbook"] == "docs/runbooks/unit-failed.md"
    assert "sudo systemctl stop cron" in page.read_text()
    host.run("systemctl start cron")


def test_a_crash_loop_is_found_with_its_lines_and_no_secret(host: LabHost) -> None:
    script = f"echo password={SECRET} why-it-fails; exit 1"
    host.run(
        "systemd-run --unit=looping -p Restart=always -p RestartSec=0.2 -p StartLimitIntervalSec=0 "
        f"sh -c '{script}' && sleep 3"
    )
    rig("ssh", INVENTORY, host.name, "--", f"sudo sh -c 'true {SECRET}'")
    seen = diagnose(host, 2)
    (found,) = [one for one in seen["findings"] if one["where"] == "looping.service"]
    assert found["kind"] == "unit.restarting"
    (logged,) = [one["lines"] for one in seen["logs"] if one["unit"] == "looping.service"]
    assert any("password=*** why-it-fails" in line for line in logged), logged
    assert any((one["who"], one["what"]) == (host.user, "sudo sh …") for one in seen["events"])
    assert SECRET not in json.dumps(seen)
    assert SECRET not in rig("diagnose", INVENTORY, host.name).stdout
    host.run("systemctl stop looping; systemctl reset-failed looping || true")
    assert diagnose(host, 0)["findings"] == []
