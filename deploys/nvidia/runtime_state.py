"""What the machine must be before a driver is installed, and what no file tells of one that is."""

from __future__ import annotations

from collections.abc import Iterator

from deploys.nvidia.choice import Driver
from deploys.nvidia.offers import UBUNTU
from deploys.nvidia.settings import NvidiaSettings
from deploys.shared.holds import package_holds
from rigwright.desired import RuntimeState
from rigwright.desired.render import render
from rigwright.settings.platform import Platform

TUNE = "/usr/local/lib/rigwright/nvidia/tune"
NO_CARD = "set machine.gpus to what `lspci -nn -d 10de:` shows, or take nvidia out of the inventory"
NO_KEY = (
    "enrol the host's own key at its console (docs/nvidia.md), turn Secure Boot off in the firmware, or on "
    "Ubuntu take prebuilt modules"
)


def host_requirements(driver: Driver, platform: Platform) -> Iterator[RuntimeState]:
    """What must hold before anything is installed, because no apply can make it."""
    wanted = (("on the PCI bus", " ".join(sorted(platform.gpus))),)
    yield RuntimeState("NVIDIA cards", _script("_cards.sh"), wanted, host_requirement=NO_CARD)
    if driver.modules == "dkms":
        wanted = (("modules that are compiled here", "taken"),)
        yield RuntimeState("Secure Boot", _script("_secure_boot.sh"), wanted, host_requirement=NO_KEY)
    else:
        wanted = (("modules that fit the kernel", driver.modules),)
        yield RuntimeState(
            "NVIDIA kernel",
            _script("_kernel.sh.j2", kernel=UBUNTU[platform.os].kernel),
            wanted,
            host_requirement="set nvidia.modules to that",
        )


def running(settings: NvidiaSettings, driver: Driver) -> Iterator[RuntimeState]:
    """What the driver, its cards and its packages are. Only a person reboots: what needs that has no mend."""
    wanted = (
        ("module", "loaded"),
        ("flavour", driver.flavour),
        ("versions", "one"),
        ("nouveau", "not loaded"),
        ("next kernel", "has the module"),
    )
    yield RuntimeState("NVIDIA driver", _script("_driver.sh"), wanted)
    yield RuntimeState(
        "NVIDIA settings",
        f"{TUNE} look",
        tuple(_set(settings)),
        remediation=_script(
            "_tune_mend.sh.j2",
            tune=TUNE,
            persistence=_persistence(settings),
            verb="restart" if settings.persistence else "stop",
        ),
    )
    if settings.hold:
        yield package_holds("NVIDIA holds", driver.held)
        if modules := driver.kernel_modules:
            yield RuntimeState(
                "NVIDIA kernel holds",
                _script("_kernel_holds.sh.j2", modules=modules, remediation=False),
                (("what brings new kernels", "held"),),
                remediation=_script("_kernel_holds.sh.j2", modules=modules, remediation=True),
            )
    if settings.container_toolkit:
        yield RuntimeState(
            "NVIDIA in containers",
            _script("_containers.sh"),
            (("nvidia.com/gpu=all is known", "yes"),),
            remediation="[ ! -e /sys/module/nvidia ] || systemctl restart nvidia-cdi-refresh.service",
        )


def _persistence(settings: NvidiaSettings) -> str:
    return "Enabled" if settings.persistence else "Disabled"


def _set(settings: NvidiaSettings) -> Iterator[tuple[str, str]]:
    """Locked clocks are missing: no driver tells them."""
    yield "persistence", _persistence(settings)
    if settings.power_limit_watts:
        yield "power limit in watts", str(settings.power_limit_watts)


def _script(name: str, **values: object) -> str:
    return render(f"nvidia/{name}", **values).decode()
