"""Query hosts over SSH, one command each, concurrently, and return what differs."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
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

BUSY_SECONDS = 2


@dataclass(frozen=True)
class Surveyed:
    """What was found on one host, or why its state is unknown.

    Attributes:
        findings: Those that are open.
        accepted: Those that the inventory accepts today.
        choice: What was examined, where it was not everything: nothing is known of the rest.
        managed: Whether the host was applied before.
        beyond: Open ones that drift reports and no apply changes, where they were asked for apart.
    """

    host: Host
    findings: tuple[Finding, ...] = ()
    error: RigError | None = None
    accepted: tuple[Acceptance, ...] = ()
    choice: Choice | None = None
    managed: bool = False
    beyond: tuple[Finding, ...] = ()

    @property
    def desired(self) -> tuple[Desired, ...]:
        """The desired state of what was examined."""
        everything = self.host.rig.desired()
        if self.choice is None:
            return everything
        return tuple(one for one in everything if one.subsystem in self.choice.examined)


@dataclass(frozen=True)
class Terms:
    """What apply asks for, unlike plan and drift.

    Attributes:
        apart: Keep what no apply changes apart, in ``beyond``.
        waiting: Called with whose change is waited for; None: a host that is being changed is an error.
    """

    apart: bool = False
    waiting: Callable[[str], None] | None = None


def survey(
    hosts: Sequence[Host],
    *,
    everything: bool = False,
    only: Sequence[str] = (),
    at_once: int = AT_ONCE,
    terms: Terms = Terms(),
) -> list[Surveyed]:
    """Query all hosts. One that cannot be queried does not hide the others.

    Args:
        hosts: Which hosts.
        everything: Query unmanaged state too, which apply does not fix.
        only: Examine these subsystems alone, and what they need; all where it is empty.
        at_once: How many hosts at a time.
        terms: What apply asks for besides.

    Raises:
        RigError: ``only`` names a subsystem that no host has.
    """
    check(only, {host.name: host.rig.desired() for host in hosts} if only else {})
    return query_hosts(
        hosts,
        lambda host, connection: _survey(host, connection, only, terms, everything=everything),
        lambda host, error: Surveyed(host, error=error, choice=_choice(host, only)),
        at_once,
    )


def _choice(host: Host, only: Sequence[str]) -> Choice | None:
    return choose(host.rig.desired(), only) if only else None


def _survey(
    host: Host, connection: Connection, only: Sequence[str], terms: Terms, *, everything: bool
) -> Surveyed:
    choice = _choice(host, only)
    if choice and not choice.named:
        return Surveyed(host, choice=choice)
    desired = Surveyed(host, choice=choice).desired
    # What is not managed can be distinguished from what is only with all subsystems of the host at hand.
    queried = _query(host, connection, desired, everything=everything and not choice, waiting=terms.waiting)
    found = queried.found if terms.apart else queried.all
    if choice:
        found = [one for one in found if one.subsystem in choice.examined]
    beyond = surveyed(host, queried.around).findings if terms.apart else ()
    return replace(surveyed(host, found), choice=choice, managed=queried.managed, beyond=beyond)


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
    return _query(host, connection, host.rig.desired(), everything=everything).all


@dataclass(frozen=True)
class _Queried:
    """What a host has: what apply changes, what it does not, and whether it was applied before."""

    found: list[Finding]
    around: list[Finding]
    managed: bool
    order: list[str]

    @property
    def all(self) -> list[Finding]:
        """Both, by subsystem."""
        order = self.order
        last = len(order)
        return sorted(
            [*self.found, *self.around],
            key=lambda one: order.index(one.subsystem) if one.subsystem in order else last,
        )


def _query(
    host: Host,
    connection: Connection,
    desired: Sequence[Desired],
    *,
    everything: bool,
    waiting: Callable[[str], None] | None = None,
) -> _Queried:
    observed = _observed(host, connection, desired, everything=everything, waiting=waiting)
    found = usage_findings(host.name, desired, observed)
    found += [finding for one in desired for finding in compare(host.name, one, observed)]
    found += dropped(host.name, desired, observed)
    around = _around(host.name, desired, observed, found)
    nightly = observed.unmanaged.nightly if observed.unmanaged else None
    queried = _Queried(
        dated(found, nightly),
        dated(around, nightly),
        bool(observed.applied),
        [one.subsystem for one in desired],
    )
    return replace(queried, found=replace(queried, around=[]).all)


def _observed(
    host: Host,
    connection: Connection,
    desired: Sequence[Desired],
    *,
    everything: bool,
    waiting: Callable[[str], None] | None,
) -> Observed:
    """The state of a host that no other run changes."""
    end = time.monotonic() + (commands.LOCK_WAIT_SECONDS if waiting else 0)
    while True:
        done = connection.root(commands.observe(), query(desired, everything=everything))
        observed = parse_observed(done, host.rig.platform, host.name)
        if not observed.busy:
            return observed
        holder = observed.holder or "unknown"
        if waiting is None or time.monotonic() > end:
            raise RigError(
                f"a change is running on the host: {holder}",
                host=host.name,
                next_step="run again when it is done",
            )
        waiting(f"{host.name}: waiting for {holder}")
        time.sleep(BUSY_SECONDS)


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
