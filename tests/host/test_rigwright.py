"""The toolkit's own part of a host."""

from __future__ import annotations

import re
from typing import Any

HARDENED = 4.0


def test_recovery_is_enabled_for_the_next_boot(host: Any) -> None:
    assert host.service("rigwright-recover.service").is_enabled


def test_no_interrupted_change_is_left(host: Any) -> None:
    assert host.run("ls -A /var/lib/rigwright/transactions").stdout == ""
    assert host.run("find /etc -name '.*.rig-*'").stdout == ""


def test_only_root_reads_the_toolkits_state(host: Any) -> None:
    folder = host.file("/var/lib/rigwright")
    assert (folder.user, folder.mode) == ("root", 0o700)


def test_the_timer_of_the_nightly_check_is_active(host: Any) -> None:
    timer = host.service("rigwright-drift.timer")
    assert (timer.is_enabled, timer.is_running) == (True, True)
    assert "rigwright-drift.timer" in host.run("systemctl list-timers --no-pager --no-legend").stdout


def test_only_root_reads_the_result_of_the_nightly_check(host: Any) -> None:
    result = host.file("/var/lib/rigwright/drift.json")
    assert not result.exists or (result.user, result.mode) == ("root", 0o600)


def test_every_unit_of_the_toolkit_is_sandboxed(host: Any) -> None:
    """The score of systemd-analyze goes from 0, safe, to 10. Drop-ins belong to units of packages."""
    listed = host.check_output("cat /var/lib/rigwright/manifests/*.json")
    units = set(re.findall(r'"/etc/systemd/system/([^/"]+\.service)"', listed))
    assert {"rigwright-recover.service", "rigwright-drift.service"} <= units
    names = " ".join(sorted(unit.replace("@.", "@x.") for unit in units))
    output = host.check_output(
        f"for one in {names}; do systemd-analyze security --no-pager $one | tail -n 1; done"
    )
    scores = {
        name.replace("@x.", "@."): float(score)
        for name, score in re.findall(r"Overall exposure level for (\S+): ([\d.]+)", output)
    }
    assert set(scores) == units, output
    assert {unit: score for unit, score in scores.items() if score >= HARDENED} == {}
