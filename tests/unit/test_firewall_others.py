"""What else drops packets on a host is named with who made it; what no host can do without is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deploys.firewall.programs import others
from deploys.firewall.settings import Fail2ban, FirewallSettings
from deploys.firewall.state import desired
from deploys.ssh.settings import SshSettings
from deploys.ssh.state import desired as ssh
from rigwright.settings.platform import Platform

OWN = "inet rigwright"
IGNORED = ["10.0.0.0/8", "192.0.2.1/32", "fd00::/32"]
UFW = """\
table inet rigwright {
	chain input {
		type filter hook input priority filter; policy drop;
		counter drop
	}
}
# Warning: table ip filter is managed by iptables-nft, do not touch!
table ip filter {
	chain INPUT {
		type filter hook input priority filter; policy drop;
		counter packets 9 bytes 9 jump ufw-before-input
	}

	chain FORWARD {
		type filter hook forward priority filter; policy drop;
	}

	chain OUTPUT {
		type filter hook output priority filter; policy accept;
	}

	chain ufw-before-input {
		iifname "lo" counter accept
	}
}
"""
PLAIN = """\
table {table} {{
	chain {chain} {{
		type filter hook {hook} priority filter; policy accept;
		{rule}
	}}

	chain sub {{
		tcp dport 443 counter packets 0 bytes 0 xt target "REJECT"
	}}
}}
"""
DOCKER = """\
table ip filter {
	chain FORWARD {
		type filter hook forward priority filter; policy drop;
		counter jump DOCKER-USER
	}

	chain DOCKER-USER {
		counter return
	}

	chain DOCKER {
		iifname != "docker0" oifname "docker0" counter drop
	}
}
table ip raw {
	chain PREROUTING {
		type filter hook prerouting priority raw; policy accept;
		ip daddr 172.17.0.2 iifname != "docker0" counter drop
	}
}
table inet f2b-table {
	set addr-set-sshd {
		type ipv4_addr
	}

	chain f2b-chain {
		type filter hook input priority filter - 1; policy accept;
		tcp dport 22 ip saddr @addr-set-sshd reject with icmp port-unreachable
	}
}
"""


def found(listed: str) -> dict[str, str]:
    return dict(others.other_tables(listed, OWN))


def plain(rule: str, table: str = "inet mine", chain: str = "in", hook: str = "input") -> str:
    return PLAIN.format(rule=rule, table=table, chain=chain, hook=hook)


def test_a_table_of_ufw_is_named_with_the_command_that_ends_it() -> None:
    assert found(UFW) == {
        "table ip filter": (
            "FORWARD drops what it does not accept; INPUT drops what it does not accept; of ufw: ufw disable"
        )
    }


@pytest.mark.parametrize(
    ("rule", "how"),
    [
        ("tcp dport 80 drop", "in has tcp dport 80 drop"),
        ("tcp dport 80 counter packets 1 bytes 2 reject with tcp reset", "in has tcp dport 80 counter"),
        ("jump sub", 'in has tcp dport 443 counter packets 0 bytes 0 xt target "REJECT"'),
        (
            'iifname "eth0" log prefix "x" drop\n\t\tdrop',
            'in has iifname "eth0" log prefix "x" drop and 1 more',
        ),
    ],
)
def test_a_rule_that_drops_is_shown(rule: str, how: str) -> None:
    (value,) = found(plain(rule)).values()
    assert value.startswith(how)
    assert value.endswith("; of an unknown program: nft delete table inet mine")


@pytest.mark.parametrize(
    "listed",
    [
        DOCKER,
        plain('log prefix "drop " accept'),
        plain("ct state invalid drop"),
        plain("tcp dport 80 drop", hook="output"),
        plain("tcp dport 22 ip saddr @addr-set-sshd reject"),
        plain("tcp dport 80 drop", table=OWN),
        plain("jump f2b-sshd"),
        plain("jump nowhere"),
        "",
        "table {\n}\n{\n type hook\n chain {",
    ],
)
def test_what_closes_no_port_of_ours_is_left_out(listed: str) -> None:
    assert found(listed) == {}


@pytest.mark.parametrize("hook", ["input", "prerouting", "forward", "ingress"])
@pytest.mark.parametrize("table", ["inet mine", "ip mine", "ip6 mine"])
def test_on_a_host_with_docker_the_tables_of_others_are_shown_at_every_hook(table: str, hook: str) -> None:
    (name,) = found(DOCKER + plain("tcp dport 80 drop", table=table, hook=hook))
    assert name == f"table {table}"


def test_chains_that_lead_to_each_other_end() -> None:
    assert found(plain("jump in")) == {}


@pytest.fixture
def boot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of files that run at boot."""
    monkeypatch.setattr(others, "AT_BOOT", (f"{tmp_path}/boot/*",))
    monkeypatch.setattr(others, "PATH", re.compile(rf"{tmp_path}/\S+"))
    (tmp_path / "boot").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("text", "flushes"),
    [
        ("nft flush ruleset", True),
        ("nft -f {0}/rules", True),
        ("{0}/script", True),
        ("nft flush table ip x", False),
        ("# nft flush ruleset", False),
        ("{0}/gone", False),
    ],
)
def test_what_flushes_every_table_at_boot_is_found(boot: Path, text: str, *, flushes: bool) -> None:
    (boot / "rules").write_text("#!/usr/sbin/nft -f\nflush  ruleset\n")
    (boot / "script").write_text(f"#!/bin/sh\nnft -f {boot}/rules\n")
    (boot / "boot" / "one").write_text(text.format(boot))
    keys = {key for key, _ in others.flushes() if key.startswith(str(boot))}
    assert keys == ({f"{boot}/boot/one"} if flushes else set())


def test_what_fail2ban_ignores_and_does_is_expected_beside_its_limits() -> None:
    settings = FirewallSettings(fail2ban=Fail2ban(ignored_networks=IGNORED))
    of = desired(settings, Platform("debian13"), (ssh(SshSettings(ports=[2022]), Platform("debian13")),))
    state = next(one for one in of.runtime_states if one.name == "fail2ban")
    assert dict(state.expected) == {
        "maxretry": "5",
        "findtime": "600",
        "bantime": "3600",
        "action": "nftables on port 2022",
        "ignored": "10.0.0.0/8 127.0.0.0/8 192.0.2.1 ::1 fd00::/32",
        "ignorecommand": "none",
    }
