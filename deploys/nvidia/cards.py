"""Which driver a card needs: by PCI id its architecture, and of that what NVIDIA's drivers can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deploys.nvidia.settings import Flavour

BOTH: tuple[Flavour, ...] = ("open", "proprietary")


@dataclass(frozen=True)
class Architecture:
    """What the cards of one generation have in common.

    Attributes:
        name: As NVIDIA calls it.
        least_branch: The first branch that knows the generation at all.
        last_branch: The last one that does; None where none is announced.
        flavours: Kernel modules that drive it, the better ones first.
    """

    name: str
    least_branch: int
    flavours: tuple[Flavour, ...]
    last_branch: int | None = None


# Open modules: NVIDIA's blog on the transition to them in R560 (developer.nvidia.com/blog): needed by
# Blackwell, recommended from Turing on, impossible before. 580 is the last branch for Pascal and Volta:
# NVIDIA's notes on 580. First branches: NVIDIA's release notes; 570.86.16 is the first to list 2B85
# (NVIDIA/open-gpu-kernel-modules). Debian's and Ubuntu's lists of supported ids (nvidia.ids of nvidia-detect
# 535 and 550, Modaliases of Ubuntu's packages) agree with all of it. Branches below 535 decide nothing: no
# system here packages an older one.
PASCAL = Architecture("Pascal", 375, ("proprietary",), last_branch=580)
VOLTA = Architecture("Volta", 384, ("proprietary",), last_branch=580)
TURING = Architecture("Turing", 410, BOTH)
AMPERE = Architecture("Ampere", 450, BOTH)
ADA = Architecture("Ada Lovelace", 525, BOTH)
HOPPER = Architecture("Hopper", 525, BOTH)
BLACKWELL = Architecture("Blackwell", 570, ("open",))


@dataclass(frozen=True)
class Card:
    """One model.

    Attributes:
        newer_than: The first branch that lists this model, where its generation is older; else 0.
    """

    name: str
    architecture: Architecture
    newer_than: int = 0

    @property
    def least_branch(self) -> int:
        """The first branch that drives it."""
        return max(self.architecture.least_branch, self.newer_than)


# Names and ids as in Debian 13's pci.ids.
CARDS: Mapping[str, Card] = {
    "10de:1b06": Card("GeForce GTX 1080 Ti", PASCAL),
    "10de:1db4": Card("Tesla V100 PCIe 16GB", VOLTA),
    "10de:1db6": Card("Tesla V100 PCIe 32GB", VOLTA),
    "10de:1e04": Card("GeForce RTX 2080 Ti", TURING),
    "10de:1e07": Card("GeForce RTX 2080 Ti Rev. A", TURING),
    "10de:1eb8": Card("Tesla T4", TURING, newer_than=418),
    "10de:20b0": Card("A100 SXM4 40GB", AMPERE),
    "10de:20b2": Card("A100 SXM4 80GB", AMPERE, newer_than=460),
    "10de:20b5": Card("A100 PCIe 80GB", AMPERE, newer_than=470),
    "10de:20f1": Card("A100 PCIe 40GB", AMPERE),
    "10de:2204": Card("GeForce RTX 3090", AMPERE, newer_than=455),
    "10de:2206": Card("GeForce RTX 3080", AMPERE, newer_than=455),
    "10de:2235": Card("A40", AMPERE, newer_than=460),
    "10de:2236": Card("A10", AMPERE, newer_than=470),
    "10de:2330": Card("H100 SXM5 80GB", HOPPER),
    "10de:2331": Card("H100 PCIe", HOPPER),
    "10de:2335": Card("H200 SXM 141GB", HOPPER, newer_than=550),
    "10de:2684": Card("GeForce RTX 4090", ADA),
    "10de:2702": Card("GeForce RTX 4080 SUPER", ADA, newer_than=550),
    "10de:2704": Card("GeForce RTX 4080", ADA),
    "10de:26b1": Card("RTX 6000 Ada Generation", ADA),
    "10de:26b5": Card("L40", ADA),
    "10de:26b9": Card("L40S", ADA, newer_than=535),
    "10de:27b8": Card("L4", ADA),
    "10de:2b85": Card("GeForce RTX 5090", BLACKWELL),
    "10de:2b87": Card("GeForce RTX 5090 D", BLACKWELL),
    "10de:2c02": Card("GeForce RTX 5080", BLACKWELL),
    "10de:2c05": Card("GeForce RTX 5070 Ti", BLACKWELL),
    "10de:2f04": Card("GeForce RTX 5070", BLACKWELL),
}
