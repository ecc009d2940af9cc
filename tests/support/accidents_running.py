"""Accidents to what runs, of which no file shows anything: the kernel, accounts, rules, caches, databases.

In batches of which none changes one thing twice, so that both checks must name each accident of a batch.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from rigwright.compare.unmanaged import socket_name
from rigwright.desired import Desired
from tests.lab.drift_cases.redis import QUERY
from tests.support import accidents_reported
from tests.support.accidents import Accident, one_more, other_value
from tests.support.accidents_firewall import of_the_firewall
from tests.support.accidents_sql import of_postgres
from tests.support.accidents_units import of_units

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
    "protected-mode": ("no",),
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
    "app": ("+@all", "nopass", "resetkeys", "off", "+flushall", "resetchannels"),
    "exporter": ("+@all", "allkeys", "nopass", "+config"),
    "default": ("+@all", "nopass"),
}
PORTS = (
    ("tcp", "0.0.0.0", range(18080, 18104)),
    ("tcp", "::", range(18200, 18212)),
    ("udp", "0.0.0.0", range(700, 716)),
    ("udp", "::", range(800, 812)),
)
STRANGERS = 12
SYSTEM_ACCOUNTS = ("bin", "sys", "man", "lp", "mail", "news", "uucp", "proxy", "list", "irc", "games")


def _accounts(desired: Desired) -> Iterator[Accident]:
    (users,) = (one for one in desired.runtime_states if one.name == "users")
    for name in sorted({key.rpartition(".")[0] for key, _ in users.expected}):
        wanted = {
            key.rpartition(".")[2]: wanted for key, wanted in users.expected if key.startswith(f"{name}.")
        }
        for shell in (one for one in SHELLS if one != wanted["shell"]):
            yield other_value("base", "users", f"{name}.shell", f"usermod -s {shell} {name}")
        for group in GROUPS:
            yield other_value("base", "users", f"{name}.groups", f"usermod -aG {group} {name}")
        for date in DATES:
            yield other_value("base", "users", f"{name}.expires", f"usermod -e {date} {name}")
        for number in range(3):
            command = f"echo {name}:guess-{number} | chpasswd"
            yield other_value("base", "users", f"{name}.password", command)
        for days in (90, 91, 92):
            yield other_value("base", "users", f"{name}.ageing", f"chage -M {days} {name}")


def _strangers() -> Iterator[Accident]:
    """Accounts of the system that someone can log in to."""
    for name in SYSTEM_ACCOUNTS:
        found = frozenset({("rigwright", "account.unmanaged", name)})
        yield Accident(found, f"usermod -s /bin/bash {name}", undo=f"usermod -s /usr/sbin/nologin {name}")
        yield Accident(found, f"echo {name}:guess | chpasswd", undo=f"usermod -p '*' {name}")


def _system() -> Iterator[Accident]:
    for zone in ZONES:
        link = f"ln -sfn /usr/share/zoneinfo/{zone} /etc/localtime"
        yield other_value("base", "system", "timezone", link)
        yield other_value("base", "system", "timezone", f"echo {zone} >/etc/timezone; {link}")
    for locale in ("C.UTF-8", "en_US.UTF-8", "fr_FR.UTF-8"):
        yield other_value("base", "system", "locale", f"echo LANG={locale} >/etc/default/locale")
    for name in NAMES:
        yield other_value("base", "system", "hostname", f"hostname {name}")
        yield other_value("base", "system", "/etc/hostname", f"echo {name} >/etc/hostname")
        yield other_value(
            "base", "system", "/etc/hosts", f"sed -i 's/^127.0.1.1.*/127.0.1.1 {name}/' /etc/hosts"
        )
    yield other_value("base", "holds", "vim-tiny", "apt-mark unhold vim-tiny >/dev/null")


def _kernel_and_clock() -> Iterator[Accident]:
    for key, values in KERNEL.items():
        for value in values:
            yield other_value("base", "sysctl", key, f"sysctl -qw {key}={shlex.quote(value)}")
    for number in range(STRANGERS):
        name = f"192.0.2.{100 + number}"
        yield one_more("base", "chrony", name, f"chronyc add server {name} >/dev/null")
    for number in (1, 2):
        command = f"chronyc delete 'ID#000000000{number}' >/dev/null"
        where = f"chrony: time{number}.rig.test"
        yield Accident(frozenset({("base", "runtime_state.missing", where)}), command)


def _cache() -> Iterator[Accident]:
    for name, values in CACHE.items():
        for value in values:
            command = f"{QUERY} do CONFIG SET {name} {shlex.quote(value)} >/dev/null"
            yield other_value("redis", "redis settings", name, command)
    for name, rules in CACHE_USERS.items():
        for rule in rules:
            command = f"{QUERY} do ACL SETUSER {name} {rule} >/dev/null"
            yield other_value("redis", "redis users", name, command)
    for number in range(STRANGERS):
        command = f"{QUERY} do ACL SETUSER evil{number} on nopass '~*' +@all >/dev/null"
        yield one_more("redis", "redis users", f"evil{number}", command)


def _processes() -> Iterator[Accident]:
    for protocol, address, ports in PORTS:
        kind = {"tcp": "SOCK_STREAM", "udp": "SOCK_DGRAM"}[protocol]
        for port in ports:
            listen = shlex.join(["python3", "-c", accidents_reported.LISTEN, kind, address, str(port)])
            yield Accident(
                frozenset({("rigwright", "socket.unmanaged", socket_name(protocol, address, port))}),
                f"systemd-run -q --collect --unit=extra-{port} {listen}",
                undo=f"systemctl stop extra-{port}",
            )


def _containers() -> Iterator[Accident]:
    for number in range(STRANGERS):
        path = f"/var/lib/rigwright/stacks/left{number}.json"
        made = f"mkdir -p /var/lib/rigwright/stacks; echo {{}} >{path}"
        yield one_more("docker", "docker stacks", f"left{number}", made)


def running(desired: Sequence[Desired]) -> list[Accident]:
    """Every accident to what runs, but for those of the batch that stands by itself."""
    named = {one.subsystem: one for one in desired}
    every = [
        *_accounts(named["base"]),
        *_strangers(),
        *_system(),
        *_kernel_and_clock(),
        *_cache(),
        *of_the_firewall(named["firewall"]),
        *_processes(),
        *_containers(),
        *of_postgres(named["postgres"]),
        *of_units(desired),
    ]
    elsewhere = {*accidents_reported.batch(desired)}
    return [one for one in every if one not in elsewhere]


def running_batches(desired: Sequence[Desired], count: int = 12) -> list[list[Accident]]:
    """Each accident in exactly one batch, and no finding twice in one; the batches are of like size."""
    found: list[list[Accident]] = [[] for _ in range(count)]
    taken: list[set[object]] = [set() for _ in range(count)]
    for accident in running(desired):
        free = [number for number in range(count) if not taken[number] & accident.findings]
        chosen = min(free, key=lambda number: len(found[number]))
        found[chosen].append(accident)
        taken[chosen] |= accident.findings
    return found
