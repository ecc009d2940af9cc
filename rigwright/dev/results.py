"""Run nox sessions of the tests, and say what ran, what did not and why: not run is not green."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from rigwright import console
from rigwright.dev.testing import AGAIN, REPORTS, ROOT, with_parent
from rigwright.errors import RigError
from rigwright.settings.platform import NAMES

AT_ONCE = 3
"""On two cores: lab hosts spend half of their time waiting for each other."""
AGAIN_AT_MOST = 30
"""Tests that are run once more. Where more of them failed, the reason is no busy machine."""


@dataclass(frozen=True)
class Result:
    """How a session went.

    Attributes:
        good: Whether nothing failed, and nothing was in the way that is the caller's to change.
        again: Of those that passed, how many did only when they were run once more.
        not_run: Why nothing ran.
    """

    name: str
    good: bool
    seconds: float = 0.0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    again: int = 0
    not_run: str | None = None


def sessions(root: Path = ROOT) -> dict[str, frozenset[str]]:
    """All sessions of a folder's noxfile by name, in their order, each with its tags.

    Raises:
        RigError: nox could not load the noxfile.
    """
    command = [*_nox(root), "--list", "--json", "--tags", "tier", "subsystem"]
    done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise RigError("nox could not load the noxfile", next_step="see its error above")
    return {one["session"]: frozenset(one["tags"]) for one in json.loads(done.stdout)}


def run(names: Sequence[str], tags: Mapping[str, frozenset[str]], root: Path = ROOT) -> list[Result]:
    """Run these sessions, some beside each other; those on lab hosts run once more what failed, alone.

    A service has seconds to respond, and a machine that is busy with other hosts takes them.

    Raises:
        RigError: nox ended without a report.
    """
    shutil.rmtree(root / REPORTS, ignore_errors=True)
    first = _report(root, "--parallel", str(AT_ONCE if len(names) > 1 else 1), "--sessions", *names)
    repeated = [one.name for one in first if "hosts" in tags[one.name] and 0 < one.failed <= AGAIN_AT_MOST]
    if not repeated:
        return first
    title = "once more what failed, with nothing beside it"
    console.echo(console.style(f"\n== {title}: {', '.join(repeated)}", "bold"))
    again = {one.name: one for one in _report(root, "--sessions", *repeated, "--", *AGAIN)}
    return [_merged(one, again[one.name]) if one.name in again else one for one in first]


def _merged(first: Result, again: Result) -> Result:
    seconds = first.seconds + again.seconds
    if not again.good or again.passed < first.failed:
        return replace(first, seconds=seconds)
    passed = first.passed + again.passed
    return replace(first, good=True, seconds=seconds, passed=passed, failed=0, again=again.passed)


def _nox(root: Path) -> list[str]:
    return [*with_parent(), sys.executable, "-m", "nox", "--noxfile", str(root / "noxfile.py")]


def _report(root: Path, *arguments: str) -> list[Result]:
    """Run nox with these arguments, its output as it comes, and read what it reports."""
    (root / REPORTS).mkdir(parents=True, exist_ok=True)
    report = root / REPORTS / "nox.json"
    report.unlink(missing_ok=True)
    subprocess.run([*_nox(root), "--report", str(report), *arguments], cwd=root, check=False)
    if not report.exists():
        raise RigError("nox ended without a report", next_step="see its output above, and run it again")
    kind = "again" if AGAIN[0] in arguments else "first"
    return [_result(one, root, kind) for one in json.loads(report.read_text())["sessions"]]


def _result(one: Mapping[str, Any], root: Path, kind: str) -> Result:
    name = one["signatures"][0] if one["signatures"] else one["name"]
    seconds, good = float(one["duration"]), one["result_code"] > 0
    passed, failed, skipped = counted(root / REPORTS / name / f"{kind}.xml")
    if one["result"] in ("aborted", "skipped") or (good and skipped and not passed):
        why = one["reason"] or "all skipped; the reasons stand above"
        return Result(name, good, seconds, passed, failed, skipped, not_run=why)
    return Result(name, good and not failed, seconds, passed, failed, skipped)


def counted(report: Path) -> tuple[int, int, int]:
    """Tests that passed, failed and were skipped, by a JUnit file; an error is a failure, no file no test."""
    if not report.exists():
        return 0, 0, 0
    suites = ET.parse(report).getroot().iter("testsuite")  # noqa: S314  pytest wrote it
    total = Counter[str]()
    for suite in suites:
        total.update({key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")})
    failed = total["failures"] + total["errors"]
    return total["tests"] - failed - total["skipped"], failed, total["skipped"]


def support(results: Iterable[Result], revision: str) -> str:
    """A table in Markdown: on which systems these tests showed that the site works."""
    by_name = {one.name: one for one in results}
    rows = [f"| {NAMES[os]} | {_shown(by_name.get(os))} |" for os in NAMES]
    head = ["# Support, as the tests of this run showed it", "", f"Revision {revision}.", ""]
    return "\n".join([*head, "| System | Site applied and verified |", "|---|---|", *rows, ""])


def _shown(result: Result | None) -> str:
    if result is None:
        return "not run: not chosen"
    if result.not_run:
        return f"not run: {result.not_run}"
    again = f", {result.again} of them only when run once more" if result.again else ""
    if result.good:
        return f"{result.passed} passed{again}"
    return f"FAILED: {result.failed} of {result.passed + result.failed}"


def closing(results: Sequence[Result]) -> str:
    """What ran and what did not; the last line counts all tests."""
    lines = [console.style("\n== what ran", "bold"), *map(_row, results)]
    if missing := [one.name for one in results if one.not_run and not one.good]:
        lines.append(f"\nnot run, so nothing is known of them: {', '.join(missing)}")
    # A session that failed without a test that did is a failure too: a linter, or pytest itself.
    failed = sum(one.failed or int(not one.good and not one.not_run) for one in results)
    passed, skipped = sum(one.passed for one in results), sum(one.skipped for one in results)
    return "\n".join([*lines, f"\n{passed} passed, {failed} failed, {skipped} skipped"])


def _row(one: Result) -> str:
    if one.not_run:
        return f"  {one.name:<19} {console.style('not run', 'yellow')}  {one.not_run}"
    word = console.style("passed", "green") if one.good else console.style("FAILED", "red")
    again = console.style(f", {one.again} only when run once more", "yellow") if one.again else ""
    failed = f", {one.failed} failed" if one.failed else ""
    skipped = f", {one.skipped} skipped" if one.skipped else ""
    tests = f"  {one.passed} passed{again}{failed}{skipped}" if one.passed or one.failed else ""
    return f"  {one.name:<19} {word}  {one.seconds:7.1f} s{tests}"
