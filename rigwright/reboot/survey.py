"""Ask hosts whether they need a reboot and what forbids it. Looks only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rigwright.drift.survey import look as differences
from rigwright.errors import Exit, RigError
from rigwright.finding import Finding
from rigwright.health import devices, machine
from rigwright.health import survey as health
from rigwright.health.check import Check
from rigwright.inventory.fan_out import ask
from rigwright.inventory.load import Host
from rigwright.reboot import decide
from rigwright.remote import commands
from rigwright.remote.ssh import Connection


@dataclass(frozen=True)
class Looked:
    """What is known of one host before a reboot, or why nothing is.

    Attributes:
        reasons: Why it needs one.
        objections: Why it must not have one now.
        checks: Its health.
        findings: What differs from the inventory already.
        boot: The id of this boot.
    """

    host: Host
    reasons: tuple[str, ...] = ()
    objections: tuple[RigError, ...] = ()
    checks: tuple[Check, ...] = ()
    findings: tuple[Finding, ...] = ()
    boot: str = ""
    error: RigError | None = None

    def due(self, *, always: bool) -> bool:
        """Whether it is to be rebooted, as far as nothing forbids it."""
        return self.error is None and (always or bool(self.reasons))

    def code(self, *, always: bool) -> Exit:
        """What is to be said of it while nobody reboots it."""
        if self.error or (self.due(always=always) and self.objections):
            return Exit.UNKNOWN
        return Exit.CHANGES if self.due(always=always) else Exit.OK


def look(hosts: Sequence[Host]) -> list[Looked]:
    """Ask all hosts at once. One that does not answer does not hide the others."""
    return ask(hosts, _look, lambda host, error: Looked(host, error=error))


def _look(host: Host, connection: Connection) -> Looked:
    seen = health.response(connection.root(commands.health(health.LIMIT_SECONDS)), host.name)
    now = standing(host, connection)
    checks = health.judged(seen)
    objections = decide.objections(host.name, now, kernels(seen), devices.resilvering(seen))
    # While somebody changes the host, what differs is nobody's business.
    findings = () if objections else tuple(differences(host, connection))
    return Looked(host, decide.reasons(checks), objections, checks, findings, now.boot)


def standing(host: Host, connection: Connection) -> decide.Standing:
    """What speaks against a reboot right now, over a connection that stands."""
    return decide.standing(connection.root(commands.standing()).answer(host.name), host.name)


def kernels(seen: Mapping[str, object]) -> decide.Kernels:
    """Which kernel runs, and which the next boot takes."""
    found = machine.reboot_of(seen)
    running, newest = found.kernel_running, found.kernel_newest
    return decide.Kernels(
        running if isinstance(running, str) else None, newest if isinstance(newest, str) else None
    )
