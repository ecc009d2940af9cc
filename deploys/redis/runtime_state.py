"""What the running server reports of itself, and what brings that to what is expected."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator

from deploys.redis.directives import live_directives, start_directives
from deploys.redis.settings import ADMINISTRATOR, EXPORTER, RedisSettings
from deploys.redis.versions import Engine
from rigwright.desired import RuntimeState
from rigwright.desired.program import shell

TOOLS = "/usr/local/lib/rigwright/redis"
QUERY = f"{TOOLS}/ask"
"""``programs/query.py`` on the host. The unit's drop-in names it, so a new name would restart it."""


def runtime_states(settings: RedisSettings, engine: Engine) -> Iterator[RuntimeState]:
    """Its settings and users, and the kernel's one that a save needs."""
    reload = f"systemctl reload {engine.unit}"
    restart = f"systemctl restart {engine.unit}"
    start = start_directives(settings, engine)
    yield RuntimeState(
        "redis settings at start",
        _settings(start),
        start,
        remediation=restart,
        satisfied_by_restart_of=engine.unit,
    )
    live = live_directives(settings)
    yield RuntimeState(
        "redis settings",
        _settings(live),
        live,
        remediation=f"{reload} || {restart}",
        satisfied_by_restart_of=engine.unit,
    )
    measuring = {EXPORTER} if settings.exporter_password else set()
    users = sorted({"default", ADMINISTRATOR, *measuring, *(user.name for user in settings.users)})
    yield RuntimeState(
        "redis users",
        f"{QUERY} users",
        tuple((name, "ok") for name in users),
        exact=True,
        remediation=f"{reload} || {restart}",
        satisfied_by_restart_of=engine.unit,
    )
    yield RuntimeState(
        "sysctl vm.overcommit_memory",
        shell("redis/programs/overcommit.sh"),
        (("fork of a large server", "ok"),),
        remediation="sysctl -qw vm.overcommit_memory=1",
    )


def _settings(directives: Iterable[tuple[str, str]]) -> str:
    return f"{QUERY} settings {shlex.join(name for name, _ in directives)}"
