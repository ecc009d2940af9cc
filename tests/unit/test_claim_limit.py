"""A claim that never ends fails, and one that ends is left alone."""

from __future__ import annotations

import subprocess
import time

import pytest

from tests.support.claim_limit import limited


def test_a_claim_that_waits_for_a_command_without_end_fails() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"no result within 0\.2 s"), limited(0.2):
        subprocess.run(["sleep", "20"], check=False)


def test_a_claim_that_ends_is_not_ended_later() -> None:
    with limited(0.2):
        pass
    time.sleep(0.4)
