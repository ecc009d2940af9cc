"""Docker's own rules beside the firewall's: who reaches what containers publish, and what waits for them.

A second host connects over IPv4 and IPv6. The images are stand-ins, made of busybox on the host.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import pytest

from deploys.firewall.settings import Access
from deploys.ssh.settings import SshSettings
from rigwright import lab
from rigwright.compare.unmanaged import unmanaged_findings
from rigwright.desired import Desired
from rigwright.lab import LabHost
from rigwright.observed.model import parse, query
from rigwright.remote import commands
from rigwright.settings.platform import Os
from tests.support.guarded import Guarded, guarded_host, reached
from tests.support.guarded_docker import APP, BRIDGE, IMAGE, Place
from tests.support.waiting import wait_until


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On Debian 13, and on Ubuntu's newer engine too when every case is to be tried."""
    more = ["ubuntu2404"] if metafunc.config.getoption("--exhaustive") else []
    metafunc.parametrize("pair", ["debian13", *more], indirect=True, scope="module")


@pytest.fixture(scope="module")
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[Guarded, LabHost]]:
    system = cast("Os", request.param)
    lab.down("dp-peer")
    with guarded_host(
        f"dp-host{system[-4:-2] if system.startswith('ubuntu') else system[-2:]}", system
    ) as host:
        peer = lab.up("dp-peer", "debian13")
        place = Place(host, peer, proxy=False)
        packages = ("busybox-static", *place.docker().packages, *place.redis().packages)
        host.install(Desired("more", packages=packages))
        host.keep(host.ssh(SshSettings()))
        yield host, peer
    lab.down("dp-peer")


@pytest.fixture(scope="module", params=[False, True], ids=["kernel", "proxy"])
def place(request: pytest.FixtureRequest, pair: tuple[Guarded, LabHost]) -> Place:
    host, peer = pair
    found = Place(host, peer, proxy=request.param)
    # With the rules of before: an engine that makes none for IPv6 would leave what another one made.
    host.keep(replace(found, proxy=False).docker(stacks=False))
    host.keep(found.docker(stacks=False))
    host.sh(IMAGE)
    host.keep(found.docker())
    host.keep(found.redis())
    return found


def test_what_containers_publish_is_closed_over_both_ip_versions(place: Place) -> None:
    place.firewall()
    place.served()
    assert place.responding(8080, 8081, 8082) == set()
    assert place.reached(8080, 8081, 8082) == set()


def test_access_opens_a_published_port_for_those_in_it_alone(place: Place) -> None:
    own, own6 = place.addresses
    place.firewall(Access(port=8080), Access(port=8082, networks=place.peers))
    assert place.responding(8080, 8081, 8082) == {(own, 8080), (own6, 8080), (own, 8082)}, (
        "8082 is published on the IPv4 address alone"
    )
    assert place.reached(8080, 8081, 8082) == {(own, 8080), (own6, 8080)}
    place.firewall(Access(port=8080, networks=place.peers))
    assert place.responding(8080, 8082) == {(own, 8080), (own6, 8080)}
    assert place.reached(8080, 8082) == set()


def test_it_stays_so_when_docker_or_the_firewall_starts_anew_and_after_a_boot(place: Place) -> None:
    place.firewall(Access(port=8080, networks=place.peers))
    open_ends = {(address, 8080) for address in place.addresses}

    def boot() -> None:
        place.host.host.power_cycle()
        place.host.reconnect()

    for event in (
        lambda: place.host.sh("systemctl restart docker"),
        lambda: place.host.sh("systemctl reload rigwright-firewall"),
        lambda: place.host.sh("systemctl restart rigwright-firewall"),
        boot,
    ):
        event()
        place.served()
        wait_until(lambda: place.responding(8080, 8081, 8082) == open_ends)
        assert place.reached(8080, 8081, 8082) == set()
    assert place.host.drift(place.docker()) == []


def test_drift_finds_no_published_port_unmanaged_and_none_missing(place: Place) -> None:
    place.served()
    wanted = (place.docker(), place.redis())
    done = place.host.connection.root(commands.observe(), query(wanted, everything=True))
    around = parse(done.stdout, host=place.host.host.name).unmanaged
    assert around
    found = unmanaged_findings(place.host.host.name, wanted, around, [])
    assert [one.summary for one in found if one.kind.startswith("socket")] == []


def test_containers_reach_the_outside_and_are_answered(place: Place) -> None:
    place.firewall()
    listen = "python3 -m http.server --bind :: --directory /usr/share/doc 8090"
    place.peer.run(f"systemctl is-active -q outside || systemd-run -q --unit=outside {listen}")
    places = [place.peer.address] if place.proxy else [place.peer.address, f"[{place.peer.address6}]"]
    for address in places:
        command = f"docker exec shop-web-1 /bin/wget -qO- -T 10 http://{address}:8090/"
        wait_until(lambda command=command: "bash" in place.host.sh(command, check=False))  # type: ignore[misc]


@pytest.mark.parametrize("place", [False], indirect=True, ids=["kernel"])
def test_a_neighbour_reaches_no_container_and_no_port_that_is_published_on_loopback(place: Place) -> None:
    """Each is tried without our firewall too: there Docker before 28 lets them in."""
    inside = place.host.sh(
        "docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' shop-web-1"
    )
    place.firewall(Access(port=8080))
    old = int(place.host.sh("docker version -f '{{.Server.Version}}'").split(".")[0]) < 28
    for address, port in ((inside, 80), ("127.0.0.1", 8083)):
        with place.neighbour_routes_to(address):
            assert place.responding(port, addresses=(address,)) == set()
            place.host.sh("systemctl stop rigwright-firewall")
            without = place.responding(port, addresses=(address,))
            place.host.sh("systemctl start rigwright-firewall")
            assert without == ({(address, port)} if old else set())


@pytest.mark.parametrize("place", [False], indirect=True, ids=["kernel"])
def test_redis_on_the_bridge_is_for_containers_alone_and_comes_back_with_a_boot(place: Place) -> None:
    """The host has its address there on every interface: without the firewall a neighbour gets in."""
    place.firewall()
    words = f"AUTH app {APP.reveal()}\\r\\nSET app:x 1\\r\\nSET other 1\\r\\nQUIT\\r\\n"
    for where in ("docker exec -i shop-web-1", "docker run --rm -i local/app:1"):
        output = place.host.sh(f"printf '{words}' | {where} /bin/nc -w 10 {BRIDGE} 6379")
        assert [line.split()[0] for line in output.splitlines()] == ["+OK", "+OK", "-NOPERM", "+OK"]
    command = f"timeout 5 bash -c 'exec 3<>/dev/tcp/{BRIDGE}/6379; echo PING >&3; head -n 1 <&3'"
    with place.neighbour_routes_to(BRIDGE):
        assert "NOAUTH" not in place.peer.run(command, check=False).stdout
        place.host.sh("systemctl stop rigwright-firewall")
        assert "NOAUTH" in place.peer.run(command, check=False).stdout, "the firewall alone keeps it out"
        place.host.sh("systemctl start rigwright-firewall")
    assert not reached(place.host.host.address, 6379)
    place.host.host.power_cycle()
    place.host.reconnect()
    wait_until(lambda: place.host.sh("systemctl is-active redis-server", check=False) == "active")
    place.served()
    output = place.host.sh(f"printf '{words}' | docker exec -i shop-web-1 /bin/nc -w 10 {BRIDGE} 6379")
    assert output.startswith("+OK")
    assert place.host.drift(place.redis()) == []


@pytest.mark.parametrize("place", [False], indirect=True, ids=["kernel"])
def test_a_changed_file_or_image_changes_exactly_its_containers(place: Place) -> None:
    place.served()
    before = place.ids()
    assert sorted(before) == ["aside", "web", "worker"]
    for changed in (place.docker(text="two"), place.docker(text="two", tag="2")):
        assert place.host.apply(changed).code == 0
        after = place.ids()
        assert {name for name in before if after[name] != before[name]} == {"web"}
        assert after.keys() == before.keys()
        before = after
