"""Who reaches what, tried from this machine and from a second host, over IPv4 and IPv6."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest

from deploys.firewall.settings import Access, Fail2ban, FirewallSettings
from deploys.firewall.state import PATH
from deploys.ssh.settings import SshSettings
from rigwright import lab
from rigwright.compare.subsystem import retired
from rigwright.desired import Desired, Socket
from rigwright.lab import LabHost
from rigwright.settings.platform import Os
from tests.support.guarded import Guarded, guarded_host, reached
from tests.support.waiting import wait_until

LISTEN = """
import socket, sys
one = socket.create_server(("::", int(sys.argv[1])), family=socket.AF_INET6, dualstack_ipv6=True)
while True:
    one.accept()[0].close()
"""
CONTAINER = """
set -e
ip netns add box
ip link add docker0 type veth peer name inside netns box
ip address add 172.17.0.1/16 dev docker0
ip link set docker0 up
ip -n box address add 172.17.0.2/16 dev inside
ip -n box link set inside up
ip -n box link set lo up
ip -n box route add default via 172.17.0.1
echo 1 >/proc/sys/net/ipv4/ip_forward
nft -f - <<'X'
table ip dockerlike {
    chain prerouting {
        type nat hook prerouting priority dstnat
        fib daddr type local tcp dport 8080 dnat to 172.17.0.2:80
    }
    chain postrouting {
        type nat hook postrouting priority srcnat
        ip saddr 172.17.0.0/16 oifname != "docker0" masquerade
    }
    chain forward {
        type filter hook forward priority filter
        oifname "docker0" accept
    }
}
X
"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On Debian 13, and on every other system too when every case is to be tried."""
    more = ["debian12", "ubuntu2404", "ubuntu2204"] if metafunc.config.getoption("--exhaustive") else []
    metafunc.parametrize("host", ["debian13", *more], indirect=True, scope="module")


@pytest.fixture(scope="module")
def host(request: pytest.FixtureRequest) -> Iterator[Guarded]:
    system = cast("Os", request.param)
    name = f"f-wall{system.removeprefix('debian').removeprefix('ubuntu')}"
    with guarded_host(name, system, "fail2ban", "python3-systemd") as found:
        found.keep(found.ssh(SshSettings()))
        yield found


@pytest.fixture(scope="module")
def peer() -> Iterator[LabHost]:
    """Another host on the same network."""
    lab.down("f-peer13")
    yield lab.up("f-peer13", "debian13")
    lab.down("f-peer13")


@pytest.fixture(scope="module")
def listener(host: Guarded) -> None:
    """A program on ports that no subsystem declares."""
    for port in (8080, 8081):
        host.host.run(f"cat >/run/listen{port}.py", LISTEN.encode())
        host.sh(f"systemd-run -q --collect --unit=listen-{port} python3 /run/listen{port}.py {port}")
        wait_until(lambda port=port: reached(host.host.address, port))  # type: ignore[misc]


def reaches(peer: LabHost, address: str, port: int) -> bool:
    """Whether a connection from the second host is taken."""
    command = f"import socket; socket.create_connection(({address!r}, {port}), 1.5)"
    return peer.run(f'python3 -c "{command}"', check=False).returncode == 0


def machine(host: Guarded) -> list[str]:
    """This machine's addresses on the lab's network, as the host sees them."""
    return [f"{host.sh('ip route show default').split()[2]}/32", "fd72:6967:6c61:62::/127"]


@pytest.mark.usefixtures("listener")
def test_a_port_that_nothing_allows_is_closed_over_both_ip_versions(host: Guarded, peer: LabHost) -> None:
    assert reached(host.host.address6, 8080)
    assert reaches(peer, host.host.address, 8080)
    host.keep(host.firewall(FirewallSettings()))
    for address in (host.host.address, host.host.address6):
        assert reached(address, 22)
        assert not reached(address, 8080)
        assert not reaches(peer, address, 8081)
    assert host.sh("python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", 8080), 2)'") == ""


@pytest.mark.usefixtures("listener")
def test_an_allow_list_opens_a_port_for_those_in_it_alone(host: Guarded, peer: LabHost) -> None:
    host.keep(
        host.firewall(FirewallSettings(access=[Access(port=8080, networks=machine(host)), Access(port=8081)]))
    )
    for address in (host.host.address, host.host.address6):
        assert reached(address, 8080)
        assert not reaches(peer, address, 8080)
        assert reaches(peer, address, 8081)


@pytest.mark.usefixtures("listener")
def test_a_socket_that_a_subsystem_declares_is_open_on_its_address_alone(host: Guarded) -> None:
    web = Desired("web", sockets=(Socket(host.host.address, 8080), Socket("127.0.0.1", 8081)))
    host.keep(host.firewall(FirewallSettings(), host.ssh(SshSettings()), web))
    assert reached(host.host.address, 8080)
    assert not reached(host.host.address6, 8080)
    assert not reached(host.host.address, 8081)


def test_a_blocked_network_reaches_nothing_and_others_do(host: Guarded, peer: LabHost) -> None:
    assert reaches(peer, host.host.address, 22)
    host.keep(
        host.firewall(FirewallSettings(blocked_networks=[f"{peer.address}/32", f"{peer.address6}/128"]))
    )
    for address in (host.host.address, host.host.address6):
        assert not reaches(peer, address, 22)
        assert reached(address, 22)


def test_a_source_that_connects_too_often_waits_and_others_do_not(host: Guarded, peer: LabHost) -> None:
    host.keep(host.firewall(FirewallSettings(access=[Access(port=22, new_connections_per_minute=10)])))
    for address in (host.host.address, host.host.address6):
        command = f"[socket.create_connection(('{address}', 22), 1) for _ in range(10)]"
        peer.run(f'python3 -c "import socket; {command}"')
        assert not reaches(peer, address, 22)
    assert reached(host.host.address, 22)
    assert not reached(host.host.address6, 22), "this machine is in the same /64"


@pytest.mark.parametrize("ping", [True, False])
def test_echo_requests_get_replies_as_set_and_neighbours_are_found(
    host: Guarded, peer: LabHost, *, ping: bool
) -> None:
    host.keep(host.firewall(FirewallSettings(ping=ping)))
    host.sh("ip neigh flush all")
    for version, address in ((4, host.host.address), (6, host.host.address6)):
        assert (peer.run(f"ping -{version} -c1 -W1 {address}", check=False).returncode == 0) is ping
        assert reaches(peer, address, 22)


def test_a_published_port_of_a_container_is_closed_until_it_is_allowed(host: Guarded, peer: LabHost) -> None:
    """A stand-in with the rules that Docker makes: rewritten before any filter, and let in by Docker."""
    host.keep(host.firewall(FirewallSettings()))
    host.host.run(CONTAINER)
    host.host.run("cat >/run/box.py", LISTEN.encode())
    host.sh("systemd-run -q --collect --unit=box ip netns exec box python3 /run/box.py 80")
    wait_until(lambda: host.sh("ip netns exec box ss -Hltn") != "")
    assert not reached(host.host.address, 8080)
    assert not reaches(peer, host.host.address, 8080)
    peer.run(f"ip route add 172.17.0.0/16 via {host.host.address}")
    assert not reaches(peer, "172.17.0.2", 80), "nor by the container's own address"
    outward = f"import socket; socket.create_connection(('{peer.address}', 22), 2)"
    assert host.host.run(f'ip netns exec box python3 -c "{outward}"').returncode == 0, (
        "it reaches the outside"
    )
    host.keep(host.firewall(FirewallSettings(access=[Access(port=8080, networks=machine(host))])))
    assert reached(host.host.address, 8080)
    assert not reaches(peer, host.host.address, 8080)
    assert not reaches(peer, "172.17.0.2", 80)
    assert "table ip dockerlike" in host.sh("nft list tables"), "no other table was flushed"


def test_an_address_that_keeps_failing_to_log_in_is_shut_out_alone(host: Guarded, peer: LabHost) -> None:
    host.keep(host.firewall(FirewallSettings(fail2ban=Fail2ban(max_failures=3, ban_seconds=600))))
    assert reaches(peer, host.host.address, 22)
    options = "-oBatchMode=yes -oStrictHostKeyChecking=no -oUserKnownHostsFile=/dev/null -oIdentityFile=none"
    for _ in range(4):
        peer.run(f"ssh {options} nosuchuser@{host.host.address} true", check=False)
    wait_until(lambda: peer.address in host.sh("fail2ban-client status sshd"), seconds=20)
    wait_until(lambda: not reaches(peer, host.host.address, 22))
    assert reached(host.host.address, 22)
    host.keep(host.firewall(FirewallSettings(fail2ban=Fail2ban(max_failures=4, ban_seconds=600))))
    assert not reaches(peer, host.host.address, 22), "a change of ours lets no blocked client back in"
    host.sh(f"fail2ban-client unban {peer.address}")
    assert reaches(peer, host.host.address, 22)


def test_it_is_loaded_at_boot_before_any_client_can_connect(host: Guarded) -> None:
    wanted = host.firewall(FirewallSettings())
    host.keep(wanted)
    host.host.power_cycle()
    host.reconnect()
    assert host.drift(wanted) == []
    names = ("rigwright-firewall", "ssh")
    times = [host.sh(f"systemctl show -p ActiveEnterTimestampMonotonic --value {name}") for name in names]
    assert 0 < int(times[0]) < int(times[1])


def test_rules_that_cannot_be_loaded_leave_ssh_alone_open(host: Guarded, peer: LabHost) -> None:
    """Neither open nor locked: at a restart, at a boot, and until the next apply."""
    wanted = host.firewall(FirewallSettings(access=[Access(port=8080)]))
    host.keep(wanted)
    listen = "systemd-run -q --collect --unit=listen python3 /run/listen.py 8080"

    def ssh_alone_is_open() -> None:
        host.host.run("cat >/run/listen.py", LISTEN.encode())
        host.sh(listen)
        wait_until(lambda: "8080" in host.sh("ss -Hltn sport = :8080"))
        for address in (host.host.address, host.host.address6):
            assert reached(address, 22)
            assert reaches(peer, address, 22)
            assert not reached(address, 8080)
            assert not reaches(peer, address, 8080)
        found = {(one.kind, one.where) for one in host.drift(wanted)}
        assert found >= {("file.content", PATH), ("unit.state", "rigwright-firewall.service")}

    host.sh(f"echo 'table inet rigwright {{ nonsense' >{PATH}; systemctl stop 'listen*'", check=False)
    assert "only SSH is let in" in host.sh(
        "systemctl restart rigwright-firewall; journalctl -u rigwright-firewall -n 20 -o cat", check=False
    )
    ssh_alone_is_open()
    host.sh(f": >{PATH}")
    host.host.power_cycle()
    host.reconnect()
    ssh_alone_is_open()
    host.keep(wanted)
    for address in (host.host.address, host.host.address6):
        assert reached(address, 8080)
        assert reaches(peer, address, 8080)
    host.sh("systemctl stop listen")


def test_a_host_whose_inventory_drops_the_firewall_has_none(host: Guarded) -> None:
    host.keep(host.firewall(FirewallSettings()))
    (gone,) = retired([Desired("rigwright"), Desired("ssh")], host.observe())
    host.keep(gone)
    assert not host.table()
    assert host.sh("find /etc /usr/local -path '*rigwright*firewall*' ! -type d") == ""
