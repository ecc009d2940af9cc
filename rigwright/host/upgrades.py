"""Which upgrades of installed packages are pending, those of held packages too.

apt simulates them, without a download, a lock or a change. That takes a second of a processor, so it runs
again only after its lists, its preferences or the installed packages changed.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rigwright.host import tool_output

SIMULATED = (
    "apt-get", "--simulate", "--quiet=2", "--ignore-hold", "--allow-change-held-packages",
    "-o", "Debug::NoLocking=true", "dist-upgrade",
)  # fmt: skip
UPGRADE = re.compile(r"Inst \S+ \[[^]]+\] \(\S+ (?P<origins>[^)]*)\)")
"""``Inst libc6 [2.41-12] (2.41-12+deb13u1 Debian-Security:13/stable-security [amd64])``; what is new has no
version in square brackets before."""
SECURITY = re.compile(r"/[a-z0-9.-]*-security\b")
"""As Debian and Ubuntu name the suites of their security updates; no other repository is one."""
KINDS = ("security", "other")
LISTS = "/var/lib/apt/lists"
READ = (LISTS, "/var/lib/dpkg/status", "/etc/apt/preferences", "/etc/apt/preferences.d")
STAMPS = ("/var/lib/apt/periodic/update-stamp", LISTS)
"""Touched by apt's daily update when it succeeded; before the first of them, the time of the lists."""
LIMIT_SECONDS = 60


@dataclass(frozen=True)
class Pending:
    """Pending upgrades.

    Attributes:
        of: The state of apt's files at the simulation.
        counts: How many, by kind; empty where apt failed.
        clear: When none of a kind was last pending, in seconds since the epoch; else the first query's time.
    """

    of: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    clear: Mapping[str, int] = field(default_factory=dict)


def counted(simulated: str) -> dict[str, int]:
    """Upgrades by kind in the output of a simulation of apt."""
    found = [UPGRADE.match(line) for line in simulated.splitlines()]
    security = [SECURITY.search(one["origins"]) is not None for one in found if one]
    return {"security": sum(security), "other": len(security) - sum(security)}


def pending(before: Pending, of: str, counts: Mapping[str, int], now: float) -> Pending:
    """The pending upgrades; with no counts apt failed, from which nothing is concluded."""
    clear = {kind: int(now) if counts.get(kind) == 0 else before.clear.get(kind, int(now)) for kind in KINDS}
    return Pending(of, counts, clear)


def remembered(stored: object) -> Pending:
    """What an earlier run stored; nothing where it has another format."""
    if not isinstance(stored, Mapping):
        return Pending()
    of, counts, clear = (stored.get(name) for name in ("of", "counts", "clear"))
    tables = [one for one in (counts, clear) if isinstance(one, Mapping)]
    whole = all(name in KINDS and isinstance(value, int) for one in tables for name, value in one.items())
    if not isinstance(of, str) or len(tables) < 2 or not whole:  # noqa: PLR2004  both of them
        return Pending()
    return Pending(of, dict(tables[0]), dict(tables[1]))


def query(before: Pending, now: float) -> Pending:
    """The pending upgrades, from a new simulation where one of apt's files has changed."""
    of = " ".join(str(path.stat().st_mtime_ns) for path in map(Path, READ) if path.exists())
    if before.counts and before.of == of:
        return pending(before, of, before.counts, now)
    simulated = tool_output.run(SIMULATED, LIMIT_SECONDS)
    return pending(before, of, counted(simulated["out"]) if simulated.get("code") == 0 else {}, now)


def refreshed_at() -> int | None:
    """When the lists were last brought up to date, in seconds since the epoch."""
    found = [path for path in map(Path, STAMPS) if path.exists()]
    return int(found[0].stat().st_mtime) if found else None
