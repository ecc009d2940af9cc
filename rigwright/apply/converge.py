"""Apply to several hosts: one pyinfra process for each, a bounded number at once, and a look afterwards."""

from __future__ import annotations

import os
import textwrap
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rigwright.apply import child_process
from rigwright.drift.preflight import objection
from rigwright.drift.survey import Surveyed, survey
from rigwright.errors import Exit
from rigwright.inventory.load import Host
from rigwright.repository import ROOT

AT_ONCE = 5
SITE = "deploys/site.py"
SHOWN_LINES = 20
PYINFRA_WORDS = ("Connected", "Success", "No changes", "Error", f"Ready: {SITE}")


@dataclass(frozen=True)
class Outcome:
    """What became of one host.

    Attributes:
        before: What differed before.
        after: What differs afterwards: the only thing that counts.
        code: pyinfra's own exit code, 0 where it had nothing to do.
        messages: What the host said when something failed.
    """

    host: Host
    before: Surveyed
    after: Surveyed
    code: int
    seconds: float
    messages: tuple[str, ...] = ()


def converge(inventory: Path, hosts: Sequence[Host], *, adopt: bool) -> list[Outcome]:
    """Bring hosts to what they should be. One that fails does not hide the others."""
    before = survey(hosts)
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        return list(pool.map(lambda one: _converge(inventory, one, adopt=adopt), before))


def _converge(inventory: Path, before: Surveyed, *, adopt: bool) -> Outcome:
    started = time.monotonic()
    if before.error or not before.findings:
        return Outcome(before.host, before, before, Exit.UNKNOWN if before.error else Exit.OK, 0.0)
    if against := objection(before.findings, adopt=adopt):
        told = tuple(str(against).splitlines())
        return Outcome(before.host, before, before, Exit.UNKNOWN, 0.0, told)
    code, messages = _pyinfra(inventory, before.host.name, adopt=adopt)
    after = survey([before.host])[0]
    return Outcome(before.host, before, after, code, time.monotonic() - started, messages)


def _pyinfra(inventory: Path, name: str, *, adopt: bool) -> tuple[int, tuple[str, ...]]:
    """Run the plain job for one host. Its exit code is not trusted: the look afterwards decides."""
    arguments = [str(inventory.resolve()), SITE, "-y", "--limit", name]
    arguments += ["--data", "adopt=true"] if adopt else []
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = child_process.run("pyinfra", arguments, folder=ROOT, environment=environment)
    return done.returncode, _messages(done.stdout, name) if done.returncode else ()


def _messages(output: str, name: str) -> tuple[str, ...]:
    """The lines of pyinfra's output that the host itself wrote, from its first complaint on."""
    prefix = f"    [{name}] "
    own = [line.removeprefix(prefix).rstrip() for line in output.splitlines() if line.startswith(prefix)]
    words = ((line, line.strip()) for line in own)
    said = [line for line, word in words if word not in PYINFRA_WORDS and not word.startswith("Error: ")]
    first = next((n for n, line in enumerate(said) if line.lstrip().startswith(("rigwright:", "E:"))), None)
    if first is None:
        return tuple(output.splitlines()[-SHOWN_LINES:])
    return tuple(textwrap.dedent("\n".join(said[first:])).splitlines())


def verdict(outcomes: Sequence[Outcome]) -> Exit:
    """In sync on every host, seen afterwards, or not."""
    good = all(not one.after.error and not one.after.findings and one.code == Exit.OK for one in outcomes)
    return Exit.OK if outcomes and good else Exit.UNKNOWN
