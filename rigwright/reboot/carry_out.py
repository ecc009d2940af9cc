"""Reboot one host, wait for its next boot, and verify it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from rigwright.drift.survey import survey
from rigwright.errors import Exit, RigError
from rigwright.finding import Finding
from rigwright.health import survey as health
from rigwright.health.check import Check
from rigwright.inventory.load import Host
from rigwright.reboot import decide
from rigwright.reboot.settle import settled
from rigwright.reboot.survey import RebootReport, blockers
from rigwright.remote import commands, provenance
from rigwright.remote.ssh import Connection
from rigwright.verify import accepting, verify

AGAIN_SECONDS = 1
REFUSED_SECONDS = 5
"""pam_nologin(8) refuses every login while a host boots, and sshd refuses clients that try more often."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Rebooted:
    """What became of one host.

    Attributes:
        seconds: From the order until everything had started; None where it never came back.
        output: What the host printed while its services drained.
        findings: What differs from the desired state.
        error: Why its state is unknown; then it may be down.
    """

    host: Host
    seconds: float | None = None
    output: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    error: RigError | None = None

    @property
    def code(self) -> Exit:
        """The exit code for this host alone."""
        if self.error:
            return Exit.UNKNOWN
        return Exit.CHANGES if self.findings else Exit.OK


def reboot(inventory: Path, before: RebootReport, timeout_seconds: float, progress: Progress) -> Rebooted:
    """Reboot one host after its survey, and verify it.

    Args:
        inventory: What it should be like.
        before: Its survey.
        timeout_seconds: The longest from the order until everything has started.
        progress: Called with each step, to show it.
    """
    host = before.host
    became = Rebooted(host)
    try:
        progress(f"draining {host.name}")
        became = replace(became, output=_order(host, before.boot))
        started = time.monotonic()
        progress(f"waiting for {host.name} to come back")
        system = _wait(host, before.boot, started + timeout_seconds)
        became = replace(became, seconds=time.monotonic() - started)
        progress(f"verifying {host.name}")
        return replace(became, findings=tuple(_after(inventory, before, system, progress)))
    except RigError as error:
        error.host = error.host or host.name
        return replace(became, error=error)


def _order(host: Host, boot: str) -> tuple[str, ...]:
    """Drain the host's services, and order the reboot; what the host printed.

    Raises:
        RigError: The reboot was not ordered.
    """
    with _connected(host) as connection:
        now = blockers(host, connection)
        if objections := decide.objections(host.name, now, decide.Kernels()):
            raise objections[0]
        if now.boot != boot:
            raise RigError("it was rebooted meanwhile", host=host.name, next_step="run again")
        drains = decide.drains(host.rig.desired())
        try:
            done = connection.root(commands.reboot(drains, by=provenance.operator()))
        except RigError:
            return ()  # The connection may end with the host. The next boot shows whether it went down.
    output = [line.removeprefix("rigwright: ") for line in (done.stdout + done.stderr).splitlines()]
    if done.code:
        last = output[-1] if output else f"exit code {done.code}"
        raise RigError(f"it was not rebooted: {last}", host=host.name, next_step="run again")
    if commands.REBOOT_ORDERED not in output:
        what = "it was not rebooted: rigwright-transaction.service was stopped on it"
        raise RigError(what, host=host.name, next_step="run again")
    return tuple(line for line in output if line != commands.REBOOT_ORDERED)


def _wait(host: Host, boot: str, deadline: float) -> str:
    """Wait for another boot than this one, in which systemd has started everything; systemd's state of it.

    A host that is back and still starts things at the deadline is back all the same.

    Raises:
        RigError: It did not come back in time.
    """
    last = RigError("it was not queried")
    while True:
        pause: float = AGAIN_SECONDS
        try:
            with _connected(host) as connection:
                if system := _system(host, connection, boot, deadline):
                    return system
                last = RigError(
                    "it responds, and still runs the boot before", next_step="sudo journalctl -b, on the host"
                )
        except RigError as error:
            last = error
            pause = AGAIN_SECONDS if isinstance(error.__cause__, OSError) else REFUSED_SECONDS
        if time.monotonic() + pause > deadline:
            raise RigError(
                f"it did not come back in time: {last.what}",
                host=host.name,
                next_step=f"{last.next_step}; then rig drift" if last.next_step else "check its console",
            ) from last
        time.sleep(pause)


def _system(host: Host, connection: Connection, boot: str, deadline: float) -> str:
    """The state of systemd in the next boot, as soon as all has started; empty in the boot before."""
    while True:
        now = blockers(host, connection)
        if decide.back(now.boot, boot, now.system) or time.monotonic() > deadline:
            return now.system if now.boot != boot else ""
        if now.boot == boot:
            return ""
        time.sleep(AGAIN_SECONDS)


@contextlib.contextmanager
def _connected(host: Host) -> Iterator[Connection]:
    connection = Connection(host.name, host.data)
    try:
        yield connection
    finally:
        connection.close()


def _after(inventory: Path, before: RebootReport, system: str, progress: Progress) -> list[Finding]:
    """Everything that differs from the desired state.

    Raises:
        RigError: The state is unknown.
    """
    host = before.host
    checks = _health(host)
    progress(f"comparing {host.name} with the repository")
    shown = partial(_left, progress, host)
    differing = settled(lambda _: _differences(host), shown, known=before.findings)
    progress(f"verifying the services of {host.name}")
    claims = settled(lambda left: accepting(verify(inventory, [host.name], left), [host]).findings, shown)
    return [
        *decide.unfinished(host.name, system),
        *decide.units(host.name, decide.failed(before.checks), checks),
        *decide.still_needed(host.name, checks),
        *differing,
        *claims,
    ]


def _left(progress: Progress, host: Host, what: str) -> None:
    progress(f"{host.name}: {what}; asking again")


def _health(host: Host) -> tuple[Check, ...]:
    (report,) = health.survey([host])
    if report.error:
        raise report.error
    return report.checks


def _differences(host: Host) -> Sequence[Finding]:
    (surveyed,) = survey([host], everything=True)
    if surveyed.error:
        raise surveyed.error
    return surveyed.findings
