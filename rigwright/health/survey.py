"""Query hosts for their health over SSH, one command each, all at once, and judge it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import cached_property

from facts.values import Failed, NotSupported, document, writable
from rigwright.compare.acceptance import Acceptance, accepted_by, apart
from rigwright.desired import Accepted
from rigwright.errors import Exit, RigError
from rigwright.finding import Finding
from rigwright.health import board, cards, drives, machine, pools
from rigwright.health.check import Check, Verdict, finding, worst
from rigwright.inventory.fan_out import AT_ONCE, query_hosts
from rigwright.inventory.load import Host
from rigwright.remote import commands
from rigwright.remote.ssh import Connection, Done
from rigwright.report.terminal import about

AREAS = (
    *("gpu", "memory", "ecc", "filesystem", "nvme", "sata", "log", "zfs", "sensors", "pcie", "units"),
    "reboot",
)
"""In the order in which they are shown."""
LIMIT_SECONDS = 10
"""What one tool may take; spun-down disks wake up within it."""


@dataclass(frozen=True)
class HealthReport:
    """What is known of one host.

    Attributes:
        name: The host's.
        checks: What was checked.
        error: Why nothing is known.
        response: The outputs of its tools as they came.
        about: Its system and address.
        accepts: What its inventory accepts.
    """

    name: str
    checks: tuple[Check, ...] = ()
    error: RigError | None = None
    response: Mapping[str, object] = field(default_factory=dict)
    about: str = ""
    accepts: tuple[Accepted, ...] = ()

    @cached_property
    def _apart(self) -> tuple[tuple[Finding, ...], tuple[Acceptance, ...]]:
        found = (finding(self.name, check) for check in self.checks)
        return apart(filter(None, found), self.accepts, datetime.now(timezone.utc).date())

    @property
    def findings(self) -> tuple[Finding, ...]:
        """One for each check that is not fine, without those that the inventory accepts today."""
        return self._apart[0]

    @property
    def accepted(self) -> tuple[Acceptance, ...]:
        """Those that it accepts."""
        return self._apart[1]

    @property
    def verdicts(self) -> list[Verdict]:
        """Of each check; one that is accepted counts as fine."""
        taken = {(one.finding.subsystem, one.finding.where) for one in self.accepted}
        return [Verdict.OK if (check.area, check.where) in taken else check.verdict for check in self.checks]


def survey(hosts: Sequence[Host], at_once: int = AT_ONCE) -> list[HealthReport]:
    """Query all hosts, so many at a time. One that does not respond does not hide the others."""
    return query_hosts(
        hosts, _survey, lambda host, error: HealthReport(host.name, error=error, about=about(host)), at_once
    )


def _survey(host: Host, connection: Connection) -> HealthReport:
    parts = host.rig.desired()
    drives = [drive for part in parts for drive in part.drives]
    seen = response(connection.root(commands.health(LIMIT_SECONDS, drives)), host.name)
    accepts = accepted_by(parts)
    return HealthReport(host.name, judged(seen), response=seen, about=about(host), accepts=accepts)


def replayed(responses: Sequence[tuple[str, Mapping[str, object]]]) -> list[HealthReport]:
    """The health of recorded hosts, by their names and responses."""
    return [HealthReport(name, judged(seen), response=seen, about="a recording") for name, seen in responses]


def checks(done: Done, host: str) -> tuple[Check, ...]:
    """The checks of a host's response.

    Raises:
        RigError: The response cannot be read.
    """
    return judged(response(done, host))


def response(done: Done, host: str) -> Mapping[str, object]:
    """A host's response as it came.

    Raises:
        RigError: It cannot be read.
    """
    seen = document(done.output(host))
    if isinstance(seen, (Failed, NotSupported)):
        raise RigError("its response cannot be read", host=host, next_step="run again")
    return seen


def judged(seen: Mapping[str, object]) -> tuple[Check, ...]:
    """Every check of one response, in the order of the report."""
    of_devices = (cards, drives, pools, board)
    found = [*machine.checks(seen), *(check for one in of_devices for check in one.checks(seen))]
    shown = [replace(one, where=writable(one.where), summary=writable(one.summary)) for one in found]
    return tuple(sorted(shown, key=lambda check: AREAS.index(check.area)))


def verdict(reports: Sequence[HealthReport]) -> Exit:
    """Unknown beats unhealthy, unhealthy beats healthy; no host at all is unknown."""
    if not reports or any(one.error for one in reports):
        return Exit.UNKNOWN
    found = [verdict for one in reports for verdict in one.verdicts]
    if Verdict.UNKNOWN in found:
        return Exit.UNKNOWN
    return Exit.OK if worst(found) in (Verdict.OK, Verdict.NONE) else Exit.CHANGES
