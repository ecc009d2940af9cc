"""Reboot one host, wait for its next boot, and ask what came back."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rigwright.drift.survey import survey
from rigwright.errors import Exit, RigError
from rigwright.finding import Finding
from rigwright.health import survey as health
from rigwright.health.check import Check
from rigwright.inventory.load import Host
from rigwright.reboot import decide
from rigwright.reboot.survey import Looked, standing
from rigwright.remote import commands, provenance
from rigwright.remote.ssh import Connection
from rigwright.verify import verify

AGAIN_SECONDS = 1
TURNED_AWAY_SECONDS = 5
"""pam_nologin(8) turns everybody away while a host boots, and sshd shuts out whoever tries more often."""
SETTLE_TRIES = 4
SETTLE_SECONDS = 10
"""What has just started may need this long to say so, such as a target that waits for its first scrape."""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Rebooted:
    """What became of one host.

    Attributes:
        seconds: From the order until everything had started; None where it never came back.
        said: What the host said while work on it ended.
        findings: What is not as it should be.
        error: Why it is not known how the host is; then it may be down.
    """

    host: Host
    seconds: float | None = None
    said: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    error: RigError | None = None

    @property
    def code(self) -> Exit:
        """The exit code for this host alone."""
        if self.error:
            return Exit.UNKNOWN
        return Exit.CHANGES if self.findings else Exit.OK


def reboot(inventory: Path, before: Looked, timeout_seconds: float, tell: Tell) -> Rebooted:
    """Reboot one host that was looked at, and say how it is afterwards.

    Args:
        inventory: What it should be like.
        before: What was seen of it.
        timeout_seconds: The longest from the order until everything has started.
        tell: Is told what is being done.
    """
    host = before.host
    became = Rebooted(host)
    try:
        tell(f"ending what is under way on {host.name}")
        became = replace(became, said=_order(host, before.boot))
        started = time.monotonic()
        tell(f"waiting for {host.name} to come back")
        system = _wait(host, before.boot, started + timeout_seconds)
        became = replace(became, seconds=time.monotonic() - started)
        tell(f"asking {host.name} how it is")
        return replace(became, findings=tuple(_after(inventory, before, system)))
    except RigError as error:
        error.host = error.host or host.name
        return replace(became, error=error)


def _order(host: Host, boot: str) -> tuple[str, ...]:
    """End work on the host, and order the reboot; what the host said.

    Raises:
        RigError: It did not come to that.
    """
    with _connected(host) as connection:
        now = standing(host, connection)
        if told := decide.objections(host.name, now, decide.Kernels()):
            raise told[0]
        if now.boot != boot:
            raise RigError("somebody else has rebooted it meanwhile", host=host.name, next_step="run again")
        drains = decide.drains(host.rig.desired())
        try:
            done = connection.root(commands.reboot(drains, by=provenance.operator()))
        except RigError:
            return ()  # The line may go down with the host. Whether it went, the next boot tells.
    said = [line.removeprefix("rigwright: ") for line in (done.stdout + done.stderr).splitlines()]
    if done.code:
        last = said[-1] if said else f"exit code {done.code}"
        raise RigError(f"it was not rebooted: {last}", host=host.name, next_step="run again")
    if commands.REBOOT_ORDERED not in said:
        what = "it was not rebooted: somebody stopped rigwright-transaction.service on it"
        raise RigError(what, host=host.name, next_step="run again")
    return tuple(line for line in said if line != commands.REBOOT_ORDERED)


def _wait(host: Host, boot: str, deadline: float) -> str:
    """Wait for another boot than this one, in which systemd has started everything; its word for that.

    A host that is back and still starts things at the deadline is back all the same.

    Raises:
        RigError: It did not come back in time.
    """
    last = RigError("nobody asked it")
    while True:
        pause: float = AGAIN_SECONDS
        try:
            with _connected(host) as connection:
                if system := _system(host, connection, boot, deadline):
                    return system
                last = RigError(
                    "it answers, and runs on as before", next_step="sudo journalctl -b, on the host"
                )
        except RigError as error:
            last = error
            pause = AGAIN_SECONDS if isinstance(error.__cause__, OSError) else TURNED_AWAY_SECONDS
        if time.monotonic() + pause > deadline:
            raise RigError(
                f"it did not come back in time: {last.what}",
                host=host.name,
                next_step=f"{last.next_step}; then rig drift" if last.next_step else "look at its console",
            ) from last
        time.sleep(pause)


def _system(host: Host, connection: Connection, boot: str, deadline: float) -> str:
    """The word of systemd for the next boot, as soon as all has started; empty in the boot before."""
    while True:
        now = standing(host, connection)
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


def _after(inventory: Path, before: Looked, system: str) -> list[Finding]:
    """Everything that is not as it should be.

    Raises:
        RigError: Nobody can tell.
    """
    host = before.host
    checks = _health(host)
    differing = _settled(lambda: _differences(host))
    claims = _settled(lambda: verify(inventory, [host.name]).findings)
    return [
        *decide.unfinished(host.name, system),
        *decide.units(host.name, decide.failed(before.checks), checks),
        *decide.still_needed(host.name, checks),
        *differing,
        *claims,
    ]


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


def _settled(question: Callable[[], Sequence[Finding]]) -> Sequence[Finding]:
    """The answer once there is nothing to find, else the last of some."""
    for _ in range(SETTLE_TRIES - 1):
        if not (found := question()):
            return found
        time.sleep(SETTLE_SECONDS)
    return question()
