"""Query hosts over SSH, one command each, concurrently, and return what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from rigwright.compare.acceptance import Acceptance, accepted_by, apart
from rigwright.compare.subsystem import compare, dropped
from rigwright.compare.unmanaged import TOOLKIT, unmanaged_findings
from rigwright.compare.usage import usage_findings
from rigwright.desired import Desired
from rigwright.desired.dependencies import Choice, check, choose
from rigwright.drift.nightly_report import dated, overdue
from rigwright.drift.preflight import parse_observed
from rigwright.errors import Exit, RigError
from rigwright.finding import Finding
from rigwright.inventory.fan_out import AT_ONCE, query_hosts
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
        choice: What was examined, where it was not everything: nothing is known of the rest.
        managed: Whether the host was applied before.
    """

    host: Host
    findings: tuple[Finding, ...] = ()
    error: RigError | None = None
    accepted: tuple[Acceptance, ...] = ()
    choice: Choice | None = None
    managed: bool = False

    @property
    def desired(self) -> tuple[Desired, ...]:
        """The desired state of what was examined."""
        everything = self.host.rig.desired()
        if self.choice is None:
            return everything
        return tuple(one for one in everything if one.subsystem in self.choice.examined)


def survey(
    hosts: Sequence[Host],
    *,
    everything: bool = False,
    only: Sequence[str] = (),
    at_once: int = AT_ONCE,
) -> list[Surveyed]:
    """Query all hosts. One that cannot be queried does not hide the others.

    Args:
        hosts: Which hosts.
        everything: Query unmanaged state too, which apply does not fix.
        only: Examine these subsystems alone, and what they need; all where it is empty.
        at_once: How many hosts at a time.

    Raises:
        RigError: ``only`` names a subsystem that no host has.
    """
    check(only, {host.name: host.rig.desired() for host in hosts} if only else {})
    return query_hosts(
        hosts,
        lambda host, connection: _survey(host, connection, only, everything=everything),
        lambda host, error: Surveyed(host, error=error, choice=_choice(host, only)),
        at_once,
    )


def _choice(host: Host, only: Sequence[str]) -> Choice | None:
    return choose(host.rig.desired(), only) if only else None


def _survey(host: Host, connection: Connection, only: Sequence[str], *, everything: bool) -> Surveyed:
    choice = _choice(host, only)
    if choice and not choice.named:
        return Surveyed(host, choice=choice)
    desired = Surveyed(host, choice=choice).desired
    # What is not managed can be distinguished from what is only with all subsystems of the host at hand.
    found, managed = _query(host, connection, desired, everything=everything and not choice)
    if choice:
        found = [one for one in found if one.subsystem in choice.examined]
    return replace(surveyed(host, found), choice=choice, managed=managed)


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
    return _query(host, connection, host.rig.desired(), everything=everything)[0]


def _query(
    host: Host, connection: Connection, desired: Sequence[Desired], *, everything: bool
) -> tuple[list[Finding], bool]:
    """The findings of these subsystems, and whether the host was applied before."""
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
    return dated(found, around.nightly if around else None), bool(observed.applied)


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
