"""Which subsystems a first inventory gets: by template, and by what is in use on the host (``rig init``)."""

from __future__ import annotations

from collections.abc import Mapping

from deploys.nvidia.choice import choose
from deploys.nvidia.settings import NvidiaSettings
from deploys.postgres.settings import PostgresSettings
from deploys.postgres.versions import VERSIONS
from deploys.rig import subsystems
from rigwright.errors import RigError
from rigwright.init.facts import HostFacts
from rigwright.init.text import LeftOut, Part, listing, quoted
from rigwright.settings.platform import Platform

ALWAYS = ("base", "ssh", "firewall", "health")
TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "web": ("nginx", "prometheus"),
    "gpu": ("nvidia", "docker", "prometheus"),
    "db": ("postgres", "prometheus"),
    "full": ("nvidia", "docker", "postgres", "nginx", "prometheus"),
}
"""What each template has besides :data:`ALWAYS`."""

SETTINGS: Mapping[str, str] = {name: f"{name.capitalize()}Settings" for name in subsystems()}
QUERIES: Mapping[str, str] = {
    "docker": "command -v dockerd",
    "postgres": "ls /usr/lib/postgresql/*/bin/postgres",
    "redis": "command -v redis-server || command -v valkey-server",
    "nginx": "command -v nginx",
    "prometheus": "command -v prometheus",
    "pools": "zpool list -H -o name",
    "ports": "sshd -T | sed -n 's/^port //p'",
}
"""Shell commands that run as root on the host; one with a subsystem's name succeeds where that is in use."""

SSH_PORT = "22"
EXAMPLE_CARD = "10de:2b85"
"""An RTX 5090, for a template without a host."""


def example(template: str) -> HostFacts:
    """What stands for a host that is not there yet: a system, and the hardware that the template needs."""
    output = {"ports": SSH_PORT}
    if template == "gpu":
        return HostFacts("server", "ubuntu2404", gpus=(EXAMPLE_CARD,), output=output)
    return HostFacts("server", "debian13", output=output)


def parts(
    facts: HostFacts, template: str | None, user: str, unmet: Mapping[str, str]
) -> tuple[list[Part], list[LeftOut]]:
    """The subsystems of a first inventory in deploy order, and those that need more than is known.

    Args:
        facts: The host.
        template: One of :data:`TEMPLATES`; None for what is in use there alone.
        user: Who Rigwright logs in as.
        unmet: By subsystem, what the host would have to be and is not.
    """
    wanted = {*ALWAYS, *(TEMPLATES[template] if template else ()), *in_use(facts)}
    left_out = {name: why for name in wanted if (why := obstacle(name, facts) or unmet.get(name))}
    chosen = [name for name in subsystems() if name in wanted and name not in left_out]
    found = [Part(name, SETTINGS[name], arguments(name, facts, user, chosen)) for name in chosen]
    return found, [LeftOut(name, left_out[name]) for name in subsystems() if name in left_out]


def in_use(facts: HostFacts) -> list[str]:
    """The subsystems that the host has already, in deploy order."""
    hardware = {"nvidia": bool(facts.gpus), "zfs": bool(facts.output.get("pools", "").split())}
    return [name for name in subsystems() if hardware.get(name, name in facts.output)]


def obstacle(name: str, facts: HostFacts) -> str | None:
    """Why a subsystem cannot be written down from facts alone, and where to read on; None where it can."""
    if name == "redis":
        return "it needs passwords of your own: docs/redis.md"
    if name == "zfs":
        return "the pools are watched by health; to manage pools and datasets: docs/zfs.md"
    if name in ("ssh", "firewall") and not facts.output.get("ports", "").split():
        return f"sshd -T does not show its ports, one of which must stay open: docs/{name}.md"
    checks = {"postgres": _no_database, "nvidia": _no_driver}
    return checks[name](facts) if name in checks else None


def _no_database(facts: HostFacts) -> str | None:
    """A database of another version would not move by itself, and one in a small machine needs a choice."""
    if facts.memory_bytes and facts.memory_bytes < 2 * PostgresSettings().memory:
        return "the machine has little memory, so that PostgreSQL's must be chosen: docs/postgres.md"
    paths = facts.output.get("postgres", "").split()
    found = sorted({path.split("/")[4] for path in paths})
    packaged = str(VERSIONS[facts.os])
    if found in ([], [packaged]):
        return None
    return f"version {', '.join(found)} is there, the system packages {packaged}: docs/postgres.md"


def _no_driver(facts: HostFacts) -> str | None:
    if not facts.gpus:
        return "no card was found"
    try:
        choose(NvidiaSettings(), Platform(facts.os, tuple(sorted(set(facts.gpus)))))
    except RigError:
        return f"the system packages no driver that is known to fit {', '.join(facts.gpus)}: docs/nvidia.md"
    return None


def arguments(name: str, facts: HostFacts, user: str, chosen: list[str]) -> tuple[str, ...]:
    """What is written between the brackets of a subsystem's settings."""
    if name == "base":
        return (f"operator={quoted(user)}",)
    if name == "ssh":
        ports = [port for port in facts.output.get("ports", "").split() if port.isdigit()]
        moved = (f"ports=[{', '.join(ports)}]",) if ports not in ([], [SSH_PORT]) else ()
        return (*moved, *(('root_login="key"',) if user == "root" else ()))
    if name == "health":
        pools = [quoted(pool) for pool in facts.output.get("pools", "").split()]
        counts = {
            "gpus": len(facts.gpus) if "nvidia" in chosen else 0,
            "nvme_drives": facts.nvme_drives,
            "sata_disks": facts.sata_disks,
        }
        counted = tuple(f"{kind}={count}" for kind, count in counts.items() if count)
        return (*counted, *((listing("pools=", pools),) if pools else ()))
    return ()
