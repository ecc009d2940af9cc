"""Hundreds of accidents, many at a time: both checks find each and nothing else, and apply mends all."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import cast

import pytest

from deploys.rig import subsystems
from inventories.shapes import everything
from rigwright.platform import Os
from tests.support.accidents import Accident, batches
from tests.support.nightly_target import NightlyTarget, nightly_target, told

SAMPLE = 2

# nginx and the toolkit itself are paths and units. Of other subsystems readings follow from both: a pooler
# that is stopped is also one whose settings nobody can ask. There one accident is several findings, which the
# perturbations hold by name: PgBouncer's, those of containers (tests/lab/test_docker.py) and all others.
WITHOUT = tuple(name for name in subsystems() if name != "nginx")


def accidents_of(system: Os) -> list[list[Accident]]:
    """What can happen to a host that has every setting changed."""
    return batches(everything(system).model_copy(update=dict.fromkeys(WITHOUT)).desired())


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
    with nightly_target(name, system, tmp_path_factory.mktemp("inventory"), WITHOUT) as found:
        yield found


def test_both_checks_find_each_of_many_accidents_and_apply_mends_them(
    target: NightlyTarget, number: int, *, exhaustive: bool
) -> None:
    if number >= SAMPLE and not exhaustive:
        pytest.skip("a sample of the accidents was tried; --exhaustive tries all")
    accidents = accidents_of(target.host.os)[number]
    expected = {one.finding for one in accidents}
    happen(target, accidents)
    found = told(target.drift())
    assert found == expected, (found - expected, expected - found)
    assert target.night() == 2
    assert told(target.kept()["findings"]) == expected
    target.apply()
    assert target.drift() == []


def happen(target: NightlyTarget, accidents: list[Accident]) -> None:
    """All of them in one command; systemd has then read its files again."""
    commands = [
        f"timeout 20 sh -c {shlex.quote(one.command)} </dev/null || echo {index}"
        for index, one in enumerate(accidents)
    ]
    failed = target.sh("\n".join([*commands, "systemctl daemon-reload"]))
    assert failed == "", [accidents[int(index)].command for index in failed.split()]


def test_there_are_hundreds_of_accidents_and_none_is_left_out() -> None:
    found = accidents_of("debian13")
    every = [accident for batch in found for accident in batch]
    assert len(every) > 300
    assert len(every) == len(set(every))
    for batch in found:
        wheres = [(one.finding[0], one.finding[2]) for one in batch]
        assert len(wheres) == len(set(wheres))
    kinds = {one.finding[1].partition(".")[2] for one in every}
    assert kinds >= {"content", "mode", "owner", "missing", "kind", "foreign", "enabled", "state"}
