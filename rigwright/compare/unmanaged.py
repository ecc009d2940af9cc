"""Unmanaged state of a host: sockets and unit files that no subsystem declares. Pure.

Apply fixes none of it, because the purpose of the other program or file is unknown. So plan and apply do not
query it; drift and the nightly check do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone

from rigwright.desired import Desired, Socket
from rigwright.finding import By, Finding, Severity
from rigwright.observed.unmanaged import Listening, Unmanaged

TOOLKIT = "rigwright"
RUNBOOK = "docs/runbooks/drift.md"
ANY = ("0.0.0.0", "::")  # noqa: S104  compared with, never bound
SSH = frozenset({"sshd", "ssh.socket", "sshd.socket"})
DHCP_CLIENT_PORTS = (68, 546)
NAME_PORTS = (5353, 5355)  # multicast DNS and LLMNR, which systemd-resolved serves by default
RESOLVER = "systemd-resolve"  # the kernel keeps 15 characters of a program's name
FIRST_CLIENT_PORT = 32768  # net.ipv4.ip_local_port_range begins here


def unmanaged_findings(
    host: str, desired: Sequence[Desired], around: Unmanaged, known: Sequence[Finding]
) -> list[Finding]:
    """Every unmanaged socket and unit file, and every declared socket that is missing.

    Args:
        host: Its name.
        desired: The desired state of all its subsystems.
        around: What was found.
        known: The findings of its subsystems, which are not reported twice.
    """
    return [
        *_sockets(host, desired, around),
        *_overrides(host, desired, around, known),
        *_entrances(host, around, known),
        *_missing_sockets(host, desired, around, known),
    ]


def _sockets(host: str, desired: Sequence[Desired], around: Unmanaged) -> Iterator[Finding]:
    if around.sockets is None:
        yield Finding(
            host,
            TOOLKIT,
            "socket.unreadable",
            "ss",
            "open sockets are unknown: ss printed nothing",
            Severity.ERROR,
        )
    declared = [socket for one in desired for socket in one.sockets]
    reported: set[str] = set()
    for found in around.sockets or ():
        where = socket_name(found.protocol, found.address, found.port)
        if where in reported or _expected(found) or any(_covers(one, found) for one in declared):
            continue
        reported.add(where)
        who = ", ".join(found.programs) or "the kernel"
        yield Finding(
            host,
            TOOLKIT,
            "socket.unmanaged",
            where,
            f"{who} listens on {where}, which no subsystem declares",
            actual=who,
            by=By.HOST,
            runbook=RUNBOOK,
        )


def socket_name(protocol: str, address: str, port: int) -> str:
    """``tcp 0.0.0.0:80`` or ``tcp [::]:80``."""
    return f"{protocol} [{address}]:{port}" if ":" in address else f"{protocol} {address}:{port}"


def _expected(found: Listening) -> bool:
    """Whether a socket needs no declaration: on loopback, of sshd, of name resolution, or of a client."""
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


def _serves(found: Listening, declared: Socket) -> bool:
    same = (declared.protocol, declared.port) == (found.protocol, found.port)
    address = found.address.partition("%")[0]
    return same and (declared.address in ANY or address in (*ANY, declared.address))


def _missing_sockets(
    host: str, desired: Iterable[Desired], around: Unmanaged, known: Sequence[Finding]
) -> Iterator[Finding]:
    """Declared sockets that no program opened, where the subsystem has no other finding."""
    if around.sockets is None:
        return
    reported = {finding.subsystem for finding in known}
    for one in desired:
        for socket in one.sockets if one.subsystem not in reported else ():
            if not socket.reserved and not any(_serves(found, socket) for found in around.sockets):
                where = socket_name(socket.protocol, socket.address, socket.port)
                summary = f"no program listens on {where}"
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
    reported = {finding.where for finding in known}
    owners = {unit.name: one.subsystem for one in desired for unit in one.units}
    for path, found in sorted(around.overrides.items()):
        if path in reported:
            continue
        units = ", ".join(found.units)
        yield Finding(
            host,
            owners.get(found.units[0], TOOLKIT),
            "unit.override",
            path,
            f"{path} changes {units} and is not managed by Rigwright",
            since=datetime.fromtimestamp(found.changed, timezone.utc) if found.changed else None,
            by=By.HOST,
            runbook=RUNBOOK,
        )


def _entrances(host: str, around: Unmanaged, known: Sequence[Finding]) -> Iterator[Finding]:
    """Who got in and what runs at boot; an account that a subsystem reports is not reported twice."""
    reported = {name for finding in known for name in (finding.where, finding.where.rpartition(": ")[2])}
    for one in around.entrances:
        if one.where not in reported:
            yield Finding(
                host,
                TOOLKIT,
                one.kind,
                one.where,
                one.what,
                actual=one.actual,
                since=datetime.fromtimestamp(one.changed, timezone.utc) if one.changed else None,
                by=By.HOST,
                runbook=RUNBOOK,
            )
