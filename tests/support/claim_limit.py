"""No claim about a host is waited for without end: a service that stands still responds to none."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import pytest

CLAIM_SECONDS = 600
"""Far more than any takes on an emulated machine."""


@contextmanager
def limited(seconds: float = CLAIM_SECONDS) -> Iterator[None]:
    """Fail the claim that takes longer, whatever it waits for."""

    def give_up(_number: int, _frame: FrameType | None) -> NoReturn:
        pytest.fail(f"no result within {seconds:g} s: what it queries stands still", pytrace=False)

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
