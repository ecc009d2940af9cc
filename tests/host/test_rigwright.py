"""The toolkit's own part of a host."""

from __future__ import annotations

import re
from typing import Any


def test_the_way_back_is_ready_for_the_next_boot(host: Any) -> None:
    assert host.service("rigwright-recover.service").is_enabled


def test_no_change_is_left_half_way(host: Any) -> None:
    assert host.run("ls -A /var/lib/rigwright/transactions").stdout == ""
    assert host.run("find /etc -name '.*.rig-*'").stdout == ""


def test_nobody_but_root_reads_what_the_toolkit_keeps(host: Any) -> None:
    folder = host.file("/var/lib/rigwright")
    assert (folder.user, folder.mode) == ("root", 0o700)


def test_the_recovery_unit_may_do_little(host: Any) -> None:
    """The score of systemd-analyze goes from 0, safe, to 10."""
    told = host.run("systemd-analyze security --no-pager rigwright-recover.service").stdout
    score = re.search(r"Overall exposure level for \S+: ([\d.]+)", told)
    assert score, told
    assert float(score[1]) < 4


def test_the_nightly_check_waits_for_its_hour(host: Any) -> None:
    timer = host.service("rigwright-drift.timer")
    assert (timer.is_enabled, timer.is_running) == (True, True)
    assert "rigwright-drift.timer" in host.run("systemctl list-timers --no-pager --no-legend").stdout


def test_the_nightly_check_may_do_little(host: Any) -> None:
    """It must read everything and ask as whoever may answer, so its score is no better than this."""
    told = host.run("systemd-analyze security --no-pager rigwright-drift.service").stdout
    score = re.search(r"Overall exposure level for \S+: ([\d.]+)", told)
    assert score, told
    assert float(score[1]) < 7


def test_nobody_but_root_reads_what_the_nightly_check_says(host: Any) -> None:
    said = host.file("/var/lib/rigwright/drift.json")
    assert not said.exists or (said.user, said.mode) == ("root", 0o600)
