"""Each claim of ``rig verify`` fails when what it says is not so, and no other does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from rigwright import lab
from rigwright.settings.platform import Os
from tests.support.breaks import BREAKS, Break, batches
from tests.support.broken import broken_and_put_right, failing
from tests.support.command import ROOT, rig

pytestmark = pytest.mark.core

SCENARIOS = ("everything", "plain")


def of(scenario: str) -> list[list[Break]]:
    """The breaks of a host in a scenario, batch by batch."""
    return batches([one for one in BREAKS if one.scenario == scenario])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On Debian 13, or on what ``--os`` names."""
    if "number" in metafunc.fixturenames:
        systems = cast("list[Os]", metafunc.config.getoption("--os") or ["debian13"])
        cases = [
            ((system, scenario), number)
            for system in systems
            for scenario in SCENARIOS
            for number in range(len(of(scenario)))
        ]
        names = [f"{system}-{scenario}-{number}" for (system, scenario), number in cases]
        metafunc.parametrize(("target", "number"), cases, indirect=["target"], scope="module", ids=names)


@pytest.fixture(scope="module")
def target(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, *, exhaustive: bool
) -> Iterator[tuple[lab.LabHost, Path, str]]:
    """A host that was applied once, and on which every claim holds."""
    if not exhaustive:
        pytest.skip("a sample is tried by tests/lab/test_site.py; --exhaustive tries all")
    system, scenario = cast("tuple[Os, str]", request.param)
    name = f"n-claims{scenario[0]}"
    lab.down(name)
    text = (ROOT / "inventories/lab.py").read_text()
    inventory = tmp_path_factory.mktemp("inventory") / "claims.py"
    changed = name if scenario == "everything" else "none of them"
    inventory.write_text(text.replace('startswith("everything")', f'startswith("{changed}")'))
    assert inventory.read_text() != text
    host = lab.up(name, system)
    try:
        done = rig("apply", inventory, "--limit", name, "--yes")
        assert done.returncode == 0, done.stdout
        assert failing(inventory, name) == set()
        yield host, inventory, scenario
    finally:
        lab.down(name)


def test_exactly_the_broken_claims_fail(target: tuple[lab.LabHost, Path, str], number: int) -> None:
    host, inventory, scenario = target
    broken_and_put_right(inventory, host, of(scenario)[number], among_all=True)
