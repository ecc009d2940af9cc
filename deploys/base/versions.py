"""What differs between operating systems, as their packages of November 2026 have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from rigwright.settings.platform import Os


@dataclass(frozen=True)
class Versions:
    """One operating system's.

    Attributes:
        time_pool: The distribution's NTP pool, as its chrony package has it.
        security_origins: Its security updates in unattended-upgrades' terms, as that package has them.
        tracked_suite: Its name in Debian's security tracker; None where that does not know its packages.
    """

    time_pool: str
    security_origins: tuple[str, ...]
    tracked_suite: str | None = None


_DEBIAN = Versions(
    "2.debian.pool.ntp.org",
    (
        "origin=Debian,codename=${distro_codename},label=Debian-Security",
        "origin=Debian,codename=${distro_codename}-security,label=Debian-Security",
    ),
)
_UBUNTU = Versions(
    "ntp.ubuntu.com",
    (
        "origin=Ubuntu,archive=${distro_codename}-security",
        "origin=UbuntuESMApps,archive=${distro_codename}-apps-security",
        "origin=UbuntuESM,archive=${distro_codename}-infra-security",
    ),
)

VERSIONS: Mapping[Os, Versions] = {
    "debian12": replace(_DEBIAN, tracked_suite="bookworm"),
    "debian13": replace(_DEBIAN, tracked_suite="trixie"),
    "ubuntu2204": _UBUNTU,
    "ubuntu2404": _UBUNTU,
}
