"""Accidents to what runs, of which no file shows anything: the kernel, accounts, rules, caches, databases.

In batches of which none changes one thing twice, so that both checks must name each accident of a batch.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from rigwright.desired import Desired
from tests.lab.drift_cases.redis import QUERY
from tests.support import accidents_reported
from tests.support.accidents import Accident
from tests.support.accidents_sql import of_postgres

SHELLS = ("/bin/dash", "/usr/bin/bash", "/usr/sbin/nologin", "/bin/false")
GROUPS = ("games", "audio", "video", "cdrom", "floppy")
DATES = ("2097-01-01", "2098-01-01", "2099-01-01")
ZONES = ("Asia/Tokyo", "Africa/Lagos", "America/Lima", "Etc/UTC")
NAMES = ("one", "two", "three")
KERNEL = {
    "net.ipv4.conf.all.accept_redirects": ("1",),
    "net.ipv4.conf.default.accept_redirects": ("1",),
    "net.ipv4.ip_local_port_range": ("20000 59999", "20002 60000", "1024 60000", "30000 40000"),
}
CACHE = {
    "maxmemory": ("33554433", "1gb", "64mb", "0"),
    "maxmemory-policy": ("allkeys-lfu", "volatile-lru", "allkeys-random", "noeviction"),
    "appendfsync": ("everysec", "no"),
    "save": ("900 1", "", "60 10000"),
    "maxclients": ("499", "77", "501"),
    "timeout": ("0", "7", "301"),
    "tcp-keepalive": ("0", "7", "301"),
    "slowlog-log-slower-than": ("-1", "7", "1001"),
    "slowlog-max-len": ("0", "7", "129"),
}
CACHE_USERS = {
    "app": ("+@all", "nopass", "resetkeys"),
    "exporter": ("+@all", "allkeys"),
    "default": ("+@all", "nopass"),
}
BANS = {"maxretry": ("3", "5", "99"), "findtime": ("301", "7", "999"), "bantime": ("7", "1801", "60")}
BANNED = {
    "ignored": ("addignoreip 192.0.2.77", "delignoreip 10.213.0.0/16", "addignoreip 0.0.0.0/0"),
    "ignorecommand": ("ignorecommand /bin/true",),
    "action": ("action nftables port 2",),
}
RULES = (
    "tcp dport 9999 accept", "tcp dport 9998 drop", "udp dport 9997 accept", "meta mark 0x0000002a accept",
    "ip saddr 192.0.2.77 accept", "ip6 saddr 2001:db8::77 drop", "ct state untracked accept",
    "tcp sport 9996 counter packets 0 bytes 0 accept",
)  # fmt: skip
REACHES = re.compile(r"established|iifname \"lo\"|jump necessary|tcp dport 22 accept|\{|new_tcp|open_[46]")
"""Rules without which nothing reaches the host, and those that nft writes in another way than the file."""
TCP, UDP = range(18080, 18104), range(700, 716)
LISTEN = """\
import socket, sys, time
one = socket.socket(socket.AF_INET, getattr(socket, sys.argv[1])); one.bind(("0.0.0.0", int(sys.argv[2])))
if sys.argv[1] == "SOCK_STREAM": one.listen()
time.sleep(3600)
"""
STRANGERS = 12


def _value(subsystem: str, state: str, key: str, command: str) -> Accident:
    return Accident(frozenset({(subsystem, "runtime_state.value", f"{state}: {key}")}), command)


def _unmanaged(subsystem: str, state: str, key: str, command: str, undo: str = "") -> Accident:
    return Accident(frozenset({(subsystem, "runtime_state.unmanaged", f"{state}: {key}")}), command, undo)


def _accounts(desired: Desired) -> Iterator[Accident]:
    (users,) = (one for one in desired.runtime_states if one.name == "users")
    for name in sorted({key.rpartition(".")[0] for key, _ in users.expected}):
        wanted = {
            key.rpartition(".")[2]: value for key, value in users.expected if key.startswith(f"{name}.")
        }
        for shell in (one for one in SHELLS if one != wanted["shell"]):
            yield _value("base", "users", f"{name}.shell", f"usermod -s {shell} {name}")
        for group in GROUPS:
            yield _value("base", "users", f"{name}.groups", f"usermod -aG {group} {name}")
        for date in DATES:
            yield _value("base", "users", f"{name}.expires", f"usermod -e {date} {name}")
        for number in range(3):
            command = f"echo {name}:guess-{number} | chpasswd"
            yield _value("base", "users", f"{name}.password", command)
        for days in (90, 91, 92):
            yield _value("base", "users", f"{name}.ageing", f"chage -M {days} {name}")


def _system() -> Iterator[Accident]:
    for zone in ZONES:
        link = f"ln -sfn /usr/share/zoneinfo/{zone} /etc/localtime"
        yield _value("base", "system", "timezone", link)
        yield _value("base", "system", "timezone", f"echo {zone} >/etc/timezone; {link}")
    for locale in ("C.UTF-8", "en_US.UTF-8", "fr_FR.UTF-8"):
        yield _value("base", "system", "locale", f"echo LANG={locale} >/etc/default/locale")
    for name in NAMES:
        yield _value("base", "system", "hostname", f"hostname {name}")
        yield _value("base", "system", "/etc/hostname", f"echo {name} >/etc/hostname")
        yield _value("base", "system", "/etc/hosts", f"sed -i 's/^127.0.1.1.*/127.0.1.1 {name}/' /etc/hosts")
    yield _value("base", "holds", "vim-tiny", "apt-mark unhold vim-tiny >/dev/null")


def _kernel_and_clock() -> Iterator[Accident]:
    for key, values in KERNEL.items():
        for value in values:
            yield _value("base", "sysctl", key, f"sysctl -qw {key}={shlex.quote(value)}")
    for number in range(STRANGERS):
        name = f"192.0.2.{100 + number}"
        yield _unmanaged("base", "chrony", name, f"chronyc add server {name} >/dev/null")
    for number in (1, 2):
        command = f"chronyc delete 'ID#000000000{number}' >/dev/null"
        where = f"chrony: time{number}.rig.test"
        yield Accident(frozenset({("base", "runtime_state.missing", where)}), command)


def _cache() -> Iterator[Accident]:
    for name, values in CACHE.items():
        for value in values:
            command = f"{QUERY} do CONFIG SET {name} {shlex.quote(value)} >/dev/null"
            yield _value("redis", "redis settings", name, command)
    for name, rules in CACHE_USERS.items():
        for rule in rules:
            command = f"{QUERY} do ACL SETUSER {name} {rule} >/dev/null"
            yield _value("redis", "redis users", name, command)
    for number in range(STRANGERS):
        command = f"{QUERY} do ACL SETUSER evil{number} on nopass '~*' +@all >/dev/null"
        yield _unmanaged("redis", "redis users", f"evil{number}", command)


def _firewall(desired: Desired) -> Iterator[Accident]:
    (file,) = (one for one in desired.files if one.path.endswith("/firewall.nft"))
    content = file.content.decode()
    for chain, body in re.findall(r"^\tchain (\w+) \{\n(.*?)^\t\}", content, re.MULTILINE | re.DOTALL):
        for rule in RULES:
            command = f"nft insert rule inet rigwright {chain} {rule}"
            shown = rule.replace(" packets 0 bytes 0", "")
            yield _unmanaged("firewall", "nft", f"{chain}: {shown}", command)
        for rule in (line.strip() for line in body.splitlines()):
            if rule and not rule.startswith(("type ", "goto ")) and not REACHES.search(rule):
                listed = f"nft -s -a list chain inet rigwright {chain} | grep -F {shlex.quote(f'{rule} #')}"
                command = f"nft delete rule inet rigwright {chain} handle $({listed} | sed 's/.*handle //')"
                yield _unmanaged("firewall", "nft", f"{chain}: {rule}", command)
    for number in range(STRANGERS):
        made = f"nft add table inet stranger{number}; nft add chain inet stranger{number} input"
        hook = "'{ type filter hook input priority 5; }'"
        rule = f"nft add rule inet stranger{number} input tcp dport 9{number:03} drop"
        yield _unmanaged(
            "firewall", "other firewalls", f"table inet stranger{number}", f"{made} {hook}; {rule}",
            f"nft delete table inet stranger{number}",
        )  # fmt: skip
    for name, values in BANS.items():
        for value in values:
            command = f"fail2ban-client set sshd {name} {value} >/dev/null"
            yield _value("firewall", "fail2ban", name, command)
    for name, commands in BANNED.items():
        for words in commands:
            yield _value("firewall", "fail2ban", name, f"fail2ban-client set sshd {words} >/dev/null")


def _processes() -> Iterator[Accident]:
    for protocol, kind, ports in (("tcp", "SOCK_STREAM", TCP), ("udp", "SOCK_DGRAM", UDP)):
        for port in ports:
            listen = shlex.join(["python3", "-c", LISTEN, kind, str(port)])
            yield Accident(
                frozenset({("rigwright", "socket.unmanaged", f"{protocol} 0.0.0.0:{port}")}),
                f"systemd-run -q --collect --unit=extra-{port} {listen}",
                undo=f"systemctl stop extra-{port}",
            )


def _containers() -> Iterator[Accident]:
    for number in range(STRANGERS):
        path = f"/var/lib/rigwright/stacks/left{number}.json"
        made = f"mkdir -p /var/lib/rigwright/stacks; echo {{}} >{path}"
        yield _unmanaged("docker", "docker stacks", f"left{number}", made)


def running(desired: Sequence[Desired]) -> list[Accident]:
    """Every accident to what runs, but for those of the batch that stands by itself."""
    named = {one.subsystem: one for one in desired}
    every = [
        *_accounts(named["base"]),
        *_system(),
        *_kernel_and_clock(),
        *_cache(),
        *_firewall(named["firewall"]),
        *_processes(),
        *_containers(),
        *of_postgres(named["postgres"]),
    ]
    elsewhere = {*accidents_reported.batch(desired)}
    return [one for one in every if one not in elsewhere]


def running_batches(desired: Sequence[Desired], count: int = 8) -> list[list[Accident]]:
    """Each accident in exactly one batch, and no finding twice in one; the batches are of like size."""
    found: list[list[Accident]] = [[] for _ in range(count)]
    taken: list[set[object]] = [set() for _ in range(count)]
    for accident in running(desired):
        free = [number for number in range(count) if not taken[number] & accident.findings]
        chosen = min(free, key=lambda number: len(found[number]))
        found[chosen].append(accident)
        taken[chosen] |= accident.findings
    return found
