"""What differs of a host as a whole: sockets that nobody declared, and unit files of somebody else. Pure.

Apply mends none of it, because nothing here can tell what the other program or file is for; so plan and apply
do not ask, and drift and the nightly check do.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone

from rigwright.desired import Accepted, Desired, Socket
from rigwright.finding import By, Finding, Severity
from rigwright.observed.unmanaged import Listening, Unmanaged

TOOLKIT = "rigwright"
RUNBOOK = "docs/runbooks/drift.md"
ANY = ("0.0.0.0", "::")  # noqa: S104  compared with, never bound
SSH = frozenset({"sshd", "ssh.socket", "sshd.socket"})
DHCP_CLIENT_PORTS = (68, 546)
NAME_PORTS = (5353, 5355)  # multicast DNS and LLMNR, which systemd-resolved answers by default
RESOLVER = "systemd-resolve"  # the kernel keeps 15 characters of a program's name
FIRST_CLIENT_PORT = 32768  # net.ipv4.ip_local_port_range begins here


def unmanaged_findings(
    host: str, desired: Sequence[Desired], around: Unmanaged, known: Sequence[Finding]
) -> list[Finding]:
    """Every difference of the host as a whole.

    Args:
        host: Its name.
        desired: All that it should be.
        around: What was found.
        known: The findings of its subsystems: what they tell is not told twice.
    """
    found = [*_sockets(host, desired, around), *_overrides(host, desired, around, known)]
    accepted = {one.where: one for wanted in desired for one in wanted.accepted}
    today = datetime.fromtimestamp(around.now, timezone.utc).date().isoformat()
    return [
        *(
            _told(finding, accepted.get(finding.where))
            for finding in found
            if not _holds(finding, accepted, today)
        ),
        *_silent(host, desired, around, known),
    ]


def _holds(finding: Finding, accepted: Mapping[str, Accepted], today: str) -> bool:
    """Whether somebody accepts it today. ISO 8601 sorts as time does."""
    one = accepted.get(finding.where)
    return one is not None and (not one.until or today <= one.until)


def _told(finding: Finding, expired: Accepted | None) -> Finding:
    if expired is None:
        return finding
    note = f"; it was accepted until {expired.until}: {expired.reason}"
    return dataclasses.replace(finding, summary=finding.summary + note)


def _sockets(host: str, desired: Sequence[Desired], around: Unmanaged) -> Iterator[Finding]:
    if around.sockets is None:
        yield Finding(
            host,
            TOOLKIT,
            "socket.unreadable",
            "ss",
            "nobody can tell which sockets are open: ss gave no answer",
            Severity.ERROR,
        )
    declared = [socket for one in desired for socket in one.sockets]
    told: set[str] = set()
    for found in around.sockets or ():
        where = spelt(found.protocol, found.address, found.port)
        if where in told or _expected(found) or any(_covers(one, found) for one in declared):
            continue
        told.add(where)
        who = ", ".join(found.programs) or "the kernel"
        yield Finding(
            host,
            TOOLKIT,
            "socket.unmanaged",
            where,
            f"{who} listens on {where}, which nobody declared",
            actual=who,
            by=By.HOST,
            runbook=RUNBOOK,
        )


def spelt(protocol: str, address: str, port: int) -> str:
    """``tcp 0.0.0.0:80`` or ``tcp [::]:80``."""
    return f"{protocol} [{address}]:{port}" if ":" in address else f"{protocol} {address}:{port}"


def _expected(found: Listening) -> bool:
    """Nobody from outside reaches it, or it belongs to reaching the host, or to a client of its network."""
    address, _, interface = found.address.partition("%")
    inside = address.startswith(("127.", "::ffff:127.")) or address == "::1" or interface == "lo"
    if inside or SSH & set(found.programs):
        return True
    if found.port in NAME_PORTS and RESOLVER in found.programs:
        return True
    return found.protocol == "udp" and (found.port in DHCP_CLIENT_PORTS or found.port >= FIRST_CLIENT_PORT)


def _covers(declared: Socket, found: Listening) -> bool:
    same = (declared.protocol, declared.port) == (found.protocol, found.port)
    return same and (declared.address in ANY or declared.address == found.address.partition("%")[0])


def _answers(found: Listening, declared: Socket) -> bool:
    same = (declared.protocol, declared.port) == (found.protocol, found.port)
    address = found.address.partition("%")[0]
    return same and (declared.address in ANY or address in (*ANY, declared.address))


def _silent(
    host: str, desired: Iterable[Desired], around: Unmanaged, known: Sequence[Finding]
) -> Iterator[Finding]:
    """Declared sockets that nobody opened, where the subsystem has nothing else to say."""
    if around.sockets is None:
        return
    speaking = {finding.subsystem for finding in known}
    for one in desired:
        for socket in one.sockets if one.subsystem not in speaking else ():
            if not any(_answers(found, socket) for found in around.sockets):
                where = spelt(socket.protocol, socket.address, socket.port)
                summary = f"nobody listens on {where}"
                yield Finding(
                    host,
                    one.subsystem,
                    "socket.missing",
                    where,
                    summary,
                    Severity.ERROR,
                    by=By.HOST,
                    runbook=RUNBOOK,
                )


def _overrides(
    host: str, desired: Iterable[Desired], around: Unmanaged, known: Sequence[Finding]
) -> Iterator[Finding]:
    told = {finding.where for finding in known}
    owners = {unit.name: one.subsystem for one in desired for unit in one.units}
    for path, found in sorted(around.overrides.items()):
        if path in told:
            continue
        units = ", ".join(found.units)
        yield Finding(
            host,
            owners.get(found.units[0], TOOLKIT),
            "unit.override",
            path,
            f"{path} changes {units} and is nobody's that Rigwright knows",
            since=datetime.fromtimestamp(found.changed, timezone.utc) if found.changed else None,
            by=By.HOST,
            runbook=RUNBOOK,
        )
