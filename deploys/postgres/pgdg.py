"""PostgreSQL's own package repository, for a version that the operating system does not package."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from rigwright.desired import PackageSource
from rigwright.settings.armoured import PublicKey, SourceUri
from rigwright.settings.base import Settings
from rigwright.settings.platform import Os

# As the script of Debian 13's postgresql-common knows them. Which majors each has, and the packages that are
# named below, were not checked upstream: docs/postgres.md.
SUITES: Mapping[Os, str] = {
    "debian12": "bookworm-pgdg",
    "debian13": "trixie-pgdg",
    "ubuntu2204": "jammy-pgdg",
    "ubuntu2404": "noble-pgdg",
}


class Pgdg(Settings):
    """The repository of the PostgreSQL Global Development Group. Its packages alone come from there."""

    key: PublicKey
    """Its signing key, as armoured text or a file of the repository. Debian's package ``postgresql-common``
    has it as ``/usr/share/postgresql-common/pgdg/apt.postgresql.org.asc``: copy that."""

    uri: Annotated[str, Field(pattern=SourceUri)] = "https://apt.postgresql.org/pub/repos/apt"
    """Where it is: a mirror of it, perhaps."""


def source(
    pgdg: Pgdg, version: int, os: Os, extensions: tuple[str, ...] = (), *, newer: bool = False
) -> PackageSource:
    """The source for apt: server, clients and extensions of the version, and what they share.

    Args:
        pgdg: Where it is.
        version: Of the server.
        os: The host's.
        extensions: Packages of extensions.
        newer: The version is newer than the operating system's, so that its pgBackRest cannot read it.
    """
    return PackageSource(
        name="pgdg",
        uri=pgdg.uri,
        suite=SUITES[os],
        components=("main",),
        key=pgdg.key,
        packages=(
            f"postgresql-{version}",
            f"postgresql-client-{version}",
            "postgresql-common",
            "postgresql-common-dev",
            "postgresql-client-common",
            "libpq5",
            *(("pgbackrest",) if newer else ()),
            *extensions,
        ),
    )
