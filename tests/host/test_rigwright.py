"""The toolkit's own part of a host."""

from __future__ import annotations

import re
from typing import Any

HARDENED = 4.0


def test_the_way_back_is_ready_for_the_next_boot(host: Any) -> None:
    assert host.service("rigwright-recover.service").is_enabled


def test_no_change_is_left_half_way(host: Any) -> None:
    assert host.run("ls -A /var/lib/rigwright/transactions").stdout == ""
    assert host.run("find /etc -name '.*.rig-*'").stdout == ""


def test_nobody_but_root_reads_what_the_toolkit_keeps(host: Any) -> None:
    folder = host.file("/var/lib/rigwright")
    assert (folder.user, folder.mode) == ("root", 0o700)


def test_the_nightly_check_waits_for_its_hour(host: Any) -> None:
    timer = host.service("rigwright-drift.timer")
    assert (timer.is_enabled, timer.is_running) == (True, True)
    assert "rigwright-drift.timer" in host.run("systemctl list-timers --no-pager --no-legend").stdout


def test_nobody_but_root_reads_what_the_nightly_check_says(host: Any) -> None:
    said = host.file("/var/lib/rigwright/drift.json")
    assert not said.exists or (said.user, said.mode) == ("root", 0o600)


def test_every_unit_that_the_toolkit_writes_may_do_little(host: Any) -> None:
    """The score of systemd-analyze goes from 0, safe, to 10. Drop-ins belong to units of packages."""
    listed = host.check_output("cat /var/lib/rigwright/manifests/*.json")
    units = set(re.findall(r'"/etc/systemd/system/([^/"]+\.service)"', listed))
    assert {"rigwright-recover.service", "rigwright-drift.service"} <= units
    names = " ".join(sorted(unit.replace("@.", "@x.") for unit in units))
    told = host.check_output(
        f"for one in {names}; do systemd-analyze security --no-pager $one | tail -n 1; done"
    )
    scores = {
        name.replace("@x.", "@."): float(score)
        for name, score in re.findall(r"Overall exposure level for (\S+): ([\d.]+)", told)
    }
    assert set(scores) == units, told
    assert {unit: score for unit, score in scores.items() if score >= HARDENED} == {}
