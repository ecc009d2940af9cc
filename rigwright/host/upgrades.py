"""Which upgrades of installed packages wait, those of held packages too.

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
"""Touched by apt's daily update when it succeeded; before the first of them, whatever wrote the lists."""
LIMIT_SECONDS = 60


@dataclass(frozen=True)
class Waiting:
    """Upgrades that wait.

    Attributes:
        of: What apt had read when it was run.
        counts: How many, by kind; empty where apt failed.
        clear: When none of a kind waited last, in seconds since the epoch; at the first run, then.
    """

    of: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    clear: Mapping[str, int] = field(default_factory=dict)


def counted(simulated: str) -> dict[str, int]:
    """Upgrades by kind in the output of a simulation of apt."""
    found = [UPGRADE.match(line) for line in simulated.splitlines()]
    security = [SECURITY.search(one["origins"]) is not None for one in found if one]
    return {"security": sum(security), "other": len(security) - sum(security)}


def waiting(before: Waiting, of: str, counts: Mapping[str, int], now: float) -> Waiting:
    """What waits now; with no counts apt failed, from which nothing is concluded."""
    clear = {kind: int(now) if counts.get(kind) == 0 else before.clear.get(kind, int(now)) for kind in KINDS}
    return Waiting(of, counts, clear)


def remembered(kept: object) -> Waiting:
    """What an earlier run wrote down; nothing where it has another format."""
    if not isinstance(kept, Mapping):
        return Waiting()
    of, counts, clear = (kept.get(name) for name in ("of", "counts", "clear"))
    tables = [one for one in (counts, clear) if isinstance(one, Mapping)]
    whole = all(name in KINDS and isinstance(value, int) for one in tables for name, value in one.items())
    if not isinstance(of, str) or len(tables) < 2 or not whole:  # noqa: PLR2004  both of them
        return Waiting()
    return Waiting(of, dict(tables[0]), dict(tables[1]))


def query(before: Waiting, now: float) -> Waiting:
    """What waits; apt runs where its result may have changed."""
    of = " ".join(str(path.stat().st_mtime_ns) for path in map(Path, READ) if path.exists())
    if before.counts and before.of == of:
        return waiting(before, of, before.counts, now)
    output = tool_output.run(SIMULATED, LIMIT_SECONDS)
    return waiting(before, of, counted(output["out"]) if output.get("code") == 0 else {}, now)


def refreshed_at() -> int | None:
    """When the lists were last brought up to date, in seconds since the epoch."""
    found = [path for path in map(Path, STAMPS) if path.exists()]
    return int(found[0].stat().st_mtime) if found else None
