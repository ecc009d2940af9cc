"""Apply to several hosts: one pyinfra process each, a bounded number at a time, and a survey afterwards."""

from __future__ import annotations

import os
import textwrap
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rigwright.apply import agreed, child_process
from rigwright.desired.dependencies import held_back
from rigwright.drift.preflight import fixable, refusal_reason, refusals
from rigwright.drift.survey import Surveyed, Terms, survey
from rigwright.errors import Exit
from rigwright.inventory.load import Host
from rigwright.inventory.select import exactly
from rigwright.remote.keys import locked
from rigwright.remote.transport import WAITING
from rigwright.repository import ROOT

AT_ONCE = 5
SITE = "deploys/site.py"
SHOWN_LINES = 20
SETTLE_SECONDS = (10, 20, 30)
"""Waited between the surveys after a run, while services that it started do not respond yet: those of a slow
machine all start at once, and what they start with, such as a first backup, takes its processor."""
PYINFRA_STATUS = ("Connected", "Success", "No changes", "Error", f"Ready: {SITE}")
"""Lines that pyinfra itself prints for a host, between those that the host printed."""
HOST_PREFIXES = ("rigwright:", "E:")
"""How the first line of a failure begins: of the toolkit's own programs, and of apt."""


@dataclass(frozen=True)
class Outcome:
    """The result for one host.

    Attributes:
        before: What differed before.
        after: What differs afterwards, which decides the exit code.
        code: pyinfra's own exit code, 0 where it had nothing to do.
        messages: What the host printed when something failed.
    """

    host: Host
    before: Surveyed
    after: Surveyed
    code: int
    seconds: float
    messages: tuple[str, ...] = ()


@dataclass(frozen=True)
class How:
    """How hosts are applied to.

    Attributes:
        adopt: Replace what is not managed.
        only: Apply these subsystems alone, and what they need; all where it is empty.
        at_once: How many hosts at a time.
        agreed: The plan was shown: a host for which it is another by now is refused.
        receive: Called with a host's name and each line of its run as it comes.
    """

    adopt: bool = False
    only: tuple[str, ...] = ()
    at_once: int = AT_ONCE
    agreed: bool = False
    receive: Callable[[str, str], None] | None = None


def may_change(before: Surveyed, *, adopt: bool) -> bool:
    """Whether an apply would change something on this host."""
    refused = refusals(before.desired, before.findings, adopt=adopt, managed=before.managed)
    return not before.error and bool(fixable(before.desired, before.findings, refused))


def left_out(before: Surveyed, *, adopt: bool) -> list[str]:
    """What an apply would leave out on this host, a line each, where it changes anything at all."""
    if not may_change(before, adopt=adopt):
        return []
    refused = refusals(before.desired, before.findings, adopt=adopt, managed=before.managed)
    skipped = held_back(before.desired, refused)
    return [
        *(f"{before.host.name}: {name} is refused, and left out" for name in refused),
        *(
            f"{before.host.name}: {name} is left out, because it needs {other}"
            for name, other in skipped.items()
        ),
    ]


def converge(inventory: Path, before: Sequence[Surveyed], how: How) -> list[Outcome]:
    """Bring hosts to their desired state. One that fails does not hide the others.

    Args:
        inventory: Their inventory.
        before: What differs on each.
        how: Options.
    """
    with ThreadPoolExecutor(max_workers=how.at_once) as pool:
        return list(pool.map(lambda one: _converge(inventory, one, how), before))


def _converge(inventory: Path, before: Surveyed, how: How) -> Outcome:
    started = time.monotonic()
    if before.error or not before.findings:
        return Outcome(before.host, before, before, Exit.UNKNOWN if before.error else Exit.OK, 0.0)
    if not may_change(before, adopt=how.adopt) and (
        reason := refusal_reason(before.findings, adopt=how.adopt)
    ):
        messages = tuple(str(reason).splitlines())
        return Outcome(before.host, before, before, Exit.UNKNOWN, 0.0, messages)
    code, messages = _pyinfra(inventory, before, how)
    after = _settled(before.host, how, SETTLE_SECONDS if code == Exit.OK else ())
    return Outcome(before.host, before, after, code, time.monotonic() - started, messages)


def _settled(host: Host, how: How, pauses: Sequence[int]) -> Surveyed:
    """The survey after a run; what only does not respond yet is queried again after each pause."""
    after = _after(host, how)
    for pause in pauses:
        if not starts_up(after):
            break
        if how.receive:
            how.receive(host.name, f"{WAITING}a service, {pause} s more: {after.findings[0].summary}")
        time.sleep(pause)
        after = _after(host, how)
    return after


def _after(host: Host, how: How) -> Surveyed:
    return survey([host], everything=True, only=how.only, terms=Terms(apart=True))[0]


def starts_up(after: Surveyed) -> bool:
    """Whether nothing is wrong but that services do not respond, which may be because they start."""
    return bool(after.findings) and all(one.kind == "probe.failed" for one in after.findings)


def _pyinfra(inventory: Path, before: Surveyed, how: How) -> tuple[int, tuple[str, ...]]:
    """Run the plain job for one host. Its exit code is not trusted: the survey afterwards decides."""
    name = before.host.name
    arguments = [str(inventory.resolve()), SITE, "-y", "--limit", exactly(name)]
    arguments += ["--data", "adopt=true"] if how.adopt else []
    # pyinfra would prompt for its passphrase, where the toolkit's own way to log in goes by the agent.
    arguments += ["--data", "ssh_key="] if locked(before.host.data.get("ssh_key", "")) else []
    if before.choice:
        arguments += ["--data", f"only={','.join(before.choice.named)}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if how.agreed:
        environment[agreed.VARIABLE] = agreed.digest(before.desired, before.findings)
    receive = partial(how.receive, name) if how.receive else lambda _line: None
    done = child_process.run("pyinfra", arguments, folder=ROOT, environment=environment, receive=receive)
    return done.returncode, _messages(done.stdout, name) if done.returncode else ()


def _messages(output: str, name: str) -> tuple[str, ...]:
    """The lines of pyinfra's output that the host itself printed, from the first line of its failure on."""
    prefix = f"    [{name}] "
    own = [line.removeprefix(prefix).rstrip() for line in output.splitlines() if line.startswith(prefix)]
    printed = [line for line in own if not _is_status(line.strip())]
    first = next((n for n, line in enumerate(printed) if line.lstrip().startswith(HOST_PREFIXES)), None)
    if first is None:
        return tuple(output.splitlines()[-SHOWN_LINES:])
    return tuple(textwrap.dedent("\n".join(printed[first:])).splitlines())


def _is_status(line: str) -> bool:
    return line in PYINFRA_STATUS or line.startswith(("Error: ", "Error (ignored"))


def verdict(outcomes: Sequence[Outcome]) -> Exit:
    """Whether the survey afterwards found every host in sync."""
    good = all(not one.after.error and not one.after.findings and one.code == Exit.OK for one in outcomes)
    return Exit.OK if outcomes and good else Exit.UNKNOWN
