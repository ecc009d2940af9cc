"""What the machine must be before a driver is installed, and the state of one that runs."""

from __future__ import annotations

from collections.abc import Iterator

from deploys.nvidia.choice import Driver
from deploys.nvidia.offers import UBUNTU
from deploys.nvidia.settings import NvidiaSettings
from deploys.shared.holds import package_holds
from rigwright.desired import RuntimeState
from rigwright.desired.program import shell
from rigwright.settings.platform import Platform

PROGRAMS = "nvidia/programs"
TUNE = "/usr/local/lib/rigwright/nvidia/tune"
NO_CARD = "set machine.gpus to what `lspci -nn -d 10de:` shows, or take nvidia out of the inventory"
NO_KEY = (
    "enrol the host's own key at its console (docs/nvidia.md), turn Secure Boot off in the firmware, or on "
    "Ubuntu take prebuilt modules"
)


def host_requirements(driver: Driver, platform: Platform) -> Iterator[RuntimeState]:
    """What must hold before anything is installed, because no apply can make it."""
    expected = (("on the PCI bus", " ".join(sorted(platform.gpus))),)
    yield RuntimeState("NVIDIA cards", _shell("query_cards.sh"), expected, host_requirement=NO_CARD)
    if driver.modules == "dkms":
        expected = (("modules that are compiled here", "taken"),)
        yield RuntimeState("Secure Boot", _shell("query_secure_boot.sh"), expected, host_requirement=NO_KEY)
    else:
        expected = (("modules that fit the kernel", driver.modules),)
        yield RuntimeState(
            "NVIDIA kernel",
            _shell("query_kernel.sh", UBUNTU[platform.os].kernel),
            expected,
            host_requirement="set nvidia.modules to that",
        )


def running(settings: NvidiaSettings, driver: Driver) -> Iterator[RuntimeState]:
    """The state of the driver, its cards and its packages; what needs a reboot has no remediation."""
    expected = (
        ("module", "loaded"),
        ("flavour", driver.flavour),
        ("versions", "one"),
        ("nouveau", "not loaded"),
        ("next kernel", "has the module"),
    )
    yield RuntimeState("NVIDIA driver", _shell("query_driver.sh"), expected)
    yield RuntimeState(
        "NVIDIA settings",
        f"{TUNE} look",
        tuple(_set(settings)),
        remediation=shell(
            f"{PROGRAMS}/apply_settings.sh",
            variables={
                "tune": TUNE,
                "persistence": _persistence(settings),
                "verb": "restart" if settings.persistence else "stop",
            },
        ),
    )
    if settings.hold:
        yield from _holds(driver)
    if settings.container_toolkit:
        yield RuntimeState(
            "NVIDIA in containers",
            _shell("query_containers.sh"),
            (("nvidia.com/gpu=all is known", "yes"),),
            remediation="[ ! -e /sys/module/nvidia ] || systemctl restart nvidia-cdi-refresh.service",
        )


def _holds(driver: Driver) -> Iterator[RuntimeState]:
    """The driver's packages, and with prebuilt modules what brings new kernels."""
    yield package_holds("NVIDIA holds", driver.held)
    if modules := driver.kernel_modules:
        yield RuntimeState(
            "NVIDIA kernel holds",
            _shell("kernel_holds.sh", "show", modules),
            (("what brings new kernels", "held"),),
            remediation=_shell("kernel_holds.sh", "hold", modules),
        )


def _persistence(settings: NvidiaSettings) -> str:
    return "Enabled" if settings.persistence else "Disabled"


def _set(settings: NvidiaSettings) -> Iterator[tuple[str, str]]:
    """Locked clocks are missing: no driver reports them."""
    yield "persistence", _persistence(settings)
    if settings.power_limit_watts:
        yield "power limit in watts", str(settings.power_limit_watts)


def _shell(name: str, *arguments: str) -> str:
    return shell(f"{PROGRAMS}/{name}", *arguments)
