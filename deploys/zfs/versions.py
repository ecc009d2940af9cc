"""Which ZFS each operating system packages, where its module comes from, and for which kernels it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rigwright.settings.platform import Os


@dataclass(frozen=True)
class Packaged:
    """ZFS of one release.

    Attributes:
        version: Upstream version of the tools that the files are rendered for.
        ceiling: The newest kernel that its module can be built for, Linux-Maximum in the META file of that
            release; None where the kernel brings the module, as Ubuntu's does.
    """

    version: str
    ceiling: str | None


VERSIONS: Mapping[Os, Packaged] = {
    # META of zfs-2.1.11 and zfs-2.3.9. An installed module's own META beats this table.
    "debian12": Packaged("2.1", "6.2"),
    "debian13": Packaged("2.3", "7.2"),
    "ubuntu2204": Packaged("2.1", None),
    "ubuntu2404": Packaged("2.2", None),
}
