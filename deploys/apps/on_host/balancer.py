"""HAProxy by its admin socket, and the file by which it knows at each start which slots take requests."""

from __future__ import annotations

import socket
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from deploys.apps.on_host.declared import Slot

SECONDS = 10
# ``show servers state`` in HAProxy's management guide, 2.4 and later: the administrative state's bits.
# 0x04, ``disabled`` in its configuration, stays set of a server that is ready: it is no state.
MAINTENANCE, DRAIN = 0x01 | 0x02 | 0x20 | 0x40, 0x08 | 0x10
CONFIGURED = 0x04
"""``disabled`` in its configuration. Where the file has it and no more, HAProxy makes the server ready."""
FORCED = 0x01
RUNNING, STOPPED = 2, 0
COLUMNS = (
    *("be_id", "be_name", "srv_id", "srv_name", "srv_addr", "srv_op_state", "srv_admin_state"),
    *("srv_uweight", "srv_iweight", "srv_time_since_last_change", "srv_check_status", "srv_check_result"),
    *("srv_check_health", "srv_check_state", "srv_agent_state", "bk_f_forced_id", "srv_f_forced_id"),
    *("srv_fqdn", "srv_port", "srvrecord", "srv_use_ssl", "srv_check_port", "srv_check_addr"),
    *("srv_agent_addr", "srv_agent_port"),
)


class BalancerError(Exception):
    """HAProxy does not respond, or refuses."""


@dataclass(frozen=True)
class Server:
    """A slot as HAProxy has it: ``ready``, ``drain`` or ``maint``, and whether it is up."""

    state: str
    up: bool


class Balancer:
    """The running HAProxy."""

    def __init__(self, path: str) -> None:
        self.path = path

    def command(self, text: str) -> str:
        """What it prints.

        Raises:
            BalancerError: It does not respond.
        """
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(SECONDS)
                connection.connect(self.path)
                connection.sendall(f"{text}\n".encode())
                parts = []
                while part := connection.recv(65_536):
                    parts.append(part)
        except OSError as error:
            raise BalancerError(f"HAProxy does not respond at {self.path}: {error}") from error
        return b"".join(parts).decode(errors="replace").strip()

    def servers(self) -> dict[tuple[str, str], Server]:
        """Every slot by backend and name."""
        return servers(self.command("show servers state"))

    def sessions(self) -> dict[tuple[str, str], int]:
        """Requests and upgraded connections under way, by backend and name."""
        return sessions(self.command("show stat"))

    def set_state(self, backend: str, name: str, state: str) -> None:
        """Make a slot ``ready``, ``drain`` or ``maint``.

        Raises:
            BalancerError: It refuses.
        """
        if said := self.command(f"set server {backend}/{name} state {state}"):
            raise BalancerError(f"HAProxy refuses to make {backend}/{name} {state}: {said}")

    def set_up(self, backend: str, name: str) -> None:
        """Take a slot as healthy without waiting for the next check."""
        if said := self.command(f"set server {backend}/{name} health up"):
            raise BalancerError(f"HAProxy refuses to take {backend}/{name} as healthy: {said}")


def servers(text: str) -> dict[tuple[str, str], Server]:
    """What ``show servers state`` prints.

    Raises:
        BalancerError: It is something else.
    """
    head, _, rest = text.partition("\n")
    columns, *rows = rest.splitlines() or [""]
    names = columns.lstrip("# ").split()
    if head.strip() != "1" or not {"be_name", "srv_name", "srv_admin_state", "srv_op_state"} <= {*names}:
        raise BalancerError(f"HAProxy prints its state in an unknown form: {head[:60]!r}")
    found = {}
    for row in rows:
        values = dict(zip(names, row.split(), strict=False))
        if "srv_admin_state" in values:
            admin = int(values["srv_admin_state"])
            state = "maint" if admin & MAINTENANCE else "drain" if admin & DRAIN else "ready"
            found[values["be_name"], values["srv_name"]] = Server(state, values["srv_op_state"] == "2")
    return found


def sessions(text: str) -> dict[tuple[str, str], int]:
    """What ``show stat`` prints: column ``scur`` of each server.

    Raises:
        BalancerError: It is something else.
    """
    columns, *rows = text.splitlines() or [""]
    names = columns.lstrip("# ").split(",")
    if not {"pxname", "svname", "scur"} <= {*names}:
        raise BalancerError(f"HAProxy prints its statistics in an unknown form: {columns[:60]!r}")
    found = [dict(zip(names, row.split(","), strict=False)) for row in rows if row]
    return {(one["pxname"], one["svname"]): int(one["scur"] or 0) for one in found}


def state_file(slots: Iterable[Slot], serving: Collection[tuple[str, str]]) -> str:
    """The file for HAProxy's next start: these slots take requests, and all others none."""
    lines = ["1", f"# {' '.join(COLUMNS)}"]
    backends: dict[str, int] = {}
    for slot in slots:
        number = backends[slot.backend] = backends.get(slot.backend, 0) + 1
        serves = (slot.backend, slot.name) in serving
        values: Mapping[str, object] = {
            "be_id": len(backends) + 1,
            "be_name": slot.backend,
            "srv_id": number,
            "srv_name": slot.name,
            "srv_addr": "127.0.0.1",
            "srv_op_state": RUNNING if serves else STOPPED,
            "srv_admin_state": CONFIGURED if serves else CONFIGURED | FORCED,
            "srv_uweight": 1,
            "srv_iweight": 1,
            "srv_check_status": 1,
            "srv_check_health": 3 if serves else 0,
            "srv_check_state": 6,
            "srv_fqdn": "-",
            "srv_port": slot.port,
            "srvrecord": "-",
            "srv_check_addr": "-",
            "srv_agent_addr": "-",
        }
        lines.append(" ".join(str(values.get(column, 0)) for column in COLUMNS))
    return "\n".join(lines) + "\n"
