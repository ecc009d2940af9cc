"""Options of the whole suite."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# How fast cases are made and tried depends on what else the machine does.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of a run."""
    parser.addoption("--exhaustive", action="store_true", help="try every case instead of a sample")
    parser.addoption("--os", action="append", default=[], help="only lab hosts that run this")
    parser.addoption("--inventory", help="the inventory whose hosts the host tests ask")
    parser.addoption("--limit", action="append", default=[], help="only this host of the inventory")


@pytest.fixture(scope="session")
def exhaustive(request: pytest.FixtureRequest) -> bool:
    """Whether every case is to be tried."""
    return bool(request.config.getoption("--exhaustive"))
