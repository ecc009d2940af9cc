"""Which driver it is to be: from the cards, the settings and what there is, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from deploys.nvidia import offers
from deploys.nvidia.cards import CARDS, Card
from deploys.nvidia.settings import Flavour, NvidiaSettings
from rigwright.errors import RigError
from rigwright.settings.platform import NAMES, Platform


@dataclass(frozen=True)
class Driver:
    """What was decided.

    Attributes:
        modules: ``prebuilt``, ``prebuilt-hwe`` or ``dkms``.
        packages: What is installed.
        versioned: The package whose version is the driver's.
        replaces: Patterns of the packages of other branches that may go for it.
    """

    branch: int
    flavour: Flavour
    modules: str
    packages: tuple[str, ...]
    versioned: str
    replaces: tuple[str, ...] = ()

    @property
    def held(self) -> tuple[str, ...]:
        """The driver's own packages, which an upgrade must not touch."""
        return tuple(sorted(name for name in self.packages if not name.startswith("linux-")))

    @property
    def kernel_modules(self) -> str | None:
        """The package that brings prebuilt modules of each new kernel; None where they are compiled here."""
        return next((name for name in self.packages if name.startswith("linux-modules-")), None)


def choose(settings: NvidiaSettings, platform: Platform) -> Driver:
    """The driver of these cards.

    Raises:
        RigError: No card is named, one is unknown, or nothing that there is drives them all.
    """
    cards = _cards(settings, platform)
    branches = _branches(settings, platform)
    fitting = {branch: _flavours(branch, found, cards) for branch, found in branches.items()}
    wanted = {
        branch: [one for one in flavours if settings.flavour in ("auto", one)]
        for branch, flavours in fitting.items()
        if settings.branch in ("auto", branch)
    }
    found = [(branch, flavours[0]) for branch, flavours in wanted.items() if flavours]
    if not found:
        raise _refusal(settings, platform, cards)
    branch, flavour = found[0]
    modules = _modules(settings, platform)
    packages = _packages(settings, platform, branch, flavour)
    versioned = {"ubuntu": f"nvidia-utils-{branch}-server", "nvidia": "nvidia-driver-cuda"}
    kind = _kind(settings, platform)
    return Driver(
        branch,
        flavour,
        modules,
        packages,
        versioned.get(kind, "nvidia-smi"),
        # Not where a newer table of ours may be what decides: the GPU is lost until the reboot.
        offers.others_of_ubuntu(branch) if kind == "ubuntu" and settings.branch != "auto" else (),
    )


def _kind(settings: NvidiaSettings, platform: Platform) -> str:
    if settings.packages_from == "nvidia":
        return "nvidia"
    return "ubuntu" if platform.os in offers.UBUNTU else "debian"


def _cards(settings: NvidiaSettings, platform: Platform) -> list[Card]:
    if not platform.gpus:
        raise RigError(
            "no card is named for the driver",
            setting="machine.gpus",
            next_step='set machine.gpus to the ids that `lspci -nn -d 10de:` shows, such as ["10de:2b85"]',
        )
    unknown = [one for one in platform.gpus if one not in CARDS]
    if unknown and "auto" in (settings.branch, settings.flavour):
        raise RigError(
            f"the card {', '.join(unknown)} is none that Rigwright knows",
            setting="machine.gpus",
            file="deploys/nvidia/cards.py",
            next_step="set both nvidia.branch and nvidia.flavour to what NVIDIA says that it needs, "
            "or add the card to the table in the file",
        )
    return [CARDS[one] for one in platform.gpus if one in CARDS]


def _branches(settings: NvidiaSettings, platform: Platform) -> offers.Branches:
    found = platform.choose(offers.NVIDIA if settings.packages_from == "nvidia" else offers.DISTRIBUTION)
    if not found:
        raise RigError(
            f"from NVIDIA's repository drivers are taken on Debian only; {NAMES[platform.os]} has "
            f"{', '.join(map(str, platform.choose(offers.DISTRIBUTION)))} itself",
            setting="nvidia.packages_from",
            next_step='set nvidia.packages_from="distribution"',
        )
    return found


def _flavours(branch: int, packaged: tuple[Flavour, ...], cards: list[Card]) -> list[Flavour]:
    """The flavours of a branch that drive all of these cards."""
    for card in cards:
        if branch < card.least_branch or branch > (card.architecture.last_branch or branch):
            return []
    return [one for one in packaged if all(one in card.architecture.flavours for card in cards)]


def _refusal(settings: NvidiaSettings, platform: Platform, cards: list[Card]) -> RigError:
    """What is there, what the cards need, and what to set."""
    here = _branches(settings, platform)
    there = ", ".join(f"{branch} ({' or '.join(flavours)})" for branch, flavours in here.items())
    origin = "NVIDIA's repository" if settings.packages_from == "nvidia" else NAMES[platform.os]
    needs = "; ".join(_need(card) for card in cards) or "the card is unknown"
    wish = f"nvidia.branch={settings.branch!r} and nvidia.flavour={settings.flavour!r}"
    newer = settings.packages_from == "distribution" and platform.choose(offers.NVIDIA)
    elsewhere = newer and settings.branch == "auto" and max(card.least_branch for card in cards) > max(here)
    if elsewhere:
        step = 'set nvidia.packages_from="nvidia" with nvidia.repository=DriverRepository(key=...)'
    else:
        step = 'set nvidia.branch and nvidia.flavour to what is there and fits, or to "auto"'
    return RigError(
        f"{origin} has the drivers {there}, and none of them fits {wish}: {needs}",
        setting="nvidia",
        next_step=step,
    )


def _need(card: Card) -> str:
    last = card.architecture.last_branch
    until = f" to {last}" if last else " or newer"
    flavours = " or ".join(card.architecture.flavours)
    return f"{card.name} needs {card.least_branch}{until} with {flavours} modules"


def _modules(settings: NvidiaSettings, platform: Platform) -> str:
    prebuilt = _kind(settings, platform) == "ubuntu"
    if settings.modules == "auto":
        return "prebuilt" if prebuilt else "dkms"
    if settings.modules != "dkms" and not prebuilt:
        raise RigError(
            f"{NAMES[platform.os]} has no prebuilt modules of NVIDIA's",
            setting="nvidia.modules",
            next_step='set nvidia.modules="dkms", or leave it out',
        )
    return settings.modules


def _packages(settings: NvidiaSettings, platform: Platform, branch: int, flavour: Flavour) -> tuple[str, ...]:
    kind = _kind(settings, platform)
    if kind == "ubuntu":
        return offers.of_ubuntu(branch, flavour, _modules(settings, platform), platform.os)
    return offers.of_nvidia(flavour) if kind == "nvidia" else offers.of_debian()
