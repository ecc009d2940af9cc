"""Ask hosts over SSH who gets in, one command each, all at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rigwright.access import judge
from rigwright.access.people import Account, account, moment
from rigwright.desired import Login
from rigwright.errors import Exit, RigError
from rigwright.finding import Finding
from rigwright.inventory.fan_out import ask
from rigwright.inventory.load import Host
from rigwright.remote import commands
from rigwright.remote.ssh import Connection, Done


@dataclass(frozen=True)
class Looked:
    """What is known of one host, or why nothing is.

    Attributes:
        accounts: Everybody whom something lets in.
        findings: What of it nobody declared.
        unknown: What nobody can tell: then somebody may get in whom nothing here names.
        since: How far back the journal reaches; None where it tells of no time.
        reviewed: The host has noted that somebody reviewed this.
    """

    host: Host
    accounts: tuple[Account, ...] = ()
    findings: tuple[Finding, ...] = ()
    unknown: tuple[str, ...] = ()
    since: datetime | None = None
    reviewed: bool = False
    error: RigError | None = None


def look(hosts: Sequence[Host], reviewer: str | None = None) -> list[Looked]:
    """Ask all hosts. One that does not answer does not hide the others.

    Args:
        hosts: Whom to ask.
        reviewer: Who reviews: a host on which all is declared and known notes that and when; None: nobody.
    """

    def one(host: Host, connection: Connection) -> Looked:
        found = looked(host, connection.root(commands.access()))
        if reviewer is None or verdict([found]) is not Exit.OK:
            return found
        connection.root(commands.reviewed(by=reviewer)).answer(host.name)
        return replace(found, reviewed=True)

    return ask(hosts, one, lambda host, error: Looked(host, error=error))


def looked(host: Host, done: Done) -> Looked:
    """What a host's answer tells.

    Raises:
        RigError: It is no answer.
    """
    answer = done.answer(host.name)
    try:
        told = json.loads(answer)
        accounts = [account(one, told["logins"]) for one in told["accounts"]]
        unknown = tuple(map(str, told["unknown"]))
        since = moment(told["logins"]["since"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RigError("its answer cannot be read", host=host.name, next_step="run again") from error
    named = logins(host)
    marked = judge.declared(accounts, named)
    return Looked(host, marked, tuple(judge.findings(host.name, marked, named)), unknown, since)


def logins(host: Host) -> tuple[Login, ...]:
    """Whom the inventory names: in the subsystems' settings, and as the one who logs in for us."""
    named = tuple(login for one in host.rig.desired() for login in one.logins)
    operator = host.data.get("ssh_user")
    if not operator or operator in {login.name for login in named}:
        return named
    return (*named, Login(str(operator)))


def verdict(seen: Sequence[Looked]) -> Exit:
    """Not known beats undeclared, undeclared beats declared; no host at all is not known."""
    if not seen or any(one.error or one.unknown for one in seen):
        return Exit.UNKNOWN
    return Exit.CHANGES if any(one.findings for one in seen) else Exit.OK
