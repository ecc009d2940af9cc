"""What an inventory of an earlier revision imports is there, by the name that it had."""

from __future__ import annotations

import pytest

import rigwright.inventory
from deploys.nginx import settings
from rigwright.inventory import load


def test_an_inventory_of_an_earlier_revision_is_read() -> None:
    assert (rigwright.inventory.ssh_host, rigwright.inventory.group) == (load.ssh_host, load.group)
    assert settings.Answer is settings.FixedResponse


def test_another_name_is_an_error_of_the_inventory() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'ssh_hots'"):
        _ = rigwright.inventory.ssh_hots
