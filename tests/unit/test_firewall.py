"""What the firewall's settings refuse, and which rules they and the other subsystems come to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from deploys.firewall.openings import networks
from deploys.firewall.settings import Access, Fail2ban, FirewallSettings, LocalAccess
from deploys.firewall.state import PATH, SSH_ONLY, desired
from deploys.rig import Machine, Rig
from deploys.ssh.settings import SshSettings
from rigwright.desired import Desired, Socket
from rigwright.errors import RigError
from rigwright.settings.platform import Platform

SSH = Desired("ssh", sockets=(Socket("0.0.0.0", 22), Socket("::", 22)))
REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "host bits": (lambda: FirewallSettings(blocked_networks=["192.0.2.1/24"]), "without host bits"),
    "a port twice": (lambda: FirewallSettings(access=[Access(port=1), Access(port=1)]), "tcp port 1 twice"),
    "a port twice by a range": (
        lambda: FirewallSettings(access=[Access(port=10, last_port=20), Access(port=20)]),
        "tcp port 20 twice",
    ),
    "a local port twice": (
        lambda: FirewallSettings(local_access=[LocalAccess(port=1, accounts=["a"])] * 2),
        "local_access names 1 twice",
    ),
    "a local port without accounts": (lambda: LocalAccess(port=1, accounts=[]), "at least 1"),
    "syntax in an account": (lambda: LocalAccess(port=1, accounts=['a" accept']), "pattern"),
    "a range that goes down": (lambda: Access(port=20, last_port=20), "above port"),
    "syntax in an interface": (lambda: FirewallSettings(container_interfaces=['a" accept']), "pattern"),
    "a limit below what an apply needs": (lambda: Access(port=22, new_connections_per_minute=5), "10"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_settings_that_cannot_be_meant_are_refused(what: str) -> None:
    make, message = REFUSED[what]
    with pytest.raises(ValidationError, match=message):
        make()


def wanted(settings: FirewallSettings, *others: Desired) -> Desired:
    return desired(settings, Platform("debian13"), (SSH, *others))


def chain(name: str, settings: FirewallSettings, *others: Desired, path: str = PATH) -> list[str]:
    """The rules of one chain."""
    content = next(file.content.decode() for file in wanted(settings, *others).files if file.path == path)
    body = content.partition(f"chain {name} {{\n")[2].partition("\n\t}")[0]
    return [line.strip() for line in body.splitlines()]


def opened(settings: FirewallSettings, *others: Desired) -> list[str]:
    """The rules of the input chain that open a port, without their comments."""
    rules = (rule.partition(" comment")[0] for rule in chain("input", settings, *others))
    return [rule for rule in rules if "dport" in rule]


def test_everything_is_denied_that_nothing_allows() -> None:
    rules = chain("input", FirewallSettings())
    assert rules[0] == "type filter hook input priority filter; policy drop;"
    assert rules[-1] == "goto denied"
    assert opened(FirewallSettings()) == ["tcp dport 22 accept"]


def test_declared_sockets_are_open_and_those_on_loopback_need_no_rule() -> None:
    web = Desired(
        "nginx",
        sockets=(
            Socket("0.0.0.0", 443), Socket("::", 443), Socket("0.0.0.0", 443, "udp"),
            Socket("127.0.0.1", 8090), Socket("::1", 8091), Socket("127.0.0.53", 53, "udp"),
            Socket("192.0.2.1", 80), Socket("2001:db8::1", 80), Socket("::", 81),
        ),
    )  # fmt: skip
    assert opened(FirewallSettings(), web) == [
        "tcp dport 22 accept",
        "ip daddr 192.0.2.1 tcp dport 80 accept",
        "ip6 daddr 2001:db8::1 tcp dport 80 accept",
        "meta nfproto ipv6 tcp dport 81 accept",
        "tcp dport 443 accept",
        "meta nfproto ipv4 udp dport 443 accept",
    ]


def test_a_local_port_is_for_its_accounts_alone() -> None:
    settings = FirewallSettings(local_access=[LocalAccess(port=9093, accounts=["root", "render.bot"])])
    assert chain("local", settings) == [
        "type filter hook output priority filter; policy accept;",
        (
            'oifname "lo" tcp dport 9093 ct state new meta skuid != { "root", "render.bot" }'
            " reject with tcp reset"
        ),
    ]
    assert chain("local", FirewallSettings()) == []


def test_a_range_is_one_rule_and_leaves_declared_ports_to_their_own() -> None:
    web = Desired("nginx", sockets=(Socket("192.0.2.1", 8005), Socket("127.0.0.1", 8007)))
    settings = FirewallSettings(
        access=[
            Access(port=8000, last_port=8010, networks=["10.0.0.0/8"]),
            Access(port=60000, last_port=61000, protocol="udp", new_connections_per_minute=30),
        ]
    )
    mosh, rate = "udp dport 60000-61000", "limit rate over 30/minute burst 30 packets"
    six = "ip6 saddr and ffff:ffff:ffff:ffff::"
    assert opened(settings, web) == [
        "ip saddr { 10.0.0.0/8 } tcp dport 8000-8004 accept",
        "ip saddr { 10.0.0.0/8 } ip daddr 192.0.2.1 tcp dport 8005 accept",
        "ip saddr { 10.0.0.0/8 } tcp dport 8006-8010 accept",
        "tcp dport 22 accept",
        f"{mosh} ct state new update @new_udp_60000_61000_4 {{ ip saddr {rate} }} drop",
        f"{mosh} ct state new update @new_udp_60000_61000_6 {{ {six} {rate} }} drop",
        "udp dport 60000-61000 accept",
    ]
    published = [rule for rule in chain("forward", settings, web) if "60000-61000 accept" in rule]
    assert published == [
        'ct status dnat meta l4proto udp ct original proto-dst 60000-61000 accept comment "settings"'
    ]


def test_access_narrows_a_declared_port_by_each_ip_version() -> None:
    settings = FirewallSettings(access=[Access(port=22, networks=["10.0.0.0/8", "10.1.0.0/16", "fd00::/8"])])
    assert opened(settings) == [
        "ip saddr { 10.0.0.0/8 } tcp dport 22 accept",
        "ip6 saddr { fd00::/8 } tcp dport 22 accept",
    ]


def test_a_port_that_one_ip_version_listens_on_is_not_opened_for_networks_of_the_other() -> None:
    settings = FirewallSettings(access=[Access(port=80, networks=["10.0.0.0/8", "fd00::/8"])])
    web = Desired("nginx", sockets=(Socket("192.0.2.1", 80),))
    assert opened(settings, web)[:-1] == ["ip saddr { 10.0.0.0/8 } ip daddr 192.0.2.1 tcp dport 80 accept"]


def test_access_opens_a_port_that_no_subsystem_declares() -> None:
    settings = FirewallSettings(access=[Access(port=8080), Access(port=5353, protocol="udp")])
    assert opened(settings)[1:] == ["tcp dport 8080 accept", "udp dport 5353 accept"]


def test_a_published_port_is_closed_until_access_names_it() -> None:
    stack = Desired(
        "docker",
        sockets=(
            Socket("0.0.0.0", 8080, needs_access=True), Socket("::", 8080, needs_access=True),
            Socket("192.0.2.1", 8081, needs_access=True), Socket("192.0.2.1", 8082, needs_access=True),
        ),
    )  # fmt: skip
    assert opened(FirewallSettings(), stack) == ["tcp dport 22 accept"]
    named = FirewallSettings(access=[Access(port=8080), Access(port=8081)])
    assert opened(named, stack)[1:] == ["tcp dport 8080 accept", "ip daddr 192.0.2.1 tcp dport 8081 accept"]


def test_the_host_s_address_in_a_container_network_is_for_containers_alone() -> None:
    docker = Desired("docker", inner_networks=("172.30.0.0/16",))
    redis = Desired("redis", sockets=(Socket("172.30.0.1", 6379), Socket("10.0.0.1", 6379)))
    settings = FirewallSettings(container_interfaces=["docker0", "br-*"])
    assert opened(settings, docker, redis) == [
        'iifname "docker0" ip daddr 172.30.0.1 tcp dport 6379 accept',
        'iifname "br-*" ip daddr 172.30.0.1 tcp dport 6379 accept',
        "tcp dport 22 accept",
        "ip daddr 10.0.0.1 tcp dport 6379 accept",
    ]
    narrow = settings.model_copy(update={"access": (Access(port=6379, networks=["172.30.5.0/24"]),)})
    assert opened(narrow, docker, redis)[-2] == (
        'iifname "br-*" ip saddr { 172.30.5.0/24 } ip daddr 172.30.0.1 tcp dport 6379 accept'
    )
    assert len(opened(FirewallSettings(container_interfaces=[]), docker, redis)) == 2


def test_sshd_on_an_address_of_containers_alone_is_refused() -> None:
    docker = Desired("docker", inner_networks=("10.0.0.0/8",))
    inside = Desired("ssh", sockets=(Socket("10.0.0.1", 22),))
    with pytest.raises(RigError, match="in networks of containers: this locks every operator out"):
        desired(FirewallSettings(), Platform("debian13"), (docker, inside))


def test_open_connections_of_one_source_are_counted_before_ports_that_everybody_may_reach() -> None:
    settings = FirewallSettings(connections_per_source=100, access=[Access(port=22, networks=["10.0.0.0/8"])])
    web = Desired("nginx", sockets=(Socket("0.0.0.0", 443),))
    assert chain("counted", settings) == [
        "ct state new add @open_4 { ip saddr ct count over 100 } goto denied",
        "ct state new add @open_6 { ip6 saddr and ffff:ffff:ffff:ffff:: ct count over 100 } goto denied",
    ]
    rules = chain("input", settings, web)
    jump = rules.index("meta l4proto tcp jump counted")
    assert [rule for rule in rules[:jump] if "dport" in rule] == [
        'ip saddr { 10.0.0.0/8 } tcp dport 22 accept comment "ssh"'
    ]
    assert [rule for rule in rules[jump:] if "dport" in rule] == [
        'meta nfproto ipv4 tcp dport 443 accept comment "nginx"'
    ]
    assert "meta l4proto tcp jump counted" in chain("forward", settings)


def test_proxies_before_a_service_and_unlimited_networks_are_not_counted() -> None:
    web = Desired("nginx", proxy_networks=("192.0.2.0/24", "2001:db8:1::/48"))
    settings = FirewallSettings(unlimited_networks=["198.51.100.0/24"])
    assert chain("counted", settings, web)[:2] == [
        "ip saddr { 192.0.2.0/24, 198.51.100.0/24 } return",
        "ip6 saddr { 2001:db8:1::/48 } return",
    ]


def test_connections_are_not_counted_where_the_settings_have_no_limit() -> None:
    content = next(
        file.content.decode()
        for file in wanted(FirewallSettings(connections_per_source=None)).files
        if file.path == PATH
    )
    assert "count" not in content.replace("counter", "")


def test_new_connections_of_one_source_are_counted_before_any_is_let_in() -> None:
    settings = FirewallSettings(access=[Access(port=22, new_connections_per_minute=12)])
    first, second, third = opened(settings)
    assert "@new_tcp_22_4 { ip saddr limit rate over 12/minute burst 12 packets } drop" in first
    assert "@new_tcp_22_6 { ip6 saddr and ffff:ffff:ffff:ffff:: limit rate over 12/minute" in second
    assert third == "tcp dport 22 accept"


def test_a_published_port_is_matched_by_the_port_that_the_client_used() -> None:
    rules = chain("forward", FirewallSettings(access=[Access(port=8080, networks=["10.0.0.0/8"])]))
    assert rules[0] == "type filter hook forward priority filter - 10; policy drop;"
    assert (
        "ip saddr { 10.0.0.0/8 } ct status dnat meta l4proto tcp ct original proto-dst 8080 accept "
        'comment "settings"' in rules
    )


def test_containers_reach_the_outside_and_a_port_published_on_loopback_stays_there() -> None:
    rules = chain("forward", FirewallSettings())
    assert rules.index('iifname "docker0" accept') < rules.index("ct original ip daddr 127.0.0.0/8 drop")
    assert rules[-1] == "goto denied"


def test_blocked_networks_are_dropped_before_anything_else_sees_them() -> None:
    settings = FirewallSettings(blocked_networks=["198.51.100.0/24", "2001:db8::/32"])
    assert chain("blocked", settings)[2:] == [
        "ip saddr { 198.51.100.0/24 } drop",
        "ip6 saddr { 2001:db8::/32 } drop",
    ]


def test_networks_within_others_are_left_out_because_a_set_refuses_them() -> None:
    assert networks(["10.0.0.0/8", "10.0.0.0/9", "192.0.2.1/32", "fd00::/8"], 4) == [
        "10.0.0.0/8",
        "192.0.2.1/32",
    ]


def test_the_file_names_no_other_table_and_never_flushes() -> None:
    content = next(file.content.decode() for file in wanted(FirewallSettings()).files if file.path == PATH)
    code = [line for line in content.splitlines() if not line.strip().startswith("#")]
    assert not any("flush" in line for line in code)
    assert [line for line in code if "table" in line] == [
        "table inet rigwright",
        "delete table inet rigwright",
        "table inet rigwright {",
    ]


@pytest.mark.parametrize(
    "settings",
    [
        FirewallSettings(blocked_networks=["0.0.0.0/0", "::/0"]),
        FirewallSettings(
            access=[Access(port=22, networks=["192.0.2.0/24"])], blocked_networks=["192.0.0.0/8"]
        ),
    ],
)
def test_a_firewall_that_locks_every_operator_out_is_refused(settings: FirewallSettings) -> None:
    with pytest.raises(RigError, match="locks every operator out"):
        wanted(settings)


def test_a_firewall_that_leaves_one_way_in_is_not() -> None:
    settings = FirewallSettings(blocked_networks=["::/0", "0.0.0.0/1"])
    assert wanted(settings)


def test_without_its_rules_a_host_lets_only_ssh_in() -> None:
    settings = FirewallSettings(
        access=[Access(port=22, networks=["10.0.0.0/8"], new_connections_per_minute=30), Access(port=8080)],
        blocked_networks=["10.6.0.0/16"],
    )
    web = Desired("nginx", sockets=(Socket("0.0.0.0", 443),))
    rules = chain("input", settings, web, path=SSH_ONLY)
    assert rules[0] == "type filter hook input priority filter; policy drop;"
    assert [rule for rule in rules if "dport" in rule and "546" not in rule] == [
        'ip saddr { 10.0.0.0/8 } tcp dport 22 accept comment "ssh"'
    ]
    assert rules.index("ip saddr { 10.6.0.0/16 } drop") < rules.index("ct state established,related accept")
    machine = Machine(os="debian13")
    firewall = Rig(machine=machine, firewall=FirewallSettings(access=[Access(port=2222)])).of("firewall")
    assert firewall
    assert any(b"tcp dport 2222 accept" in one.content for one in firewall.files if one.path == SSH_ONLY)


def test_without_ssh_in_the_inventory_its_port_must_be_named() -> None:
    machine = Machine(os="debian13")
    with pytest.raises(RigError, match="ssh is not in the inventory"):
        Rig(machine=machine, firewall=FirewallSettings())
    assert Rig(machine=machine, firewall=FirewallSettings(access=[Access(port=22)])).of("firewall")


def test_the_firewall_opens_the_port_that_ssh_listens_on() -> None:
    rig = Rig(machine=Machine(os="debian13"), ssh=SshSettings(ports=[2222]), firewall=FirewallSettings())
    firewall = rig.of("firewall")
    assert firewall
    content = next(file.content.decode() for file in firewall.files if file.path == PATH)
    assert 'tcp dport 2222 accept comment "ssh"' in content
    assert "dport 22 " not in content


def test_fail2ban_guards_the_ports_of_ssh_and_is_off_by_default() -> None:
    assert "fail2ban" not in wanted(FirewallSettings()).packages
    found = desired(
        FirewallSettings(fail2ban=Fail2ban(max_failures=7)),
        Platform("debian13"),
        (Desired("ssh", sockets=(Socket("0.0.0.0", 2222), Socket("::", 22))),),
    )
    jail = next(file.content.decode() for file in found.files if "fail2ban" in file.path)
    assert "port = 22,2222\n" in jail
    assert "maxretry = 7\n" in jail
    assert "backend = systemd\n" in jail


def test_a_change_needs_a_confirmation() -> None:
    assert wanted(FirewallSettings()).confirm_seconds == 120
