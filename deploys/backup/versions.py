"""What the pgBackRest of each operating system can do (its release notes, pgbackrest.org/release.html)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rigwright.settings.platform import Os


@dataclass(frozen=True)
class Packaged:
    """A version as the operating system packages it.

    Attributes:
        version: Its first two numbers.
        bundle: Small files are kept together (``repo-bundle``), since 2.39.
    """

    version: str
    bundle: bool


VERSIONS: Mapping[Os, Packaged] = {
    "debian12": Packaged("2.45", bundle=True),
    "debian13": Packaged("2.55", bundle=True),
    "ubuntu2204": Packaged("2.37", bundle=False),
    "ubuntu2404": Packaged("2.50", bundle=True),
}
