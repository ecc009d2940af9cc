"""A service that was loaded with another content is found although its files are as they should be.

Each of many services is loaded by hand while one of its files is another, and the file is put back
with its old times. What a service reads from files that are right, by whomever, is no difference.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import cast

import pytest

from rigwright.settings.platform import Os
from tests.support.nightly_target import Findings, NightlyTarget, identified, nightly_target
from tests.support.unmanaged_loads import (
    OFFERED,
    OFFERS,
    OWN_ANSWER,
    STARTED_WITH_A_DROP_IN,
    by_hand,
    by_systemd,
    drop_in,
)
from tests.support.waiting import wait_until

LIMITS = "/etc/nginx/conf.d/limits.conf"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On Debian 13, on every system when every case is to be tried, or on what ``--os`` names."""
    more = ["debian12", "ubuntu2404", "ubuntu2204"] if metafunc.config.getoption("--exhaustive") else []
    wanted = metafunc.config.getoption("--os") or ["debian13", *more]
    metafunc.parametrize("target", wanted, indirect=True, scope="module")


@pytest.fixture(scope="module")
def target(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NightlyTarget]:
    """A host that is in sync."""
    system = cast("Os", request.param)
    name = f"running{system.removeprefix('debian').removeprefix('ubuntu')}"
    with nightly_target(name, system, tmp_path_factory.mktemp("inventory")) as found:
        yield found


def happen(target: NightlyTarget, commands: list[str]) -> None:
    """One after another, each in a shell of its own."""
    rows = [f"( {command}\n) </dev/null || echo {number} failed" for number, command in enumerate(commands)]
    assert target.sh("\n".join(rows)) == ""
    time.sleep(2)  # a signal is taken later


def is_found_and_fixed(target: NightlyTarget, expected: Findings) -> None:
    """By both checks, and by one apply."""
    found = identified(target.drift())
    assert found == expected, (expected - found, found - expected)
    assert target.night() == 2
    found = identified(target.result()["findings"])
    assert found == expected, (expected - found, found - expected)
    target.apply()
    assert target.drift() == []
    assert target.night() == 0


def test_a_reload_or_restart_by_systemd_with_another_content_is_found(target: NightlyTarget) -> None:
    assert target.drift() == []
    loads = by_systemd(target.host.os)
    happen(target, [one.command for one in loads])
    assert "password" in target.sh(OFFERS, check=False)
    finding = next(one for one in target.drift() if one["where"] == "nginx.service")
    assert "not by Rigwright (operator used sudo)" in finding["summary"]
    assert finding["since"] is not None
    is_found_and_fixed(target, {OFFERED, OWN_ANSWER, *(one.finding for one in loads)})
    assert "password" not in target.sh(OFFERS, check=False)


def test_a_reload_by_a_signal_with_another_content_is_found(target: NightlyTarget) -> None:
    loads = by_hand(target.host.os)
    happen(target, [one.command for one in loads])
    is_found_and_fixed(target, {OWN_ANSWER, *(one.finding for one in loads)})


def test_a_start_with_a_drop_in_that_is_gone_is_found_and_fixed_by_a_restart(target: NightlyTarget) -> None:
    started = "systemctl show -p ExecMainStartTimestampMonotonic --value nginx"
    happen(target, [drop_in(unit) for _, unit in STARTED_WITH_A_DROP_IN])
    before = target.sh(started)
    is_found_and_fixed(target, {(name, "load.unknown", unit) for name, unit in STARTED_WITH_A_DROP_IN})
    assert target.sh(started) != before


def test_what_services_read_from_files_that_are_right_is_no_difference(target: NightlyTarget) -> None:
    services = sorted({one.unit for one in by_systemd(target.host.os)})
    happen(target, [f"systemctl restart {unit}" for unit in services])
    happen(target, ["apt-get install -y -qq --reinstall nginx-common openssh-server >/dev/null 2>&1"])
    assert target.drift() == []
    happen(target, [f"sed -i 's/^/# /' {LIMITS}", f"sed -i 's/^# //' {LIMITS}"])
    (finding,) = target.drift()
    assert (finding["kind"], finding["where"]) == ("load.unknown", "nginx.service")
    target.apply()
    happen(target, [f"sed -i 's/^/# /' {LIMITS}", f"sed -i 's/^# //' {LIMITS}"])
    assert target.drift() == []


def test_a_boot_is_no_difference_and_the_check_after_it_knows_it(target: NightlyTarget) -> None:
    target.host.reboot()
    wait_until(lambda: target.sh("systemctl is-system-running", check=False) in ("running", "degraded"))
    time.sleep(5)
    assert target.drift() == []
    assert target.night() == 0
    happen(target, [f"sed -i 's/^/# /' {LIMITS}", f"sed -i 's/^# //' {LIMITS}"])
    assert target.drift() == []
    assert target.night() == 0
