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


def packaged(of_the_system: Packaged, cluster: int) -> Packaged:
    """The one that a cluster is backed up by: its repository's, where the system's is too old to read it."""
    return of_the_system if cluster <= of_the_system.newest else Packaged("2", cluster, bundle=True)
