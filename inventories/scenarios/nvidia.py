"""NVIDIA's driver with every setting changed: rendered only, because no lab host has a card."""

from __future__ import annotations

from deploys.nvidia.settings import ContainerToolkit, DriverRepository, GraphicsClocks, NvidiaSettings
from rigwright.settings.platform import Os

CARD = "10de:2b85"
NO_KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nexample\n-----END PGP PUBLIC KEY BLOCK-----\n"

CONTAINERS = False


def defaults(os: Os) -> NvidiaSettings:
    """What an RTX 5090 gets by itself; on Debian only NVIDIA's repository has a driver for it."""
    if os.startswith("ubuntu"):
        return NvidiaSettings()
    return NvidiaSettings(packages_from="nvidia", repository=DriverRepository(key=NO_KEY))


def everything(os: Os) -> NvidiaSettings:
    """A newer branch, other modules, limits, no persistence, no holds, and GPUs in containers."""
    debian = os.startswith("debian")
    mirror = DriverRepository(key=NO_KEY, uri="https://mirror.example.org/cuda/repos")
    return NvidiaSettings(
        branch=595,
        flavour="open",
        packages_from="nvidia" if debian else "distribution",
        repository=mirror if debian else None,
        modules="dkms" if debian else "prebuilt-hwe",
        persistence=False,
        power_limit_watts=450,
        graphics_clocks=GraphicsClocks(lowest_mhz=210, highest_mhz=2400),
        hold=False,
        container_toolkit=ContainerToolkit(key=NO_KEY, uri="https://mirror.example.org/toolkit"),
    )
