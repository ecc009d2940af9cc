"""Accidents to runtime state: accounts, the kernel, rules, roles, packages, sockets, drop-ins.

Made from the runtime states and units of ``Desired``. They happen without accidents to files, which would
keep the runtime states from being compared.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from rigwright.desired import Desired, RuntimeState
from tests.lab.drift_cases.postgres import PSQL
from tests.lab.drift_cases.redis import QUERY
from tests.support.accidents import UNIT_FILES, Accident, Found

WITHOUT_SERVICE = ("needrestart", "msmtp-mta")
"""Packages that nothing runs and nothing here queries: removing them is one finding."""
SOCKETS = (("tcp", "0.0.0.0", 8081), ("tcp", "::", 8082), ("udp", "0.0.0.0", 700))
LISTEN = """\
import socket, sys, time
kind, address, port = sys.argv[1:]
one = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, getattr(socket, kind))
one.bind((address, int(port)))
if kind == "SOCK_STREAM":
    one.listen()
time.sleep(3600)
"""
OF_A_USER = {
    "shell": "usermod --shell /usr/sbin/nologin {name}",
    "groups": "usermod --append --groups games {name}",
    "expires": "usermod --expiredate 2099-01-01 {name}",
    "password": "echo {name}:guess-me-not | chpasswd",
}
OF_A_ROLE = {
    "may": "ALTER ROLE {name} CREATEROLE",
    "connections": "ALTER ROLE {name} CONNECTION LIMIT 3",
    "settings": "ALTER ROLE {name} SET statement_timeout = '9s'",
    "password valid until": "ALTER ROLE {name} VALID UNTIL '2099-01-01 00:00:00+00'",
    "member of": "GRANT pg_signal_backend TO {name}",
}


def _one_more(value: str) -> str:
    first, *rest = value.split()
    return shlex.quote(" ".join((str(int(first) + 1), *rest)))


def _sql(statement: str) -> str:
    return f"{PSQL} -c {shlex.quote(statement)}"


def _command(state: RuntimeState, key: str, value: str) -> str | None:
    """A command that changes the value of this key alone; None where nothing here does."""
    name, _, field = key.partition("." if state.name == "users" else " ")
    number = re.fullmatch(r"\d+( \d+)*", value) is not None
    commands = {
        "sysctl": f"sysctl -qw {key}={_one_more(value)}" if number else None,
        "redis settings": f"{QUERY} do CONFIG SET {key} {_one_more(value)}" if number else None,
        "fail2ban": f"fail2ban-client set sshd {key} {_one_more(value)}" if number else None,
        "holds": f"apt-mark unhold {key}",
        "users": OF_A_USER[field].format(name=name) if field in OF_A_USER else None,
        "roles": _sql(OF_A_ROLE[field].format(name=name)) if field in OF_A_ROLE else None,
        "databases": _sql(f"ALTER DATABASE {name} CONNECTION LIMIT 3") if field == "connections" else None,
    }
    return commands.get(state.name)


def _runtime_states(desired: Desired) -> Iterator[tuple[Found, str]]:
    for state in desired.runtime_states:
        for key, value in state.expected:
            if command := _command(state, key, value):
                yield (
                    (desired.subsystem, "runtime_state.value", f"{state.name}: {key}"),
                    f"{command} >/dev/null",
                )


def _rules(desired: Desired) -> Iterator[tuple[Found, str]]:
    """An unmanaged rule in each chain that the firewall's file has."""
    for file in desired.files:
        if file.path.endswith("/firewall.nft"):
            for chain in re.findall(r"^\s*chain (\w+) \{", file.content.decode(), re.MULTILINE):
                where = f"nft: {chain}: tcp dport 9999 accept"
                command = f"nft insert rule inet rigwright {chain} tcp dport 9999 accept"
                yield (desired.subsystem, "runtime_state.unmanaged", where), command


def _packages(desired: Desired) -> Iterator[tuple[Found, str]]:
    for name in sorted({*desired.packages} & {*WITHOUT_SERVICE}):
        command = f"dpkg --remove --force-depends {name} >/dev/null 2>&1"
        yield (desired.subsystem, "package.missing", name), command


def _drop_ins(desired: Desired) -> Iterator[Accident]:
    for unit in desired.units:
        folder = f"{UNIT_FILES}{unit.name}.d"
        path = f"{folder}/zz-stranger.conf"
        yield Accident(
            frozenset({(desired.subsystem, "unit.override", path)}),
            f"mkdir -p {folder}; printf '[Unit]\\n' >{path}",
            undo=f"rm {path}; rmdir --ignore-fail-on-non-empty {folder}",
        )


def _sockets() -> Iterator[Accident]:
    for protocol, address, port in SOCKETS:
        kind = {"tcp": "SOCK_STREAM", "udp": "SOCK_DGRAM"}[protocol]
        listen = shlex.join(["python3", "-c", LISTEN, kind, address, str(port)])
        where = f"{protocol} [{address}]:{port}" if ":" in address else f"{protocol} {address}:{port}"
        yield Accident(
            frozenset({("rigwright", "socket.unmanaged", where)}),
            f"systemd-run -q --collect --unit=stranger-{port} {listen}",
            undo=f"systemctl stop stranger-{port}",
        )


def batch(desired: Sequence[Desired]) -> list[Accident]:
    """All of them at once; each changes another value."""
    pairs = (pair for one in desired for part in (_runtime_states, _rules, _packages) for pair in part(one))
    return [
        *(Accident(frozenset({finding}), command) for finding, command in pairs),
        *(accident for one in desired for accident in _drop_ins(one)),
        *_sockets(),
    ]
