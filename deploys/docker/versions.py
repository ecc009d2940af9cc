"""Which engine each operating system packages, and where its own repository of Docker's is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rigwright.settings.platform import Os


@dataclass(frozen=True)
class Packaged:
    """What the distribution packages.

    Attributes:
        version: Version prefix of docker.io. Ubuntu moves on within a series: only the major one.
        packages: The engine and its command line.
        compose: The package of compose version 2; None where there is none.
        repository: Address of Docker's own repository, and its suite.
    """

    version: str
    packages: tuple[str, ...]
    compose: str | None
    repository: tuple[str, str]

    @property
    def reports_privileges(self) -> bool:
        """Whether the running engine reports ``no-new-privileges``: 20.10 obeys it and does not report it."""
        return int(self.version.split(".")[0]) >= 23  # noqa: PLR2004  seen in 26.1 and 29, not in 20.10

    @property
    def has_cdi(self) -> bool:
        """Whether containers can be given devices by CDI, which came with 25.0 (Docker's release notes)."""
        return int(self.version.split(".")[0]) >= 25  # noqa: PLR2004


_DEBIAN = "https://download.docker.com/linux/debian"
_UBUNTU = "https://download.docker.com/linux/ubuntu"

PACKAGED: Mapping[Os, Packaged] = {
    "debian12": Packaged("20.10", ("docker.io",), None, (_DEBIAN, "bookworm")),
    "debian13": Packaged("26.1", ("docker.io", "docker-cli"), "docker-compose", (_DEBIAN, "trixie")),
    "ubuntu2204": Packaged("29", ("docker.io",), "docker-compose-v2", (_UBUNTU, "jammy")),
    "ubuntu2404": Packaged("29", ("docker.io",), "docker-compose-v2", (_UBUNTU, "noble")),
}

# As Docker's manual names them, docs.docker.com/engine/install; docs/docker.md names what is not checked.
UPSTREAM = ("containerd.io", "docker-ce", "docker-ce-cli")
UPSTREAM_COMPOSE = "docker-compose-plugin"
