"""The lab's loads by hand are of services that a host of each system has, and leave none of them out."""

from __future__ import annotations

from typing import get_args

import pytest

from inventories.scenarios import everything
from rigwright.observed.loads import reads
from rigwright.settings.platform import Os
from tests.support.unmanaged_loads import by_hand, by_systemd

WITHOUT_FILES_OF_THEIR_OWN = {
    "containerd.service",
    "postgresql.service",
    "unattended-upgrades.service",
    "rigwright-audit.service",
    "rigwright-stack@shop.service",
}
"""What these have read is known by their units alone, or they end at once."""


@pytest.mark.parametrize("system", get_args(Os))
def test_every_service_that_reads_its_files_once_is_loaded_by_hand(system: Os) -> None:
    declared = {(one.subsystem, unit) for one in everything(system).desired() for unit in reads(one)}
    tried = {(one.subsystem, one.unit) for one in [*by_systemd(system), *by_hand(system)]}
    assert tried - declared == set()
    assert {unit for _, unit in declared - tried} <= WITHOUT_FILES_OF_THEIR_OWN
