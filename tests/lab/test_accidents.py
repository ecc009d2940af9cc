"""Hundreds of accidents, many at a time: both checks find each and nothing else, and apply fixes all."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from typing import cast

import pytest

from inventories.scenarios import everything
from rigwright.settings.platform import Os
from tests.support import accidents_reported
from tests.support.accidents import Accident, batches
from tests.support.accidents_running import running, running_batches
from tests.support.nightly_target import Findings, NightlyTarget, identified, nightly_target

pytestmark = pytest.mark.core

SAMPLE = (0, -1)
"""The batches that every run tries: one to files, and one to what runs."""


def accidents_of(system: Os) -> list[list[Accident]]:
    """What can happen to a host that has every setting changed; to what runs in the last batches."""
    desired = everything(system).desired()
    return [*batches(desired), accidents_reported.batch(desired), *running_batches(desired)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On Debian 13, or on what ``--os`` names."""
    if "number" in metafunc.fixturenames:
        systems = cast("list[Os]", metafunc.config.getoption("--os") or ["debian13"])
        cases = [(system, number) for system in systems for number in range(len(accidents_of(system)))]
        metafunc.parametrize(("target", "number"), cases, indirect=["target"], scope="module")


@pytest.fixture(scope="module")
def target(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NightlyTarget]:
    """A host that is in sync."""
    system = cast("Os", request.param)
    name = f"n-acc{system.removeprefix('debian').removeprefix('ubuntu')}"
    with nightly_target(name, system, tmp_path_factory.mktemp("inventory")) as found:
        yield found


def test_both_checks_find_each_of_many_accidents_and_apply_fixes_them(
    target: NightlyTarget, number: int, *, exhaustive: bool
) -> None:
    every = accidents_of(target.host.os)
    accidents = every[number]
    if accidents not in [every[one] for one in SAMPLE] and not exhaustive:
        pytest.skip("a sample of the accidents was tried; --exhaustive tries all")
    expected = findings(accidents)
    happen(target, [one.command for one in accidents])
    found = identified(target.drift())
    assert found == expected, (found - expected, expected - found)
    assert target.night() == 2
    found = identified(target.result()["findings"])
    assert found == expected, (found - expected, expected - found)
    strangers = [one for one in accidents if one.undo]
    # Apply does not compare what lies beside the subsystems, such as a socket or a drop-in.
    target.apply(code=int(any(kind.startswith("runtime_state.") for _, kind, _ in findings(strangers))))
    assert identified(target.drift()) == findings(strangers)
    if strangers:
        happen(target, [one.undo for one in strangers])
        assert target.drift() == []


def findings(accidents: Iterable[Accident]) -> Findings:
    """All that they must give."""
    return {finding for one in accidents for finding in one.findings}


def happen(target: NightlyTarget, commands: list[str]) -> None:
    """All of them in one command; systemd has then read its files again."""
    tried = [
        f"timeout 20 sh -c {shlex.quote(one)} </dev/null || echo {index}"
        for index, one in enumerate(commands)
    ]
    failed = target.sh("\n".join([*tried, "systemctl daemon-reload"]))
    assert failed == "", [commands[int(index)] for index in failed.split()]


def test_there_are_hundreds_of_accidents_and_none_is_left_out() -> None:
    found = accidents_of("debian13")
    every = [accident for batch in found for accident in batch]
    assert len(every) > 2300
    assert len(running(everything("debian13").desired())) > 1000
    assert len(every) == len(set(every))
    for batch in found:
        all_findings = [finding for one in batch for finding in one.findings]
        assert len(all_findings) == len(set(all_findings))
    kinds = {kind.partition(".")[2] for one in every for _, kind, _ in one.findings}
    assert kinds >= {"content", "mode", "owner", "missing", "kind", "unmanaged", "enabled", "state", "value"}
    assert kinds >= {"override"}
    assert {subsystem for one in every for subsystem, _, _ in one.findings} == {
        one.subsystem for one in everything("debian13").desired()
    }
