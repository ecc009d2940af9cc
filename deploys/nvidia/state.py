"""The desired driver of a host's NVIDIA cards."""

from __future__ import annotations

from collections.abc import Iterator

from deploys.nvidia import offers
from deploys.nvidia.choice import choose
from deploys.nvidia.runtime_state import TUNE, host_requirements, running
from deploys.nvidia.settings import NvidiaSettings
from rigwright.desired import Activation, Check, Desired, Directory, File, PackageSource, Step, Unit
from rigwright.desired.program import program, shell
from rigwright.desired.render import render, render_tree
from rigwright.remote.toolkit import DRIFT_DROP_INS
from rigwright.settings.platform import Platform

SERVICE = "rigwright-nvidia.service"
MODPROBE = "/etc/modprobe.d/rigwright-nvidia.conf"
PERSISTENCED = "/etc/systemd/system/nvidia-persistenced.service.d"
TOOLKIT = "nvidia-container-toolkit"
INITRAMFS_SECONDS = 1800
"""A minute for each kernel, on a slow disk more."""
TUNE_FIRST_LINE = '    echo "card $card"\n'
"""The first line of what ``tune.sh`` does for each card; the settings follow it."""


def desired(settings: NvidiaSettings, platform: Platform) -> Desired:
    """The desired state of NVIDIA's driver on a host of this platform.

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
    pending = shell("nvidia/programs/initramfs_pending.sh", file.path, str(file.sha256))
    command = "update-initramfs -u -k all"
    return Step(
        "initramfs without nouveau", pending, command, when="after_probe", timeout_seconds=INITRAMFS_SECONDS
    )


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
        yield File(path, content)
    yield File(TUNE, tune(settings).encode(), mode=0o755)
    if _persistenced_needs_it(settings, platform):
        yield File(f"{PERSISTENCED}/rigwright.conf", render("nvidia/_persistenced.conf"))


def tune(settings: NvidiaSettings) -> str:
    """The program that sets the cards at boot: ``programs/tune.sh``, and in it a line for each setting.

    The values stand in its own text, because the service that runs it restarts when that changes.
    """
    lines = []
    if settings.power_limit_watts:
        lines.append(f'    limit "$card" {settings.power_limit_watts} "$least" "$most" || return 1\n')
    if clocks := settings.graphics_clocks:
        both = f"{clocks.lowest_mhz},{clocks.highest_mhz}"
        lines.append(f'    nvidia-smi -i "$card" -lgc {both} || return 1\n')
    before, first, after = program("nvidia/programs/tune.sh").partition(TUNE_FIRST_LINE)
    return "".join((before, first, *lines, after))


def _directories(settings: NvidiaSettings, platform: Platform) -> Iterator[Directory]:
    yield Directory("/usr/local/lib/rigwright")
    yield Directory(TUNE.rpartition("/")[0])
    yield Directory(DRIFT_DROP_INS)
    if _persistenced_needs_it(settings, platform):
        yield Directory(PERSISTENCED)
