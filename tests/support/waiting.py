"""Wait for what comes by itself, and no longer than it may take."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest


def wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Fail unless it becomes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return
        time.sleep(0.2)
    pytest.fail("it did not become true in time")
