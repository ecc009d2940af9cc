"""What the pgBackRest of each operating system can do (its release notes, pgbackrest.org/release.html)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rigwright.settings.platform import Os


@dataclass(frozen=True)
class Packaged:
    """A version as it is packaged.

    Attributes:
        version: Its first numbers.
        newest: The newest major version of PostgreSQL that it can read.
        bundle: Small files are kept together (``repo-bundle``), since 2.39.
    """

    version: str
    newest: int
    bundle: bool


VERSIONS: Mapping[Os, Packaged] = {
    "debian12": Packaged("2.45", 15, bundle=True),
    "debian13": Packaged("2.55", 17, bundle=True),
    "ubuntu2204": Packaged("2.37", 14, bundle=False),
    "ubuntu2404": Packaged("2.50", 16, bundle=True),
}


@dataclass(frozen=True)
class PackagedRestic:
    """restic as the operating system packages it (its CHANGELOG.md).

    Attributes:
        version: Its first two numbers.
        sparse: ``restore --sparse`` leaves holes, since 0.15; where it is missing they are made afterwards.
    """

    version: str
    sparse: bool


RESTIC: Mapping[Os, PackagedRestic] = {
    "debian12": PackagedRestic("0.14", sparse=False),
    "debian13": PackagedRestic("0.18", sparse=True),
    "ubuntu2204": PackagedRestic("0.12", sparse=False),
    "ubuntu2404": PackagedRestic("0.16", sparse=True),
}


def packaged(of_the_system: Packaged, cluster: int) -> Packaged:
    """The one that a cluster is backed up by: its repository's, where the system's is too old to read it."""
    return of_the_system if cluster <= of_the_system.newest else Packaged("2", cluster, bundle=True)
