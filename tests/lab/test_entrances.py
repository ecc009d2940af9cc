"""What an intruder leaves on a host is found by both checks, each class of it, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest

from rigwright.settings.platform import Os
from tests.support.command import rig
from tests.support.nightly_target import NightlyTarget, identified, nightly_target
from tests.support.planted import HARMLESS, PLANTED, SEARCHED

OWNER = "rigwright"


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
    name = f"e-{system.removeprefix('debian').removeprefix('ubuntu')}"
    without = ("docker", "postgres", "redis", "nginx", "prometheus")
    with nightly_target(name, system, tmp_path_factory.mktemp("inventory"), without) as found:
        yield found


def planted(target: NightlyTarget, commands: list[str]) -> None:
    """All of them on the host."""
    failed = target.sh(
        "\n".join(f"( {command} ) </dev/null || echo {n}" for n, command in enumerate(commands))
    )
    assert failed == "", [commands[int(number)] for number in failed.split()]


def test_nothing_is_found_on_a_fresh_host_or_of_what_installers_leave(target: NightlyTarget) -> None:
    assert target.drift() == []
    planted(target, list(HARMLESS))
    assert target.drift() == []
    assert (target.night(), target.result()["findings"]) == (0, [])
    assert target.drift() == []


def test_an_example_of_each_class_is_found_by_drift_and_by_the_nightly_check(target: NightlyTarget) -> None:
    planted(target, list(PLANTED.values()))
    expected = {(OWNER, kind, where) for kind, where in PLANTED}
    found = target.drift()
    assert identified(found) == expected, identified(found) ^ expected
    dated = {"account.unmanaged", "package.changed"}
    assert all(one["since"] for one in found if one["kind"] not in dated)
    planted(target, list(SEARCHED.values()))
    expected |= {(OWNER, kind, where) for kind, where in SEARCHED}
    assert target.night() == 2
    night = identified(target.result()["findings"])
    assert night == expected, night ^ expected
    later = identified(target.drift())
    assert later == expected, later ^ expected


def test_what_was_removed_is_no_finding_any_more(target: NightlyTarget) -> None:
    paths = [where for kind, where in SEARCHED if kind.startswith("setuid")]
    target.sh(f"rm {' '.join(paths)}; chmod u-s /usr/bin/find; rm /etc/sudoers.d/evil")
    gone = {*paths, "/usr/bin/find", "/etc/sudoers.d/evil"}
    assert {one["where"] for one in target.drift()} == {where for _, where in (*PLANTED, *SEARCHED)} - gone


def test_what_a_person_accepts_is_in_sync_until_it_changes(target: NightlyTarget) -> None:
    done = rig("accept", target.inventory, "--limit", target.host.name, "--reason", "a test")
    assert done.returncode == 0, done.stdout
    listed = target.inventory.parent / "accepted" / f"{target.host.name}.json"
    accepted = f"'machine': Machine(os=host.os, accepted=accepted_from({str(listed)!r}))"
    text = target.inventory.read_text()
    assert "model_copy(update={" in text
    inventory = target.inventory.with_name("accepting.py")
    imports = "from deploys.accepted import accepted_from\nfrom deploys.rig import Machine\n"
    inventory.write_text(
        text.replace("model_copy(update={", f"model_copy(update={{{accepted}, ").replace(
            "from rigwright.inventory.load", f"{imports}from rigwright.inventory.load"
        )
    )
    accepting = NightlyTarget(target.host, inventory)
    accepting.apply()
    assert accepting.drift() == []
    assert (target.night(), target.result()["findings"]) == (0, [])
    target.sh("echo '2 2 2 2 2 root true' >>/etc/cron.d/evil")
    assert {one["where"] for one in accepting.drift()} == {"/etc/cron.d/evil"}
    assert target.night() == 2
