"""Undeclared sockets are found, and those that belong to every host are not."""

from __future__ import annotations

import pytest

from rigwright.compare.unmanaged import unmanaged_findings
from rigwright.desired import Desired, Socket, Unit
from rigwright.finding import Finding
from rigwright.observed.unmanaged import Listening, Override, Unmanaged

WEB = Desired(
    "web",
    sockets=(Socket("0.0.0.0", 80), Socket("127.0.0.1", 9000), Socket("0.0.0.0", 443, "udp")),
    units=(Unit("web.service"),),
)
OPEN = (
    Listening("tcp", "0.0.0.0", 80, ("web",)),
    Listening("tcp", "127.0.0.1", 9000, ("web",)),
    Listening("udp", "0.0.0.0", 443, ("web",)),
)
ELSE = Finding("h", "web", "file.mode", "/etc/web", "…")


def reported(
    *sockets: Listening, overrides: dict[str, Override] | None = None, known: tuple[Finding, ...] = ()
) -> set[tuple[str, str, str]]:
    around = Unmanaged(sockets, overrides or {}, None, 0.0)
    found = unmanaged_findings("h", [WEB], around, known)
    return {(one.subsystem, one.kind, one.where) for one in found}


def test_what_is_declared_and_open_is_no_finding() -> None:
    assert reported(*OPEN) == set()


@pytest.mark.parametrize(
    ("found", "where"),
    [
        (Listening("tcp", "0.0.0.0", 8080, ("python3",)), "tcp 0.0.0.0:8080"),
        (Listening("tcp", "::", 8080, ("python3",)), "tcp [::]:8080"),
        (Listening("tcp", "10.0.0.1", 40000), "tcp 10.0.0.1:40000"),
        (Listening("udp", "0.0.0.0", 161, ("snmpd",)), "udp 0.0.0.0:161"),
        (Listening("udp", "0.0.0.0", 5353, ("avahi-daemon",)), "udp 0.0.0.0:5353"),
        (Listening("udp", "0.0.0.0", 80, ("web",)), "udp 0.0.0.0:80"),
        (Listening("tcp", "0.0.0.0", 9000, ("web",)), "tcp 0.0.0.0:9000"),
    ],
)
def test_an_undeclared_socket_is_found(found: Listening, where: str) -> None:
    """The last one is declared for loopback only."""
    assert reported(*OPEN, found) == {("rigwright", "socket.unmanaged", where)}


@pytest.mark.parametrize(
    "found",
    [
        Listening("tcp", "0.0.0.0", 22, ("sshd",)),
        Listening("tcp", "::", 2222, ("sshd", "systemd")),
        Listening("tcp", "::", 22, ("systemd", "ssh.socket")),
        Listening("udp", "0.0.0.0", 68, ("dhclient",)),
        Listening("udp", "10.0.0.1%eth0", 68, ("systemd-network",)),
        Listening("udp", "fe80::1%eth0", 546, ("systemd-network",)),
        Listening("udp", "127.0.0.1", 323, ("chronyd",)),
        Listening("udp", "::1", 323, ("chronyd",)),
        Listening("udp", "127.0.0.53%lo", 53, ("systemd-resolve",)),
        Listening("udp", "0.0.0.0", 5353, ("systemd-resolve",)),
        Listening("tcp", "0.0.0.0", 5355, ("systemd-resolve",)),
        Listening("udp", "0.0.0.0", 41234, ("some-client",)),
        Listening("tcp", "::ffff:127.0.0.1", 9100, ("java",)),
        Listening("tcp", "::", 80, ("web",)),
    ],
)
def test_sockets_of_every_host_and_on_loopback_are_no_finding(found: Listening) -> None:
    assert reported(*OPEN, found) == set()


def test_one_port_held_twice_is_reported_once() -> None:
    found = Listening("tcp", "0.0.0.0", 8080, ("a",))
    assert len(reported(*OPEN, found, found)) == 1


def test_a_declared_socket_that_no_program_opened_is_missing() -> None:
    assert reported(*OPEN[:2]) == {("web", "socket.missing", "udp 0.0.0.0:443")}


def test_a_port_that_is_only_reserved_may_be_silent() -> None:
    reserved = Desired("web", sockets=(Socket("127.0.0.1", 9001, reserved=True),))
    around = Unmanaged((), {}, None, 0.0)
    assert list(unmanaged_findings("studio", (reserved,), around, ())) == []


def test_missing_sockets_of_a_subsystem_with_other_findings_are_not_reported() -> None:
    assert reported(known=(ELSE,)) == set()


def test_without_output_of_ss_open_sockets_are_unknown() -> None:
    around = Unmanaged(None, {}, None, 0.0)
    (finding,) = unmanaged_findings("h", [WEB], around, [])
    assert finding.kind == "socket.unreadable"


def test_an_unmanaged_drop_in_is_found_under_the_units_subsystem() -> None:
    path = "/etc/systemd/system/web.service.d/mine.conf"
    overrides = {path: Override(("web.service",), 1.0)}
    assert reported(*OPEN, overrides=overrides) == {("web", "unit.override", path)}


def test_a_drop_in_that_is_reported_as_an_unmanaged_file_is_not_reported_twice() -> None:
    path = "/etc/systemd/system/web.service.d/mine.conf"
    known = (Finding("h", "web", "file.unmanaged", path, "…"),)
    assert reported(*OPEN, overrides={path: Override(("web.service",))}, known=known) == set()
