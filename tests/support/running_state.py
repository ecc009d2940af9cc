"""The table of docs/reference/running-state.md, from what subsystems declare."""

from __future__ import annotations

from collections.abc import Iterator

from inventories.scenarios import everything
from rigwright.desired import Desired
from rigwright.observed.loads import Reads, reads

HEAD = (
    "| Service | Reads | How a reload without systemd is seen | What it is asked for as it runs |",
    "|---|---|---|---|",
)
ASKED: dict[str, tuple[str, ...]] = {
    "chrony.service": ("chrony", "chronyd"),
    "docker-registry.service": ("the registry",),
    "docker.service": ("docker engine",),
    "fail2ban.service": ("fail2ban",),
    "nginx.service": ("nginx with this configuration",),
    "pgbouncer.service": ("pooler",),
    "postgresql@17-main.service": (
        "server settings", "ALTER SYSTEM", "cluster", "roles", "databases", "grants",
        "PostgreSQL with this configuration",
    ),
    "prometheus-alertmanager.service": ("Alertmanager with this configuration",),
    "prometheus-nginx-exporter.service": ("prometheus-nginx-exporter reaches nginx",),
    "prometheus-node-exporter.service": ("node exporter exposes units",),
    "prometheus-pgbouncer-exporter.service": ("prometheus-pgbouncer-exporter reaches pgbouncer",),
    "prometheus-postgres-exporter.service": ("prometheus-postgres-exporter reaches postgres",),
    "prometheus-redis-exporter.service": ("prometheus-redis-exporter reaches redis",),
    "prometheus.service": ("Prometheus with this configuration",),
    "rigwright-audit.service": ("audit",),
    "rigwright-firewall.service": ("nft", "nft list table inet rigwright"),
    "rigwright-stack@shop.service": ("docker stacks", "stack shop"),
    "ssh.service": ("sshd", "sshd -T", "sshd with this configuration"),
    "valkey-server.service": ("redis settings", "redis users", "valkey with its data"),
}  # fmt: skip
"""The runtime states and probes that ask each service, or the kernel for what it has loaded."""

SHOWN = 3


def table() -> str:
    """One row for each service of a Debian 13 host that has every setting changed."""
    rows = (row for one in everything("debian13").desired() for row in _rows(one))
    return "\n".join((*HEAD, *sorted(set(rows)))) + "\n"


def _rows(desired: Desired) -> Iterator[str]:
    for unit, spec in reads(desired).items():
        yield f"| `{unit}` | {_read(spec)} | {_seen(spec)} | {_asked(desired, unit)} |"


def _asked(desired: Desired, unit: str) -> str:
    states, probes = desired.runtime_states, desired.probes
    declared = {*(one.name for one in states), *(one.name for one in probes)}
    names = ASKED.get(unit, ())
    if missing := {*names} - declared:
        raise ValueError(f"{unit} is asked by none of {desired.subsystem}: {', '.join(sorted(missing))}")
    return ", ".join(f"`{name}`" for name in names) or "nothing"


def _read(spec: Reads) -> str:
    paths = (*spec.start, *spec.reload)
    folders = tuple(path for path in paths if path.endswith("/"))
    single = [path for path in paths if not folders or not path.startswith(folders)]
    shown = [f"`{path}`" for path in (*folders, *single[:SHOWN])]
    more = [f"{len(single) - SHOWN} more managed files"] if len(single) > SHOWN else []
    return ", ".join((*shown, *more)) or "unit files only"


def _seen(spec: Reads) -> str:
    if spec.workers:
        return f"start of the processes `{spec.workers}`"
    return "a time that it shows" if spec.loaded_at else "it informs systemd, or reads at start only"
