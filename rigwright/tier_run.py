"""Run tiers of tests: one after the other, and beside each other where nothing in them measures time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import Path

from rigwright import console
from rigwright.repository import ROOT
from rigwright.tier import Ran, Tier

COUNTS = re.compile(r"(\d+) (passed|failed|skipped|error)")
AT_ONCE = 3
"""On two cores: lab hosts spend half of their time waiting for each other."""
AGAIN_AT_MOST = 30
"""Tests that are run once more. Where more of them failed, the reason is no busy machine."""

ENDED_WITH_US = ("env", "--default-signal=INT", "setpriv", "--pdeathsig", "INT", "--")
"""However a run ends, its tests end as by Ctrl-C, and take their lab hosts down. What a shell starts in the
background ignores that signal at first."""

Show = Callable[[str], None]


def run_all(tiers: Sequence[Tier]) -> list[Ran]:
    """Run tiers in their order; of those that may, some at once, whose output comes when each is done."""
    results: list[Ran] = []
    again = partial(_again, show=_show)
    for beside, some in groupby(tiers, key=lambda tier: tier.beside):
        group = list(some)
        if not beside or len(group) == 1:
            results += [again(_run(tier, _show)) for tier in group]
            continue
        console.say(console.style(f"\n== beside each other: {', '.join(one.name for one in group)}", "bold"))
        with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
            ran = list(pool.map(_run_quietly, group))
        results += map(again, ran)
    return results


def _again(ran: Ran, show: Show) -> Ran:
    """Where tests on lab hosts failed: what those say with nothing beside them, which the result tells apart.

    A service has seconds to answer, and a machine that is busy with other hosts takes them.
    """
    if ran.good or not (ran.tier.needs_root or ran.tier.beside) or not 0 < ran.failed <= AGAIN_AT_MOST:
        return ran
    head = f"\n== {ran.tier.name}, once more: the {ran.failed} that failed, with nothing beside them"
    show(console.style(head, "bold") + "\n")
    started = time.monotonic()
    code, counts = _command(ran.tier, ran.tier.commands[-1], show, "--last-failed", "--lfnf=none")
    seconds = ran.seconds + time.monotonic() - started
    passed = counts.get("passed", 0)
    if code or passed < ran.failed:
        return replace(ran, seconds=seconds)
    return replace(ran, good=True, seconds=seconds, passed=ran.passed + passed, failed=0, again=passed)


def _show(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _run_quietly(tier: Tier) -> Ran:
    said: list[str] = []
    try:
        return _run(tier, said.append)
    finally:
        _show("".join(said))


def _obstacle(tier: Tier) -> str | None:
    if tier.commands[0][-1] == "None":
        return f"{tier.name} is not on this machine"
    return tier.obstacle


def _run(tier: Tier, show: Show) -> Ran:
    show(console.style(f"\n== {tier.name}: {tier.claim} (budget {tier.budget_seconds} s)", "bold") + "\n")
    if why_not := _obstacle(tier):
        show(f"not run: {why_not}\n")
        # Who may not look has seen nothing; what the machine has not is told, and is nobody's fault.
        return Ran(tier, good=not tier.forbidden, why_not=why_not)
    started = time.monotonic()
    counts = {"passed": 0, "failed": 0, "skipped": 0, "error": 0}
    good = True
    for parts in tier.commands:
        code, found = _command(tier, parts, show)
        for word, number in found.items():
            counts[word] += number
        if code:
            good = False
            break
    seconds = time.monotonic() - started
    failed = counts["failed"] + counts["error"]
    if good and not failed and not counts["passed"] and counts["skipped"]:
        return Ran(tier, good=True, skipped=counts["skipped"], why_not="all skipped; the reasons stand above")
    return Ran(tier, good and not failed, seconds, counts["passed"], failed, counts["skipped"])


def _command(tier: Tier, parts: tuple[str, ...], show: Show, *more: str) -> tuple[int, dict[str, int]]:
    """Run one command, show its output as it comes, and count what pytest's last line says."""
    if "pytest" in parts:
        # Tiers run beside each other, and each must remember its own failures.
        parts = (*parts, "-o", f"cache_dir={ROOT}/.pytest_cache/{tier.name}", *more)
    names = {"python": sys.executable, "bin": str(Path(sys.executable).parent)}
    argv = [*ENDED_WITH_US, *(part.format(**names) for part in parts)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    said = b""
    with subprocess.Popen(
        argv, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout  # noqa: S101  it was asked for
        # By what there is and not by lines, because pytest prints a dot for each test.
        while chunk := os.read(process.stdout.fileno(), 4096):
            show(chunk.decode("utf-8", "replace"))
            said = (said + chunk)[-4096:]
    tests = "pytest" in parts or parts[0].endswith(".sh")
    return process.returncode, counted(said.decode("utf-8", "replace")) if tests else {}


def counted(output: str) -> dict[str, int]:
    """What the last line of pytest's that has figures says: ``3 passed, 1 skipped``."""
    lines = [line for line in output.splitlines() if COUNTS.search(line)]
    return {word: int(number) for number, word in COUNTS.findall(lines[-1])} if lines else {}
