"""One address that holds thousands of half-sent requests, and another client that is served all the same."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest

from deploys.firewall.settings import FirewallSettings
from deploys.nginx import state as nginx
from deploys.nginx.settings import NginxSettings
from rigwright.desired import Desired
from rigwright.settings.platform import Os, Platform
from tests.support import half_sent
from tests.support.guarded import Guarded, guarded_host
from tests.support.waiting import wait_until
from tests.support.web import Web

# Another source: a network namespace of the host, whose packets come in by an interface as from outside.
ATTACKER = """
set -e
ip netns add attacker
ip link add veth-out type veth peer name inside netns attacker
ip address add 198.18.0.1/24 dev veth-out
ip address add 2001:db8:66::1/64 dev veth-out nodad
ip link set veth-out up
ip -n attacker address add 198.18.0.2/24 dev inside
for n in 2 3 4 5 6 7 8 9; do ip -n attacker address add 2001:db8:66::$n/64 dev inside nodad; done
ip -n attacker link set inside up
"""
HEADS = 4000
SMALL = NginxSettings(worker_connections=512)
"""Far too few for so many heads, so that only the firewall can help."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On Debian 13, and on every other system too when every case is to be tried."""
    more = ["debian12", "ubuntu2404", "ubuntu2204"] if metafunc.config.getoption("--exhaustive") else []
    metafunc.parametrize("host", ["debian13", *more], indirect=True, scope="module")


@pytest.fixture(scope="module")
def host(request: pytest.FixtureRequest) -> Iterator[Guarded]:
    system = cast("Os", request.param)
    name = f"accidents-flood{system.removeprefix('debian').removeprefix('ubuntu')}"
    with guarded_host(name, system, "nginx", "curl", "logrotate", "openssl") as found:
        found.host.run(ATTACKER)
        found.host.run("cat >/run/half_sent.py", Path(half_sent.__file__).read_bytes())
        yield found


def change(host: Guarded, web: NginxSettings, **more: object) -> Desired:
    """Give the host this nginx and a firewall for it."""
    wanted = nginx.desired(web, Platform(host.host.os))
    assert host.apply(wanted).code == 0
    host.keep(host.firewall(FirewallSettings(**more), host.ssh_alone(), wanted))  # type: ignore[arg-type]
    return wanted


AT_ONCE = 1.5
"""The kernel counts connections that arrive at the same moment on two processors only afterwards."""


def held(host: Guarded) -> int:
    """Connections of the attacker that nginx has."""
    return int(host.sh("ss -Htn state established '( sport = :80 )' src 198.18.0.1 | wc -l")) + int(
        host.sh("ss -Htn state established '( sport = :80 )' src [2001:db8:66::1] | wc -l")
    )


@contextmanager
def attack(host: Guarded, address: str = "198.18.0.1") -> Iterator[None]:
    """As long as the block runs."""
    command = f"ip netns exec attacker python3 /run/half_sent.py {address} 80 {HEADS} 600"
    host.sh(f"systemd-run -q --collect --unit=attack -p LimitNOFILE=20000 {command}")
    try:
        before = -1
        while (now := held(host)) > before:
            before = now
            time.sleep(1)
        yield
    finally:
        host.sh("systemctl stop attack", check=False)
        wait_until(lambda: held(host) == 0)


def served(host: Guarded, requests: int = 30) -> int:
    """How many of so many requests of another client succeed."""
    web = Web(host.host.address, 80)

    def good() -> bool:
        try:
            return web.request("any.test", "/").status == 200
        except OSError:
            return False

    return sum(good() for _ in range(requests))


def test_without_a_limit_a_small_nginx_starves_the_others(host: Guarded) -> None:
    """What the limit is for: without this the other tests would prove nothing."""
    change(host, SMALL, connections_per_source=None)
    with attack(host):
        assert served(host) < 30


@pytest.mark.parametrize("address", ["198.18.0.1", "2001:db8:66::1"])
def test_a_source_holds_no_more_connections_than_the_limit(host: Guarded, address: str) -> None:
    change(host, SMALL, connections_per_source=200)
    with attack(host, address):
        assert 150 <= held(host) <= 200 * AT_ONCE
        assert served(host) == 30
    assert served(host) == 30


def test_the_defaults_serve_others_beside_thousands_of_half_sent_heads(host: Guarded) -> None:
    change(host, NginxSettings())
    with attack(host):
        assert 1500 <= held(host) <= 2048 * AT_ONCE
        assert served(host) == 30


def test_nginx_alone_has_room_for_thousands_of_half_sent_heads(host: Guarded) -> None:
    change(host, NginxSettings(), connections_per_source=None)
    with attack(host):
        assert held(host) > 3000
        assert served(host) == 30


def test_networks_that_are_named_are_not_counted(host: Guarded) -> None:
    change(host, NginxSettings(), connections_per_source=64, unlimited_networks=["198.18.0.0/24"])
    with attack(host):
        assert held(host) > 3000
    proxied = NginxSettings(trusted_proxies=["198.18.0.0/24"])
    change(host, proxied, connections_per_source=64)
    with attack(host):
        assert held(host) > 3000


def test_a_log_that_is_too_large_is_rotated_and_the_next_request_is_in_the_new_one(host: Guarded) -> None:
    change(host, NginxSettings(log_max_mib=1))
    unit = "rigwright-nginx-logs.service"
    run = f"systemctl reset-failed {unit}; systemctl start {unit}"
    host.sh("rm -f /var/log/nginx/*.log-*; : >/var/log/nginx/access.log; : >/var/log/nginx/error.log")
    assert served(host, 1) == 1
    host.sh(run)
    assert host.sh("ls /var/log/nginx/access.log-*", check=False) == "", "a small one stays"
    for _ in range(14):
        host.sh("head -c 2000000 /dev/urandom >>/var/log/nginx/access.log")
        host.sh(f"{run}; sleep 1")
    kept = host.sh("ls /var/log/nginx/access.log-*").split()
    assert len(kept) == 10
    assert len([name for name in kept if not name.endswith(".gz")]) == 1
    assert served(host, 1) == 1
    wait_until(lambda: "any.test" in host.sh("cat /var/log/nginx/access.log"))
    assert host.sh("stat -c '%U %G %a' /var/log/nginx/access.log") == "www-data adm 640"
    assert host.sh(f"systemctl show -p Result --value {unit}") == "success"
