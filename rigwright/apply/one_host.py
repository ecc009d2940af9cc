"""Apply to one host: a pyinfra process of its own, and a survey afterwards."""

from __future__ import annotations

import os
import textwrap
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rigwright.apply import agreed, child_process
from rigwright.apply.given import INVENTORY, packed
from rigwright.apply.outcome import How, Outcome
from rigwright.desired.dependencies import held_back
from rigwright.drift.preflight import fixable, refusal_reason, refusals
from rigwright.drift.survey import Surveyed, Terms, survey
from rigwright.errors import Exit
from rigwright.inventory.load import Host
from rigwright.inventory.select import exactly
from rigwright.remote.keys import locked
from rigwright.remote.transport import WAITING
from rigwright.repository import ROOT

SITE = "deploys/site.py"
SHOWN_LINES = 20
SETTLE_SECONDS = (10, 20, 30)
"""Waited between the surveys after a run, while services that it started do not respond yet: those of a slow
machine all start at once, and what they start with, such as a first backup, takes its processor."""
PYINFRA_STATUS = ("Connected", "Success", "No changes", "Error", f"Ready: {SITE}")
"""Lines that pyinfra itself prints for a host, between those that the host printed."""
HOST_PREFIXES = ("rigwright:", "E:")
"""How the first line of a failure begins: of the toolkit's own programs, and of apt."""


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


def at_rest(before: Surveyed, how: How) -> Outcome | None:
    """The outcome of a host to which nothing is done; None where it is to be applied."""
    host = before.host
    if before.error or not before.findings:
        return Outcome(host, before, before, Exit.UNKNOWN if before.error else Exit.OK, 0.0)
    if not may_change(before, adopt=how.adopt) and (
        reason := refusal_reason(before.findings, adopt=how.adopt)
    ):
        messages = tuple(str(reason).splitlines())
        return Outcome(host, before, before, Exit.UNKNOWN, 0.0, messages, refused=True)
    return None


def converge_one(inventory: Path, before: Surveyed, how: How) -> Outcome:
    """Apply to a host, and query it afterwards until its services respond.

    Args:
        inventory: Its inventory.
        before: What differs on it.
        how: Options.
    """
    started = time.monotonic()
    code, messages = _pyinfra(inventory, before, how)
    after = _settled(before.host, how, SETTLE_SECONDS if code == Exit.OK else ())
    return Outcome(before.host, before, after, code, time.monotonic() - started, messages)


def _settled(host: Host, how: How, pauses: Sequence[int]) -> Surveyed:
    """The survey after a run; what only does not respond yet is queried again after each pause."""
    after = survey_after(host, how)
    for pause in pauses:
        if not starts_up(after):
            break
        if how.receive:
            how.receive(host.name, f"{WAITING}a service, {pause} s more: {after.findings[0].summary}")
        time.sleep(pause)
        after = survey_after(host, how)
    return after


def survey_after(host: Host, how: How) -> Surveyed:
    """What differs on a host that was applied."""
    return survey([host], everything=True, only=how.only, terms=Terms(apart=True))[0]


def starts_up(after: Surveyed) -> bool:
    """Whether nothing is wrong but that services do not respond, which may be because they start."""
    return bool(after.findings) and all(one.kind == "probe.failed" for one in after.findings)


def _pyinfra(inventory: Path, before: Surveyed, how: How) -> tuple[int, tuple[str, ...]]:
    """Run the plain job for one host. Its exit code is not trusted: the survey afterwards decides."""
    name, whole = before.host.name, inventory.resolve()
    travels = packed(before.host)
    arguments = [str(whole if travels is None else INVENTORY), SITE, "-y", "--limit", exactly(name)]
    # pyinfra takes data of groups from beside the inventory, and from its current folder in any case.
    beside = whole.parent / "group_data"
    arguments += ["--group-data", str(beside)] if travels is not None and beside.is_dir() else []
    arguments += ["--data", "adopt=true"] if how.adopt else []
    # pyinfra would prompt for its passphrase, where the toolkit's own way to log in goes by the agent.
    arguments += ["--data", "ssh_key="] if locked(before.host.data.get("ssh_key", "")) else []
    if before.choice:
        arguments += ["--data", f"only={','.join(before.choice.named)}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if how.agreed:
        environment[agreed.VARIABLE] = agreed.digest(before.desired, before.findings)
    receive = partial(how.receive, name) if how.receive else lambda _line: None
    done = child_process.run(
        "pyinfra", arguments, folder=ROOT, environment=environment, receive=receive, given=travels or b""
    )
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
