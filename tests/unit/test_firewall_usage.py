"""Which clients the first firewall of a host would shut out."""

from __future__ import annotations

import pytest

from deploys.firewall.openings import Opening
from deploys.firewall.usage import usage
from rigwright.desired.usage import OpenSocket, Peer, Sockets, Use

ALL = "0.0.0.0"
WEB = OpenSocket("tcp", ALL, 8080, ("docker-proxy",))


def judged(opened: list[Opening], *listening: OpenSocket, peers: tuple[Peer, ...] = ()) -> list[Use]:
    return [*usage(opened).judge({}, Sockets(listening, peers))]


def test_a_port_that_is_closed_is_named_with_its_clients() -> None:
    (use,) = judged(
        [], WEB, OpenSocket("tcp", "::", 8080, ("docker-proxy",)), peers=(Peer("10.0.0.1", 8080, "10.0.0.9"),)
    )
    assert use.effect == "cut"
    assert (
        "docker-proxy listens on tcp 8080 (clients: 10.0.0.9), which is closed to other hosts" in use.summary
    )


def test_a_port_that_stays_open_is_not_named() -> None:
    assert judged([Opening("settings", "tcp", 8080)], WEB) == []


@pytest.mark.parametrize(
    "socket",
    [
        OpenSocket("tcp", "127.0.0.1", 5432, ("postgres",)),
        OpenSocket("tcp", "::1", 5432, ("postgres",)),
        OpenSocket("tcp", "127.0.0.53%lo", 53, ("systemd-resolve",)),
        OpenSocket("tcp", ALL, 22, ("sshd",)),
        OpenSocket("udp", ALL, 68, ("dhclient",)),
        OpenSocket("tcp", ALL, 5355, ("systemd-resolve",)),
        OpenSocket("tcp", ALL, 111, ("rpcbind", "init")),
    ],
)
def test_what_a_bare_host_opens_is_not_in_use(socket: OpenSocket) -> None:
    assert judged([], socket) == []


def test_a_client_whose_network_is_left_out_is_named() -> None:
    narrow = [Opening("settings", "tcp", 8080, networks=("10.0.0.0/24",))]
    peers = (Peer("10.0.0.1", 8080, "10.0.0.9"), Peer("10.0.0.1", 8080, "192.0.2.7"))
    (use,) = judged(narrow, WEB, peers=peers)
    assert "192.0.2.7 is a client of docker-proxy on tcp 8080" in use.summary
