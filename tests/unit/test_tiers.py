"""What a tier's tests said is counted truly."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rigwright.tier import Ran, Tier, support
from rigwright.tier_run import counted, run_all
from rigwright.tiers import TIERS
from tests.support.waiting import wait_until


def test_the_last_line_with_figures_counts() -> None:
    output = "3 failed in a name\n....\n= 2 failed, 10 passed, 1 skipped, 1 error in 3.2s =\nbye\n"
    assert counted(output) == {"failed": 2, "passed": 10, "skipped": 1, "error": 1}


def test_no_figures_are_no_tests() -> None:
    assert counted("no tests ran\n") == {}


def test_a_system_that_was_not_tested_is_never_shown_as_supported() -> None:
    tier = {tier.name: tier for tier in TIERS}
    told = support(
        [
            Ran(tier["debian13"], good=True, passed=14),
            Ran(tier["debian12"], good=False, passed=13, failed=1),
            Ran(tier["ubuntu2404"], good=True, why_not="the archive cannot be reached"),
        ],
        "abc",
    )
    rows = [line.split("|")[2].strip() for line in told.splitlines() if "LTS" in line or "Debian" in line]
    assert sorted(rows) == [
        "14 passed",
        "FAILED: 1 of 14",
        "not run: not chosen",
        "not run: the archive cannot be reached",
    ]


def test_tiers_beside_each_other_are_counted_in_their_order(capsys: pytest.CaptureFixture[str]) -> None:
    """The slow one comes first in the results and last on the screen; a failure stays a failure."""
    say = ("sh", "-c", "sleep $0; echo $1 passed; exit $2")
    tiers = [
        Tier("slow", "", ((*say, "0.3", "7", "0", "pytest"),), 9, beside=True),
        Tier("bad", "", ((*say, "0", "2", "1", "pytest"),), 9, beside=True),
        Tier("last", "", ((*say, "0", "5", "0", "pytest"),), 9),
    ]
    results = run_all(tiers)
    assert [(ran.tier.name, ran.good, ran.passed) for ran in results] == [
        ("slow", True, 7),
        ("bad", False, 2),
        ("last", True, 5),
    ]
    said = capsys.readouterr().out
    assert said.index("2 passed") < said.index("7 passed") < said.index("5 passed")


@pytest.mark.parametrize(("second", "good", "passed", "again"), [(0, True, 5, 1), (1, False, 4, 0)])
def test_what_fails_beside_others_is_run_once_more_and_told_apart(
    second: int, good: bool, passed: int, again: int
) -> None:
    script = f"""case "$*" in
    *--last-failed*) echo '1 passed in 1s'; exit {second} ;;
    *) echo '1 failed, 4 passed in 1s'; exit 1 ;;
    esac"""
    tiers = [
        Tier("busy", "", (("sh", "-c", script, "sh", "pytest"),), 9, beside=True),
        Tier("calm", "", (("sh", "-c", "echo 2 passed", "sh", "pytest"),), 9, beside=True),
    ]
    busy, calm = run_all(tiers)
    assert (busy.good, busy.passed, busy.again) == (good, passed, again)
    assert (calm.good, calm.passed, calm.again) == (True, 2, 0)


def test_a_tier_that_fails_as_a_whole_is_not_run_once_more() -> None:
    script = "case \"$*\" in *--last-failed*) echo '40 passed' ;; *) echo '40 failed'; exit 1 ;; esac"
    one, _ = run_all(
        [Tier(name, "", (("sh", "-c", script, "sh", "pytest"),), 9, beside=True) for name in "ab"]
    )
    assert (one.good, one.failed) == (False, 40)


def test_a_run_that_is_killed_ends_its_tests_as_ctrl_c_does(tmp_path: Path) -> None:
    """Who is asked to end takes its lab hosts down."""
    begun, ended = tmp_path / "begun", tmp_path / "ended"
    waits = f"trap 'touch {ended}; exit' INT; touch {begun}; while :; do sleep 0.1; done"
    script = f"""
from rigwright.tier import Tier
from rigwright.tier_run import run_all
run_all([Tier("long", "", (("sh", "-c", {waits!r}),), 9)])
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.DEVNULL) as running:
        wait_until(begun.exists)
        running.kill()
    wait_until(ended.exists)
