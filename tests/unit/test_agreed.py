"""What is applied is the plan that was shown: each change of host or inventory in between makes another."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from rigwright.apply.agreed import digest
from rigwright.desired import Desired, File, RuntimeState, Step
from rigwright.finding import Finding

WANTED = Desired(
    "toy",
    files=(File("/etc/toy", b"a = 1\n"), File("/etc/secret", b"hidden", mode=0o600, secret=True)),
    steps=(Step("key", "test ! -e /etc/key", "make-key"),),
    runtime_states=(RuntimeState("level", "level", (("level", "1"),), remediation="level 1"),),
)
FOUND = Finding(
    "web", "toy", "file.content", "/etc/toy", "/etc/toy differs", diff=("--- a", "+++ b", "-a = 0", "+a = 1")
)
LEVEL = Finding("web", "toy", "runtime_state.value", "level", "level is 3, wanted 1", actual="3")
AGREED = digest([WANTED], [FOUND, LEVEL])


def test_the_same_plan_is_the_same_in_any_order_and_at_any_time() -> None:
    later = replace(FOUND, since=datetime(2026, 1, 1, tzinfo=timezone.utc))
    assert digest([WANTED], [LEVEL, later]) == AGREED


def test_the_figure_of_runtime_state_may_move() -> None:
    """What apply does about it is the same."""
    assert digest([WANTED], [FOUND, replace(LEVEL, actual="4", summary="level is 4")]) == AGREED


@pytest.mark.parametrize(
    "findings",
    [
        [FOUND],
        [LEVEL],
        [FOUND, replace(LEVEL, where="other")],
        [replace(FOUND, diff=("--- a", "+++ b", "-a = 2", "+a = 1")), LEVEL],
        [replace(FOUND, refused=True), LEVEL],
        [FOUND, LEVEL, replace(FOUND, kind="file.mode", expected="0644", actual="0666", diff=())],
    ],
    ids=["one-less", "another-less", "elsewhere", "other-content", "needs-adopt", "one-more"],
)
def test_another_state_of_the_host_is_another_plan(findings: list[Finding]) -> None:
    assert digest([WANTED], findings) != AGREED


@pytest.mark.parametrize(
    "wanted",
    [
        replace(WANTED, files=(File("/etc/toy", b"a = 2\n"), WANTED.files[1])),
        replace(WANTED, files=(WANTED.files[0], File("/etc/secret", b"other!", mode=0o600, secret=True))),
        replace(WANTED, steps=(replace(WANTED.steps[0], command="make-other-key"),)),
        replace(WANTED, runtime_states=(replace(WANTED.runtime_states[0], remediation="level 2"),)),
        replace(WANTED, packages=("more",)),
    ],
    ids=["file", "secret", "step", "remediation", "package"],
)
def test_another_inventory_is_another_plan(wanted: Desired) -> None:
    assert digest([wanted], [FOUND, LEVEL]) != AGREED
