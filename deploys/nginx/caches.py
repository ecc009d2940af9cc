"""Where nginx keeps answers on disk."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rigwright.settings.base import Name, Settings


class Cache(Settings):
    """A place on disk for answers that routes keep."""

    name: Name
    """How routes refer to it. It stands in ``/var/cache/nginx/<name>``."""

    max_size_mib: Annotated[int, Field(ge=1, le=16_777_216)] = 1024
    """Largest size on disk in MiB; beyond it, what was asked for longest ago goes."""

    keys_zone_mib: Annotated[int, Field(ge=1, le=4096)] = 10
    """Memory for the keys in MiB; one holds about 8,000."""

    inactive_minutes: Annotated[int, Field(ge=1, le=525_600)] = 60
    """An answer that nobody asked for in so many minutes goes, however long it is valid."""

    @property
    def path(self) -> str:
        """Its directory."""
        return f"/var/cache/nginx/{self.name}"
