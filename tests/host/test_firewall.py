"""Which networks reach which ports: by the kernel's own rules, and by connecting from here."""

from __future__ import annotations

import ipaddress
import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from deploys.firewall.settings import FirewallSettings
from tests.support.probed import reached

CLOSED_PORT = 47_613  # no service has it
LISTEN = """
import socket, sys, time
sockets = [socket.create_server(("::", int(sys.argv[1])), family=socket.AF_INET6, dualstack_ipv6=True)]
time.sleep(60)
"""


@pytest.fixture(scope="module")
def ruleset(host: Any, firewall: FirewallSettings) -> list[dict[str, Any]]:  # noqa: ARG001  skips without it
    """Everything that the kernel has loaded."""
    loaded: list[dict[str, Any]] = json.loads(host.check_output("nft -j list ruleset"))["nftables"]
    return loaded


@pytest.fixture(scope="module")
def addresses(host: Any, address: str) -> list[str]:
    """The address by which the host is known, and its global IPv6 addresses."""
    found = json.loads(host.check_output("ip -json -6 address show scope global"))
    six = [info["local"] for link in found for info in link.get("addr_info", ()) if "local" in info]
    return [address, *six]


def chains(ruleset: list[dict[str, Any]], hook: str) -> list[dict[str, Any]]:
    """Chains of the toolkit's table at one hook."""
    own = (one["chain"] for one in ruleset if "chain" in one)
    return [chain for chain in own if chain["table"] == "rigwright" and chain.get("hook") == hook]


def test_a_port_that_nothing_declares_is_denied(ruleset: list[dict[str, Any]]) -> None:
    for hook in ("input", "forward"):
        (chain,) = chains(ruleset, hook)
        assert (chain["family"], chain["policy"]) == ("inet", "drop")


def test_forwarding_is_decided_before_docker_decides(ruleset: list[dict[str, Any]]) -> None:
    own = chains(ruleset, "forward")[0]["prio"]
    others = [
        one["chain"]["prio"]
        for one in ruleset
        if "chain" in one and one["chain"]["table"] != "rigwright" and one["chain"].get("hook") == "forward"
    ]
    assert all(own < other for other in others)


def test_it_comes_back_with_a_boot_before_the_network(host: Any, firewall: FirewallSettings) -> None:  # noqa: ARG001
    assert host.service("rigwright-firewall").is_enabled
    output = host.check_output("systemctl show -p Before --value rigwright-firewall")
    assert "network-pre.target" in output


@pytest.fixture
def listener(host: Any, firewall: FirewallSettings) -> Iterator[None]:
    """A program on a port that the inventory does not name."""
    assert not any(one.port <= CLOSED_PORT <= (one.last_port or one.port) for one in firewall.access)
    unit = "rig-test-listener"
    host.check_output(f"systemd-run -q --collect --unit={unit} python3 -c '{LISTEN}' {CLOSED_PORT}")
    while not host.check_output(f"ss -Hltn sport = :{CLOSED_PORT}"):
        time.sleep(0.1)
    yield
    host.run(f"systemctl stop {unit}")


@pytest.mark.usefixtures("listener")
def test_a_port_that_nothing_allows_is_not_reached_from_outside(host: Any, addresses: list[str]) -> None:
    inside = f'import socket; socket.create_connection(("::1", {CLOSED_PORT}), 2)'
    assert host.run(f"python3 -c '{inside}'").rc == 0, "another program listens there"
    with ThreadPoolExecutor() as pool:
        there = list(pool.map(lambda one: reached(one, ("tcp", CLOSED_PORT)), addresses))
    assert dict(zip(addresses, there, strict=True)) == dict.fromkeys(addresses, False)


def test_blocked_networks_are_in_the_kernel_s_rules(
    ruleset: list[dict[str, Any]], firewall: FirewallSettings
) -> None:
    rules = [one["rule"] for one in ruleset if "rule" in one and one["rule"]["chain"] == "blocked"]
    text = json.dumps(rules)
    for name in firewall.blocked_networks:
        net = ipaddress.ip_network(name)
        wider = [ipaddress.ip_network(other) for other in firewall.blocked_networks if other != name]
        covered = any(net.version == one.version and net.subnet_of(one) for one in wider)  # type: ignore[arg-type]
        assert covered or str(net.network_address) in text


def test_one_source_holds_no_more_connections_than_the_inventory_allows(
    host: Any, ruleset: list[dict[str, Any]], firewall: FirewallSettings
) -> None:
    """The kernel's own counts, by IPv4 address and IPv6 network; and the rate of each port that has one."""
    loaded, lines = dict[str, list[str]](), list[str]()
    for line in host.check_output("nft list table inet rigwright").splitlines():
        name = re.match(r"\s*(chain|set) (\S+) {", line)
        lines = loaded.setdefault(name[2] if name[1] == "chain" else "", []) if name else lines
        lines.append(line)
    counted = {
        name: re.findall(r"ct count over (\d+)", "\n".join(lines)) for name, lines in loaded.items() if name
    }
    most = firewall.connections_per_source
    assert [value for some in counted.values() for value in some] == ([str(most)] * 2 if most else [])
    for hook in ("input", "forward"):
        entries = loaded[chains(ruleset, hook)[0]["name"]]
        for chain in (chain for chain, some in counted.items() if some):
            assert any(f"jump {chain}" in line for line in entries), hook
        for one in firewall.access:
            at = re.compile(rf"(?:dport|proto-dst) {one.port}\b.*limit rate over (\S+) ")
            rates = {match[1] for line in entries if (match := at.search(line))}
            wanted = one.new_connections_per_minute
            assert rates == ({f"{wanted}/minute"} if wanted else set()), one.port


def test_a_local_port_refuses_every_account_but_its_own(host: Any, firewall: FirewallSettings) -> None:
    if not firewall.local_access:
        pytest.skip("the inventory limits no port to accounts")
    for one in firewall.local_access:
        unit = f"rig-test-local-{one.port}"
        if not host.check_output(f"ss -Hltn sport = :{one.port}"):
            host.check_output(f"systemd-run -q --collect --unit={unit} python3 -c '{LISTEN}' {one.port}")
            while not host.check_output(f"ss -Hltn sport = :{one.port}"):
                time.sleep(0.1)
        connect = f'import socket; socket.create_connection(("127.0.0.1", {one.port}), 2)'
        for account, allowed in ((one.accounts[0], True), ("nobody", "nobody" in one.accounts)):
            done = host.run(f"cd / && runuser -u {account} -- python3 -c '{connect}'")
            assert (done.rc == 0) == allowed, (one.port, account, done.stderr)
        host.run(f"systemctl stop {unit}")


def test_an_address_that_fails_to_log_in_is_shut_out(host: Any, firewall: FirewallSettings) -> None:
    if firewall.fail2ban is None:
        pytest.skip("the inventory has no fail2ban for this host")
    assert host.service("fail2ban").is_running
    assert host.service("fail2ban").is_enabled
    reported = {
        name: host.check_output(f"fail2ban-client get sshd {name}")
        for name in ("maxretry", "findtime", "bantime")
    }
    assert reported == {
        "maxretry": str(firewall.fail2ban.max_failures),
        "findtime": str(firewall.fail2ban.find_seconds),
        "bantime": str(firewall.fail2ban.ban_seconds),
    }


def test_the_networks_of_operators_are_never_shut_out(host: Any, firewall: FirewallSettings) -> None:
    if firewall.fail2ban is None:
        pytest.skip("the inventory has no fail2ban for this host")
    output = host.check_output("fail2ban-client get sshd ignoreip")
    ignored = {ipaddress.ip_network(one) for one in re.findall(r"^[|`]- (\S+)$", output, re.MULTILINE)}
    own = ("127.0.0.0/8", "::1", *firewall.fail2ban.ignored_networks)
    assert ignored == {ipaddress.ip_network(one) for one in own}
