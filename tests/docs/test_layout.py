"""Every subsystem has all of its parts, under the usual names."""

from __future__ import annotations

import pytest

from deploys.rig import subsystems
from tests.support.pages import ROOT

PARTS = (
    "deploys/{name}/__init__.py",
    "deploys/{name}/settings.py",
    "deploys/{name}/state.py",
    "templates/{name}/*",
    "docs/{name}.md",
    "tests/unit/test_{name}*.py",
    "tests/host/test_{name}*.py",
    "tests/support/breaks/{name}*.py",
    "tests/lab/drift_cases/{name}.py",
    "inventories/scenarios/{name}.py",
)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", subsystems())
def test_a_subsystem_has_this_part(name: str, part: str) -> None:
    pattern = part.format(name=name)
    assert list(ROOT.glob(pattern)), f"{name} lacks {pattern}: see docs/how-to/add-a-subsystem.md"


@pytest.mark.parametrize("name", subsystems())
def test_a_subsystem_documents_what_it_owns_and_what_it_leaves_alone(name: str) -> None:
    text = (ROOT / "deploys" / name / "__init__.py").read_text()
    for word in ("Owns ", "Leaves alone "):
        assert word in text, f"deploys/{name}/__init__.py does not document what it {word.lower()}"
