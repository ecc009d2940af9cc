"""pgBackRest's own configuration, for the repository and for its copy in the second place."""

from __future__ import annotations

from collections.abc import Mapping

from deploys.backup.postgres_settings import PostgresBackups
from deploys.backup.repository import InBucket, Place
from deploys.backup.versions import Packaged
from rigwright.desired.render import render


def configuration(
    where: Mapping[str, object], postgres: PostgresBackups, tool: Packaged, known: Mapping[str, str]
) -> bytes:
    """PgBackRest's own for one place.

    Args:
        where: ``path``, and for a bucket ``bucket``, ``secret_key`` and ``ca_file``.
        postgres: How backups are made.
        tool: The version.
        known: The cluster and the state.
    """
    passphrase = postgres.passphrase.reveal()
    return render(
        "backup/etc/rigwright/backup/_pgbackrest.conf.j2",
        **where,
        postgres=postgres,
        passphrase=passphrase,
        packaged=tool,
        known=known,
    )


def where(place: Place) -> Mapping[str, object]:
    """Where the repository is, for pgBackRest's own configuration."""
    if isinstance(place, InBucket):
        key = place.bucket.secret_key.reveal()
        path = f"/{place.bucket.prefix}"
        return {"path": path, "bucket": place.bucket, "secret_key": key, "ca_file": place.ca_file}
    return {"path": place.local.path, "bucket": None}
