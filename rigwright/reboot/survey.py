"""Query hosts for whether they need a reboot and what blocks it (read-only)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rigwright.drift.survey import query_host as differences
from rigwright.errors import Exit, RigError
from rigwright.finding import Finding
from rigwright.health import devices, machine
from rigwright.health import survey as health
from rigwright.health.check import Check
from rigwright.inventory.fan_out import query_hosts
from rigwright.inventory.load import Host
from rigwright.reboot import decide
from rigwright.remote import commands
from rigwright.remote.ssh import Connection


@dataclass(frozen=True)
class RebootReport:
    """What is known of one host before a reboot, or why nothing is known.

    Attributes:
        reasons: Why it needs one.
        objections: What blocks one.
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
        """Whether a reboot is pending, as far as nothing blocks it."""
        return self.error is None and (always or bool(self.reasons))

    def code(self, *, always: bool) -> Exit:
        """The exit code for it as long as it is not rebooted."""
        if self.error or (self.due(always=always) and self.objections):
            return Exit.UNKNOWN
        return Exit.CHANGES if self.due(always=always) else Exit.OK


def survey(hosts: Sequence[Host]) -> list[RebootReport]:
    """Query all hosts at once. One that does not respond does not hide the others."""
    return query_hosts(hosts, _survey, lambda host, error: RebootReport(host, error=error))


def _survey(host: Host, connection: Connection) -> RebootReport:
    seen = health.response(connection.root(commands.health(health.LIMIT_SECONDS)), host.name)
    now = blockers(host, connection)
    checks = health.judged(seen)
    objections = decide.objections(host.name, now, kernels(seen), devices.resilvering(seen))
    # While a change is under way on the host, differences are expected.
    findings = () if objections else tuple(differences(host, connection))
    return RebootReport(host, decide.reasons(checks), objections, checks, findings, now.boot)


def blockers(host: Host, connection: Connection) -> decide.Blockers:
    """What blocks a reboot at this time, over an open connection."""
    return decide.blockers(connection.root(commands.reboot_blockers()).output(host.name), host.name)


def kernels(seen: Mapping[str, object]) -> decide.Kernels:
    """Which kernel runs, and which the next boot takes."""
    found = machine.reboot_of(seen)
    running, newest = found.kernel_running, found.kernel_newest
    return decide.Kernels(
        running if isinstance(running, str) else None, newest if isinstance(newest, str) else None
    )
