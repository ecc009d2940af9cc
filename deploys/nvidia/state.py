"""What the driver of a host's NVIDIA cards should be."""

from __future__ import annotations

from collections.abc import Iterator

from deploys.nvidia import offers
from deploys.nvidia.choice import choose
from deploys.nvidia.runtime_state import TUNE, host_requirements, running
from deploys.nvidia.settings import NvidiaSettings
from rigwright.desired import Activation, Check, Desired, Directory, File, PackageSource, Step, Unit
from rigwright.desired.render import render, render_tree
from rigwright.remote.toolkit import DRIFT_DROP_INS
from rigwright.settings.platform import Platform

SERVICE = "rigwright-nvidia.service"
MODPROBE = "/etc/modprobe.d/rigwright-nvidia.conf"
PERSISTENCED = "/etc/systemd/system/nvidia-persistenced.service.d"
TOOLKIT = "nvidia-container-toolkit"


def desired(settings: NvidiaSettings, platform: Platform) -> Desired:
    """Everything that NVIDIA's driver wants of a host of this platform.

    Raises:
        RigError: No driver that there is fits the cards and the settings.
    """
    driver = choose(settings, platform)
    files = tuple(_files(settings, platform))
    toolkit = (TOOLKIT,) if settings.container_toolkit else ()
    return Desired(
        subsystem="nvidia",
        packages=(*driver.packages, *toolkit),
        replaces=driver.replaces,
        sources=tuple(_sources(settings, driver.branch, platform)),
        versions=((driver.versioned, str(driver.branch)),),
        files=files,
        directories=tuple(_directories(settings, platform)),
        units=(Unit(SERVICE), *((Unit("nvidia-cdi-refresh.path"),) if toolkit else ())),
        activations=(
            Activation(
                SERVICE, reload_on=(), restart_on=(TUNE, f"/etc/systemd/system/{SERVICE}", PERSISTENCED)
            ),
        ),
        steps=tuple(_initramfs(file) for file in files if file.path == MODPROBE),
        runtime_states=(*host_requirements(driver, platform), *running(settings, driver)),
        checks=(
            Check("modprobe", "modprobe --showconfig >/dev/null"),
            Check(
                f"systemd-analyze verify of {SERVICE}",
                f"systemd-analyze verify --man=no /etc/systemd/system/{SERVICE}",
            ),
        ),
    )


def _initramfs(file: File) -> Step:
    """What boots has its own copy of what must not be loaded."""
    needed = render("nvidia/_initramfs_needed.sh.j2", path=file.path, digest=file.sha256)
    command = "update-initramfs -u -k all"
    return Step("initramfs without nouveau", needed.decode(), command, when="after_probe")


def _sources(settings: NvidiaSettings, branch: int, platform: Platform) -> Iterator[PackageSource]:
    if settings.repository:
        yield offers.driver_source(settings.repository, branch, platform.os)
    if settings.container_toolkit:
        yield offers.toolkit_source(settings.container_toolkit)


def _persistenced_needs_it(settings: NvidiaSettings, platform: Platform) -> bool:
    """Ubuntu's unit alone starts the daemon without persistence."""
    return settings.persistence and platform.os in offers.UBUNTU


def _files(settings: NvidiaSettings, platform: Platform) -> Iterator[File]:
    for path, content in render_tree("nvidia", {"nvidia": settings}).items():
        yield File(path, content, mode=0o755 if path == TUNE else 0o644)
    if _persistenced_needs_it(settings, platform):
        yield File(f"{PERSISTENCED}/rigwright.conf", render("nvidia/_persistenced.conf"))


def _directories(settings: NvidiaSettings, platform: Platform) -> Iterator[Directory]:
    yield Directory("/usr/local/lib/rigwright")
    yield Directory(TUNE.rpartition("/")[0])
    yield Directory(DRIFT_DROP_INS)
    if _persistenced_needs_it(settings, platform):
        yield Directory(PERSISTENCED)
