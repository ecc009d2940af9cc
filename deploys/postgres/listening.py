"""Addresses of the host that are not there from its first moment, such as those of container networks."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence

from deploys.postgres.paths import Paths
from deploys.postgres.settings import PostgresSettings
from rigwright.desired import Desired, Directory, File, RuntimeState
from rigwright.desired.program import shell
from rigwright.desired.render import render

SERVER = "postgresql@.service"
POOLER = "pgbouncer.service"
TEMPLATE = "postgres/etc/systemd/system/_network.conf.j2"


def late(addresses: Iterable[str]) -> tuple[str, ...]:
    """Those that a service may start ahead of: neither loopback nor all of the host's."""
    found = ((one, ipaddress.ip_address(one)) for one in addresses)
    return tuple(one for one, ip in found if not (ip.is_loopback or ip.is_unspecified))


def part(postgres: PostgresSettings, paths: Paths) -> Desired:
    """Server and pooler start after the addresses are there, and listen on each.

    The server starts without an address that is not there, with no more than a line in its log.
    """
    pooler = postgres.pooler
    units = [SERVER] if late(postgres.listen_addresses) else []
    units += [POOLER] if pooler and late(pooler.listen_addresses) else []
    folders = [f"/etc/systemd/system/{unit}.d" for unit in units]
    restart = f"systemctl restart {paths.unit}" if postgres.restart == "on_change" else ""
    states = [_listening("addresses", postgres.listen_addresses, postgres.port, restart, paths.unit)]
    if pooler:
        again = f"systemctl restart {POOLER}"
        states.append(
            _listening("addresses of the pooler", pooler.listen_addresses, pooler.port, again, POOLER)
        )
    return Desired(
        "postgres",
        files=tuple(File(f"{folder}/rigwright-network.conf", render(TEMPLATE)) for folder in folders),
        directories=tuple(map(Directory, folders)),
        runtime_states=tuple(state for state in states if state),
    )


def _listening(
    name: str, addresses: Sequence[str], port: int, remediation: str, unit: str
) -> RuntimeState | None:
    """None without an address that could be missing."""
    if not late(addresses):
        return None
    ends = (f"[{one}]:{port}" if ":" in one else f"{one}:{port}" for one in addresses)
    return RuntimeState(
        name,
        shell("postgres/programs/read_listening.sh", variables={"port": str(port)}),
        tuple((end, "listening") for end in ends),
        remediation=remediation,
        satisfied_by_restart_of=unit,
    )
