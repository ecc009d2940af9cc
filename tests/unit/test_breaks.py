"""Every claim of ``rig verify`` has a break, and breaks of a batch do not disturb each other."""

from __future__ import annotations

import ast
import shlex
import subprocess
from collections import Counter
from pathlib import Path

from tests.support.breaks import BREAKS, ELSEWHERE, batches, breaking, undoing

HOST_TESTS = Path(__file__).parents[1] / "host"


def claims() -> set[str]:
    """Every test in the folder of the host tests."""
    return {
        f"{path.stem}::{item.name}"
        for path in HOST_TESTS.glob("test_*.py")
        for item in ast.parse(path.read_text()).body
        if isinstance(item, ast.FunctionDef) and item.name.startswith("test_")
    }


def elsewhere(claim: str) -> bool:
    """Whether no lab container can break it."""
    return claim in ELSEWHERE or f"{claim.partition('::')[0]}::*" in ELSEWHERE


def test_every_claim_has_one_break_and_every_break_a_claim() -> None:
    counted = Counter(one.claim for one in BREAKS)
    assert {claim for claim in claims() if not counted[claim] and not elsewhere(claim)} == set()
    assert {claim for one in BREAKS for claim in one.claims} - claims() == set()
    assert [claim for claim, count in counted.items() if count > 1] == []
    assert {claim for claim in ELSEWHERE if not claim.endswith("*")} <= claims() - set(counted)


def test_each_break_is_in_one_batch_in_which_each_claim_shows_whose_it_is() -> None:
    found = batches(BREAKS)
    assert Counter(one.claim for batch in found for one in batch) == Counter(one.claim for one in BREAKS)
    for batch in found:
        assert max(Counter(claim for one in batch for claim in one.claims).values()) == 1
        assert max(Counter(one.touches for one in batch if one.touches).values(), default=1) == 1
        assert len(batch) == 1 or not any(one.alone for one in batch)


def test_every_script_is_one_that_a_shell_reads() -> None:
    for batch in batches(BREAKS):
        for script in (breaking(batch), undoing(batch)):
            assert subprocess.run(["sh", "-n", "-c", script], check=False, capture_output=True).stderr == b""
    for one in BREAKS:
        for script in (one.command, one.undo, one.after):
            done = subprocess.run(["sh", "-n", "-c", script], check=False, capture_output=True)
            assert done.stderr == b"", (one.claim, shlex.quote(script))
