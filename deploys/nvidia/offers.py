"""Which drivers there are, and in which packages: by where they come from and operating system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deploys.nvidia.cards import BOTH
from deploys.nvidia.settings import ContainerToolkit, DriverRepository, Flavour
from rigwright.desired import PackageSource
from rigwright.settings.platform import Os

Branches = Mapping[int, tuple[Flavour, ...]]


@dataclass(frozen=True)
class Ubuntu:
    """What differs between Ubuntu's releases.

    Attributes:
        kernel: The version of the release's own kernel, by which the newer one is told from it.
        enablement: The end of the names of packages for that newer kernel.
    """

    kernel: str
    enablement: str


UBUNTU: Mapping[Os, Ubuntu] = {
    "ubuntu2204": Ubuntu("5.15.0", "-hwe-22.04"),
    "ubuntu2404": Ubuntu("6.8.0", "-hwe-24.04"),
}

# The branch that is maintained longest comes first; each with the flavours that it is packaged in.
# Read from the distributions' package lists in November 2026, and every set of packages below was resolved
# by apt against them. Ubuntu's other branches are empty packages that lead to one of these, and 615 has open
# modules only. Debian has open ones too, which are left out: those of 535 and 550 drive cards for data
# centres alone (nvidia-open.ids of nvidia-detect), and Debian 12's are older than its driver.
_UBUNTU: Branches = {580: BOTH, 595: BOTH, 615: ("open",)}
DISTRIBUTION: Mapping[Os, Branches] = {
    "debian12": {535: ("proprietary",)},
    "debian13": {550: ("proprietary",)},
    "ubuntu2204": _UBUNTU,
    "ubuntu2404": _UBUNTU,
}
# Not checked upstream: docs/nvidia.md. Ubuntu has all of these branches itself, in packages of other names.
NVIDIA: Mapping[Os, Branches] = {
    "debian12": {580: BOTH, 595: BOTH},
    "debian13": {580: BOTH, 595: BOTH},
    "ubuntu2204": {},
    "ubuntu2404": {},
}

_FROM_NVIDIA = (
    *("nvidia-*", "libnvidia-*", "libcuda1", "libcudadebugger1", "libnvcuvid1", "libnvoptix1"),
    *("firmware-nvidia-gsp", "libegl-nvidia0", "libgl1-nvidia-*", "libgles-nvidia*", "libglx-nvidia0"),
)


def of_ubuntu(branch: int, flavour: Flavour, modules: str, os: Os) -> tuple[str, ...]:
    """Ubuntu's packages: no graphical ones, but those that encode and decode video."""
    end = "-open" if flavour == "open" else ""
    newer = UBUNTU[os].enablement if modules == "prebuilt-hwe" else ""
    kernel = (
        (f"nvidia-dkms-{branch}-server{end}", "linux-headers-generic")
        if modules == "dkms"
        else (f"linux-modules-nvidia-{branch}-server{end}-generic{newer}",)
    )
    return (
        *kernel,
        f"nvidia-headless-no-dkms-{branch}-server{end}",
        f"nvidia-utils-{branch}-server",
        f"libnvidia-decode-{branch}-server",
        f"libnvidia-encode-{branch}-server",
    )


def others_of_ubuntu(branch: int) -> tuple[str, ...]:
    """The packages of Ubuntu's other branches, which conflict with those of this one, and their modules."""
    return tuple(f"*nvidia*-{other}-server*" for other in _UBUNTU if other != branch)


def of_debian() -> tuple[str, ...]:
    """Debian's packages, from contrib and non-free."""
    return (
        "nvidia-kernel-dkms",
        *("linux-headers-amd64", "nvidia-smi", "nvidia-persistenced"),
        *("libcuda1", "libnvcuvid1", "libnvidia-encode1"),
    )


def of_nvidia(flavour: Flavour) -> tuple[str, ...]:
    """The packages of NVIDIA's repository for Debian; the source takes one branch of them only."""
    return (
        "nvidia-kernel-open-dkms" if flavour == "open" else "nvidia-kernel-dkms",
        *("linux-headers-amd64", "nvidia-driver-cuda", "nvidia-persistenced"),
        *("libnvcuvid1", "libnvidia-encode1"),
    )


def driver_source(repository: DriverRepository, branch: int, os: Os) -> PackageSource:
    """Of NVIDIA's repository, the driver of one branch: from 590 on no name of a package tells its branch."""
    return PackageSource(
        name="nvidia",
        uri=f"{repository.uri.rstrip('/')}/{os}/x86_64",
        suite="/",
        components=(),
        key=repository.key,
        packages=_FROM_NVIDIA,
        version=f"{branch}.*",
    )


def toolkit_source(toolkit: ContainerToolkit) -> PackageSource:
    """The repository of the container toolkit.

    Its name sorts before the driver's: where one mirror has both, the first pin of a package counts, and the
    driver's refuses what is named nvidia and is not of its branch.
    """
    return PackageSource(
        name="container-toolkit",
        uri=f"{toolkit.uri.rstrip('/')}/amd64",
        suite="/",
        components=(),
        key=toolkit.key,
        packages=("nvidia-container-toolkit*", "libnvidia-container*"),
    )
