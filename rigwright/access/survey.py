"""Query hosts over SSH for who can log in, one command each, all at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from rigwright.access import judge
from rigwright.access.people import Account, account, moment
from rigwright.compare.acceptance import Acceptance, accepted_by, apart
from rigwright.desired import Login
from rigwright.errors import Exit, RigError
from rigwright.finding import Finding
from rigwright.inventory.fan_out import AT_ONCE, query_hosts
from rigwright.inventory.load import Host
from rigwright.remote import commands
from rigwright.remote.ssh import Connection, Done


@dataclass(frozen=True)
class AccessReport:
    """What is known of one host, or why nothing is known.

    Attributes:
        accounts: Every account that can log in, and those of people.
        findings: What of it the inventory does not declare.
        unknown: What could not be determined: then more may be able to log in than is listed here.
        since: How far back the journal reaches; None where it is empty.
        reviewed: The host has recorded a review of this.
        accepted: Further findings, which the inventory accepts.
    """

    host: Host
    accounts: tuple[Account, ...] = ()
    findings: tuple[Finding, ...] = ()
    unknown: tuple[str, ...] = ()
    since: datetime | None = None
    reviewed: bool = False
    error: RigError | None = None
    accepted: tuple[Acceptance, ...] = ()


def survey(hosts: Sequence[Host], reviewer: str | None = None, at_once: int = AT_ONCE) -> list[AccessReport]:
    """Query all hosts. One that does not respond does not hide the others.

    Args:
        hosts: Which hosts.
        reviewer: Who reviews: a host on which all is declared and known records that and when; None: no
            review.
        at_once: How many hosts at a time.
    """

    def one(host: Host, connection: Connection) -> AccessReport:
        found = report(host, connection.root(commands.access()))
        if reviewer is None or verdict([found]) is not Exit.OK:
            return found
        connection.root(commands.reviewed(by=reviewer)).output(host.name)
        return replace(found, reviewed=True)

    return query_hosts(hosts, one, lambda host, error: AccessReport(host, error=error), at_once)


def report(host: Host, done: Done) -> AccessReport:
    """What a host's output shows.

    Raises:
        RigError: It cannot be read.
    """
    output = done.output(host.name)
    try:
        raw = json.loads(output)
        accounts = [account(one, raw["logins"]) for one in raw["accounts"]]
        unknown = tuple(map(str, raw["unknown"]))
        since = moment(raw["logins"]["since"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RigError("its response cannot be read", host=host.name, next_step="run again") from error
    named = logins(host)
    marked = judge.declared(accounts, named)
    today = datetime.now(timezone.utc).date()
    found = judge.findings(host.name, marked, named)
    opened, closed = apart(found, accepted_by(host.rig.desired()), today)
    return AccessReport(host, marked, opened, unknown, since, accepted=closed)


def logins(host: Host) -> tuple[Login, ...]:
    """The accounts that the inventory names: in the subsystems' settings, and as the user of its SSH."""
    named = tuple(login for one in host.rig.desired() for login in one.logins)
    operator = host.data.get("ssh_user")
    if not operator or operator in {login.name for login in named}:
        return named
    return (*named, Login(str(operator)))


def verdict(reports: Sequence[AccessReport]) -> Exit:
    """Unknown beats undeclared, undeclared beats declared; no host at all is unknown."""
    if not reports or any(one.error or one.unknown for one in reports):
        return Exit.UNKNOWN
    return Exit.CHANGES if any(one.findings for one in reports) else Exit.OK
