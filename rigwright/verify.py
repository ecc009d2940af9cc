"""Run the host tests against an inventory's hosts, and turn their results into findings."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path

from rigwright.compare.acceptance import Acceptance, accepted_by, apart
from rigwright.errors import Exit, RigError
from rigwright.finding import Finding, Severity
from rigwright.inventory.load import Host
from rigwright.repository import ROOT

AT_ONCE = 4
"""Each host's tests are a process that needs about a second of the processor to start."""
TESTS = "tests/host"
PYTEST_FAILED = 1
SHOWN_LINES = 12
UNREACHABLE = "unreachable"
"""The property of a test in the report that could not be made for want of a connection: the reason."""


@dataclass(frozen=True)
class Verified:
    """The results of the host tests.

    Attributes:
        findings: One for each claim that does not hold.
        passed: Number of claims that hold.
        unreachable: Why a host could not be reached, by its name: the state of its claims is unknown.
        skipped: Reasons, one for each claim that did not apply.
        hosts: Every host to which at least one claim applied.
        accepted: Further claims that do not hold, which the inventory accepts.
        held: The claims that hold, a line each.
    """

    findings: tuple[Finding, ...]
    passed: int
    skipped: tuple[str, ...]

    hosts: frozenset[str]
    unreachable: Mapping[str, str] = field(default_factory=dict)
    accepted: tuple[Acceptance, ...] = ()
    held: tuple[str, ...] = ()


def verify(
    inventory: Path,
    names: Sequence[str],
    again: Sequence[Finding] = (),
    *,
    only: Sequence[str] = (),
    at_once: int = AT_ONCE,
) -> Verified:
    """Test the running hosts, each in a process of its own.

    Args:
        inventory: The hosts' inventory.
        names: Which hosts.
        again: Test again the claims of these findings alone; none stands for every claim.
        only: Test these subsystems alone; all where it is empty.
        at_once: How many hosts at a time.

    Raises:
        RigError: The tests could not run, a host could not be reached, or no test applied to one of them: its
            state is unknown then.
    """
    files = sorted({one.where for one in again}) or host_tests(only)
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        return joined(list(pool.map(lambda name: _verify(inventory, [name], files), names)))


def host_tests(only: Sequence[str]) -> list[str]:
    """The files of the host tests of these subsystems; the whole folder where none is named.

    Raises:
        RigError: A subsystem has none.
    """
    stems = {path.stem.removeprefix("test_"): path for path in sorted((ROOT / TESTS).glob("test_*.py"))}
    own = {name: [path for stem, path in stems.items() if f"{stem}_".startswith(f"{name}_")] for name in only}
    if untested := [name for name, paths in own.items() if not paths]:
        raise RigError(
            f"--only {untested[0]} has no host tests, so nothing would be known of it",
            next_step="leave it out, or compare it with rig drift",
        )
    return [str(path.relative_to(ROOT)) for paths in own.values() for path in paths] or [TESTS]


def joined(parts: Sequence[Verified]) -> Verified:
    """The results of several hosts as one."""
    return Verified(
        findings=tuple(one for part in parts for one in part.findings),
        passed=sum(part.passed for part in parts),
        skipped=tuple(one for part in parts for one in part.skipped),
        hosts=frozenset().union(*(part.hosts for part in parts)),
        held=tuple(one for part in parts for one in part.held),
    )


def _verify(inventory: Path, names: Sequence[str], files: Sequence[str]) -> Verified:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        done = _pytest(inventory, names, files, report)
        if done.returncode not in (0, PYTEST_FAILED) or not report.exists():
            tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-SHOWN_LINES:])
            raise RigError(f"the host tests could not run:\n{tail}", file=str(inventory))
        verified = parse(report.read_text(), names)
    for host, reason in verified.unreachable.items():
        raise RigError(
            f"could not connect during the host tests: {reason}",
            host=host,
            next_step="check that it is up and its sshd responds, then run again",
        )
    if untested := sorted(set(names) - verified.hosts):
        raise RigError(
            f"no host test applied to {', '.join(untested)}",
            file=str(inventory),
            next_step="check that this is the right inventory",
        )
    return verified


def accepting(verified: Verified, hosts: Sequence[Host]) -> Verified:
    """The same, apart from what the inventory of these hosts accepts today."""
    today, opened, closed = datetime.now(timezone.utc).date(), list[Finding](), list[Acceptance]()
    by_name = {host.name: host for host in hosts}
    for finding in verified.findings:
        host = by_name.get(finding.host)
        left, taken = apart([finding], accepted_by(host.rig.desired()) if host else (), today)
        opened += left
        closed += taken
    return replace(verified, findings=tuple(opened), accepted=tuple(closed))


def _pytest(
    inventory: Path, names: Sequence[str], files: Sequence[str], report: Path
) -> subprocess.CompletedProcess[str]:
    limits = [part for name in names for part in ("--limit", name)]
    command = [sys.executable, "-m", "pytest", *files, "-q", "--tb=short", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, f"--inventory={inventory.resolve()}", *limits, f"--junitxml={report}"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def parse(xml: str, hosts: Sequence[str]) -> Verified:
    """The results in a JUnit report of pytest."""
    cases = list(ET.fromstring(xml).iter("testcase"))  # noqa: S314  pytest wrote it
    tested = [case for case in cases if not _unreachable(case)]
    bad = [case for case in tested if case.find("failure") is not None or case.find("error") is not None]
    skips = [skip for case in tested if (skip := case.find("skipped")) is not None]
    good = [case for case in tested if case not in bad and case.find("skipped") is None]
    return Verified(
        findings=tuple(_finding(case, hosts) for case in bad),
        passed=len(tested) - len(bad) - len(skips),
        skipped=tuple(skip.get("message", "") for skip in skips),
        held=tuple(_held(case, hosts) for case in good),
        hosts=frozenset(_claim(case, hosts)[1] for case in tested if case.find("skipped") is None),
        unreachable={_claim(case, hosts)[1]: reason for case in cases if (reason := _unreachable(case))},
    )


def _unreachable(case: ET.Element) -> str:
    properties = (one for one in case.iter("property") if one.get("name") == UNREACHABLE)
    return next((one.get("value", "") or "no connection" for one in properties), "")


def _held(case: ET.Element, hosts: Sequence[str]) -> str:
    claim, host, which = _claim(case, hosts)
    words = claim.removeprefix("test_").replace("_", " ")
    return f"{host}  {_subsystem(case)}: {words}" + (f" ({which})" if which else "")


def _subsystem(case: ET.Element) -> str:
    return case.get("classname", "").rsplit(".", 1)[-1].removeprefix("test_")


def _finding(case: ET.Element, hosts: Sequence[str]) -> Finding:
    """A failed claim: the host is in brackets behind the test's name, beside the case if it has one."""
    claim, host, which = _claim(case, hosts)
    detail = case.find("failure") if case.find("failure") is not None else case.find("error")
    message = (detail.get("message", "") if detail is not None else "").splitlines()
    summary = claim.removeprefix("test_").replace("_", " ")
    return Finding(
        host=host,
        subsystem=_subsystem(case),
        kind="verify.failed",
        where=f"{case.get('classname', '').replace('.', '/')}.py::{claim}",
        summary=f"does not hold: {summary}" + (f" ({which})" if which else ""),
        severity=Severity.ERROR,
        actual="\n".join(message[:SHOWN_LINES]) or None,
    )


def _claim(case: ET.Element, hosts: Sequence[str]) -> tuple[str, str, str]:
    """The claim, its host, and its case if it has some."""
    claim, _, bracket = case.get("name", "").partition("[")
    return (claim, *split(bracket.removesuffix("]"), hosts))


def split(bracket: str, hosts: Sequence[str]) -> tuple[str, str]:
    """The host and the case in pytest's ``host-case`` or ``case-host``; host names may hold dashes too."""
    for host in sorted(hosts, key=len, reverse=True):
        if bracket == host:
            return host, ""
        if bracket.startswith(f"{host}-"):
            return host, bracket.removeprefix(f"{host}-")
        if bracket.endswith(f"-{host}"):
            return host, bracket.removesuffix(f"-{host}")
    return "?", bracket


def verdict(verified: Verified) -> Exit:
    """Whether every claim holds."""
    return Exit.CHANGES if verified.findings else Exit.OK
