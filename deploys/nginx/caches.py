"""Where nginx caches responses on disk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import Field

from rigwright.desired import Desired, Directory
from rigwright.desired.render import render_file
from rigwright.settings.base import Name, Settings

HEALTH_NAMES = frozenset(
    {"health", "healthz", "healthcheck", "live", "livez", "liveness", "ping", "ready", "readyz", "readiness"}
)
"""Last segments of paths by which load balancers and release gates check health. They are never cached."""


class Cache(Settings):
    """A cache on disk for responses of routes."""

    name: Name
    """How routes refer to it. It stands in ``/var/cache/nginx/<name>``."""

    max_size_mib: Annotated[int, Field(ge=1, le=16_777_216)] = 1024
    """Largest size on disk in MiB; beyond it, the least recently used responses are removed."""

    keys_zone_mib: Annotated[int, Field(ge=1, le=4096)] = 10
    """Memory for the keys in MiB; one holds about 8,000."""

    inactive_minutes: Annotated[int, Field(ge=1, le=525_600)] = 60
    """A response that was not requested for so many minutes is removed, however long it is valid."""

    @property
    def path(self) -> str:
        """Its directory."""
        return f"/var/cache/nginx/{self.name}"


def caches(chosen: Sequence[Cache], health_paths: Iterable[str]) -> Desired:
    """The caches, their directories, and the requests whose responses none of them may keep."""
    return Desired(
        "nginx",
        files=(
            render_file(
                "nginx/etc/nginx/conf.d/caches.conf.j2",
                caches=chosen,
                health_paths=health_paths,
                health_names="|".join(sorted(HEALTH_NAMES)),
            ),
        ),
        directories=(
            Directory("/var/cache/nginx"),
            *(Directory(cache.path, mode=0o700, owner="www-data") for cache in chosen),
        ),
    )
