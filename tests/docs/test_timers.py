"""The page about the core lists every timer that Rigwright installs."""

from __future__ import annotations

import re

from tests.golden.scenarios import SCENARIOS, SYSTEMS
from tests.support.pages import ROOT

PAGE = ROOT / "docs" / "explanation" / "core.md"


def test_every_timer_is_listed() -> None:
    rigs = [rig("debian13") for name, rig in SCENARIOS.items() if "debian13" in SYSTEMS[name]]
    units = {unit.name for rig in rigs for desired in rig.desired() for unit in desired.units}
    timers = {name for name in units if name.startswith("rigwright-") and name.endswith(".timer")}
    assert len(timers) > 8
    assert set(re.findall(r"^\| `(rigwright-[a-z-]+\.timer)` \|", PAGE.read_text(), re.MULTILINE)) == timers
