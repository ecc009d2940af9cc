"""Query hosts over SSH, one command each, concurrently, and return what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from rigwright.compare.acceptance import Acceptance, accepted_by, apart
from rigwright.compare.subsystem import compare, dropped
from rigwright.compare.unmanaged import TOOLKIT, unmanaged_findings
from rigwright.compare.usage import usage_findings
from rigwright.desired import Desired
from rigwright.drift.nightly_report import dated, overdue
from rigwright.drift.preflight import parse_observed
from rigwright.errors import Exit, RigError
from rigwright.finding import Finding
from rigwright.inventory.fan_out import query_hosts
from rigwright.inventory.load import Host
from rigwright.observed.model import Observed, query
from rigwright.remote import commands
from rigwright.remote.ssh import Connection


@dataclass(frozen=True)
class Surveyed:
    """What was found on one host, or why its state is unknown.

    Attributes:
        findings: Those that are open.
        accepted: Those that the inventory accepts today.
    """

    host: Host
    findings: tuple[Finding, ...] = ()
    error: RigError | None = None
    accepted: tuple[Acceptance, ...] = ()


def survey(hosts: Sequence[Host], *, everything: bool = False) -> list[Surveyed]:
    """Query all hosts. One that cannot be queried does not hide the others.

    Args:
        hosts: Which hosts.
        everything: Query unmanaged state too, which apply does not fix.
    """
    return query_hosts(
        hosts,
        lambda host, connection: surveyed(host, query_host(host, connection, everything=everything)),
        lambda host, error: Surveyed(host, error=error),
    )


def surveyed(host: Host, found: Sequence[Finding]) -> Surveyed:
    """These findings, apart from those that the host's inventory accepts today."""
    today = datetime.now(timezone.utc).date()
    opened, closed = apart(found, accepted_by(host.rig.desired()), today)
    return Surveyed(host, opened, accepted=closed)


def query_host(host: Host, connection: Connection, *, everything: bool = False) -> list[Finding]:
    """Every finding of one host, over an open connection.

    Raises:
        RigError: The output cannot be read, or the host runs another system or is being changed.
    """
    desired = host.rig.desired()
    done = connection.root(commands.observe(), query(desired, everything=everything))
    observed = parse_observed(done, host.rig.platform, host.name)
    if observed.busy:
        raise RigError(
            f"a change is running on the host: {observed.holder or 'unknown'}",
            host=host.name,
            next_step="run again when it is done",
        )
    found = usage_findings(host.name, desired, observed)
    found += [finding for one in desired for finding in compare(host.name, one, observed)]
    found += dropped(host.name, desired, observed)
    found += _around(host.name, desired, observed, found)
    around = observed.unmanaged
    order = [one.subsystem for one in desired]
    found.sort(key=lambda one: order.index(one.subsystem) if one.subsystem in order else len(order))
    return dated(found, around.nightly if around else None)


def _around(
    name: str, desired: Sequence[Desired], observed: Observed, found: Sequence[Finding]
) -> list[Finding]:
    around, own = observed.unmanaged, observed.subsystems.get(TOOLKIT)
    if around is None:
        return []
    applied = (own.applied if own else None) or {}
    return [
        *unmanaged_findings(name, desired, around, found),
        *overdue(name, applied.get("at"), around),
    ]


def reach(hosts: Sequence[Host]) -> None:
    """Log in to every host and out again.

    Raises:
        RigError: One cannot be reached.
    """
    for host in hosts:
        Connection(host.name, host.data).close()


def verdict(surveyed: Sequence[Surveyed]) -> Exit:
    """Unknown takes precedence over a difference; no host at all is unknown."""
    if not surveyed or any(one.error for one in surveyed):
        return Exit.UNKNOWN
    return Exit.CHANGES if any(one.findings for one in surveyed) else Exit.OK
