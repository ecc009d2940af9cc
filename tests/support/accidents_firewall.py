"""Accidents to the rules that the kernel has, and to what fail2ban runs with."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from rigwright.desired import Desired
from tests.support.accidents import Accident, one_more, other_value

BANS = {
    "maxretry": ("3", "5", "99", "1", "77"),
    "findtime": ("301", "7", "999", "1d"),
    "bantime": ("7", "1801", "60", "-1"),
}
BANNED = {
    "ignored": (
        *("addignoreip 192.0.2.77", "delignoreip 10.213.0.0/16", "addignoreip 0.0.0.0/0"),
        *("addignoreip 2001:db8::/32", "delignoreip 127.0.0.0/8"),
    ),
    "ignorecommand": ("ignorecommand /bin/true", "ignorecommand /bin/false"),
    "action": ("action nftables port 2", "delaction nftables"),
}
RULES = (
    "tcp dport 9999 accept", "tcp dport 9998 drop", "udp dport 9997 accept", "meta mark 0x0000002a accept",
    "ip saddr 192.0.2.77 accept", "ip6 saddr 2001:db8::77 drop", "ct state untracked accept",
    "tcp sport 9996 counter packets 0 bytes 0 accept", 'iifname "evil0" accept', "ip daddr 192.0.2.78 drop",
    "meta l4proto sctp accept", "ip protocol esp accept", "tcp dport 9995 reject with tcp reset",
)  # fmt: skip
REACHES = re.compile(r"established|iifname \"lo\"|jump necessary|tcp dport 22 accept|\{|new_tcp|open_[46]")
"""Rules without which nothing reaches the host, and those that nft writes in another way than the file."""
CHAIN = re.compile(r"^\tchain (\w+) \{\n(.*?)^\t\}", re.MULTILINE | re.DOTALL)
TABLE = "inet rigwright"
FAMILIES = ("inet", "ip", "ip6")
HOOKS = ("input", "prerouting", "forward", "input")
STRANGERS = 24


def _unmanaged(where: str, command: str) -> Accident:
    return one_more("firewall", "nft", where, command)


def _rules(chains: dict[str, str]) -> Iterator[Accident]:
    """One more rule in each chain, and one rule less."""
    for chain, body in chains.items():
        for rule in RULES:
            command = f"nft {shlex.quote(f'insert rule {TABLE} {chain} {rule}')}"
            yield _unmanaged(f"{chain}: {rule.replace(' packets 0 bytes 0', '')}", command)
        for rule in (line.strip() for line in body.splitlines()):
            if rule and not rule.startswith(("type ", "goto ")) and not REACHES.search(rule):
                listed = f"nft -s -a list chain {TABLE} {chain} | grep -F {shlex.quote(f'{rule} #')}"
                command = f"nft delete rule {TABLE} {chain} handle $({listed} | sed 's/.*handle //')"
                yield _unmanaged(f"{chain}: {rule}", command)


def _chains() -> Iterator[Accident]:
    """Chains of which the file has none, and chains that let through what they should not."""
    for number in range(STRANGERS):
        hook = f"type filter hook input priority {200 + number}; policy accept;"
        added = shlex.quote(f"add chain {TABLE} evil{number} {{ {hook} }}")
        yield _unmanaged(f"evil{number}: {hook}", f"nft {added}")
    for chain, priority in (("input", "filter"), ("forward", "filter - 10")):
        hook = f"type filter hook {chain} priority {priority}; policy"
        found = {
            ("firewall", "runtime_state.unmanaged", f"nft: {chain}: {hook} {policy};")
            for policy in ("accept", "drop")
        }
        opened = shlex.quote(f"chain {TABLE} {chain} {{ policy accept; }}")
        yield Accident(frozenset(found), f"nft {opened}")


def _sets() -> Iterator[Accident]:
    """Sets that no file has."""
    for number, kind in enumerate(("ipv4_addr", "ipv6_addr", "inet_service", "ifname", "mark", "ether_addr")):
        added = shlex.quote(f"add set {TABLE} more{number} {{ type {kind}; }}")
        yield _unmanaged(f"more{number}: type {kind}", f"nft {added}")


def _tables() -> Iterator[Accident]:
    """Other tables that close the host."""
    for number in range(STRANGERS):
        family, hook = FAMILIES[number % len(FAMILIES)], HOOKS[number % len(HOOKS)]
        table = f"{family} stranger{number}"
        script = (
            f"add table {table}; add chain {table} {hook} {{ type filter hook {hook} priority 5; }}; "
            f"add rule {table} {hook} tcp dport 9{number:03} drop"
        )
        yield one_more(
            "firewall", "other firewalls", f"table {table}", f"nft {shlex.quote(script)}",
            f"nft delete table {table}",
        )  # fmt: skip


def _bans() -> Iterator[Accident]:
    for name, values in BANS.items():
        for other in values:
            yield other_value(
                "firewall", "fail2ban", name, f"fail2ban-client set sshd {name} {other} >/dev/null"
            )
    for name, commands in BANNED.items():
        for words in commands:
            yield other_value("firewall", "fail2ban", name, f"fail2ban-client set sshd {words} >/dev/null")


def of_the_firewall(desired: Desired) -> Iterator[Accident]:
    """All of them."""
    (file,) = (one for one in desired.files if one.path.endswith("/firewall.nft"))
    yield from _rules(dict(CHAIN.findall(file.content.decode())))
    yield from _chains()
    yield from _sets()
    yield from _tables()
    yield from _bans()
