"""Nightly dumps: when, where, for how long, and the restore that proves them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from deploys.postgres.values import Calendar, Directory
from rigwright.settings.base import Settings

UNITS = ("rigwright-postgres-dump.service", "rigwright-postgres-verify.service")
"""What writes to the folder of the dumps."""


class Backup(Settings):
    """A dump of roles and of every database each night, and a regular restore of the newest one.

    It brings back last night, not the last minute.
    """

    directory: Directory = "/var/backups/postgresql"
    """Where the dumps are; on another disk than the data, best on another machine's. A dump waits for its
    file system, and fails while a dataset of ``zfs``, or what ``/etc/fstab`` names, cannot be mounted."""

    dump_at: Calendar = "*-*-* 02:00"
    """When, as systemd writes times (systemd.time(7))."""

    keep_days: Annotated[int, Field(ge=1, le=3650)] = 7
    """Older dumps go, but never the newest, nor the newest that was restored with success."""

    verify_at: Calendar = "Sun *-*-* 04:30"
    """When the newest dump is restored into a scratch cluster and compared. It needs room for a copy of the
    databases in ``directory`` meanwhile."""
