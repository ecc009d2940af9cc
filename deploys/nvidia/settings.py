"""What can be chosen about NVIDIA's driver. Which cards there are, ``machine.gpus`` tells."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from typing_extensions import Self

from rigwright.settings.armoured import PublicKey, SourceUri
from rigwright.settings.base import Settings

Flavour = Literal["open", "proprietary"]


class DriverRepository(Settings):
    """NVIDIA's own repository of drivers for Debian. The driver's packages alone come from there."""

    key: PublicKey
    """Its signing key, as armoured text or a file of the repository. It lies beside the packages."""

    uri: Annotated[str, Field(pattern=SourceUri)] = "https://developer.download.nvidia.com/compute/cuda/repos"
    """Where it is: the folder that holds ``debian12`` and ``debian13``."""


class ContainerToolkit(Settings):
    """NVIDIA's container toolkit, which no distribution packages: containers are given GPUs by CDI."""

    key: PublicKey
    """The signing key of its repository, as armoured text or a file of the repository."""

    uri: Annotated[str, Field(pattern=SourceUri)] = "https://nvidia.github.io/libnvidia-container/stable/deb"
    """Where it is: the folder that holds ``amd64``."""


class GraphicsClocks(Settings):
    """Between which clocks of its graphics part a card works, in MHz; a card rounds them to what it has."""

    lowest_mhz: Annotated[int, Field(ge=1, le=10_000)]
    """At rest too: a high one costs power all the time."""

    highest_mhz: Annotated[int, Field(ge=1, le=10_000)]
    """What no load exceeds; against short peaks of power it does more than a power limit, which is a mean."""

    @model_validator(mode="after")
    def _a_range(self) -> Self:
        if self.lowest_mhz > self.highest_mhz:
            raise ValueError("lowest_mhz: must not be above highest_mhz")
        return self


class NvidiaSettings(Settings):
    """The driver of one host's cards. With no settings at all: what fits the card, from the distribution."""

    branch: Literal["auto"] | Annotated[int, Field(ge=300, le=999)] = "auto"
    """The driver's branch, such as 580. ``auto``: the one that is maintained longest of those that fit. On
    Ubuntu one that is named replaces the packages of another that is there; ``auto`` replaces none."""

    flavour: Literal["auto"] | Flavour = "auto"
    """Of the kernel's modules. Blackwell cards need the ``open`` ones, cards before Turing the
    ``proprietary`` ones. ``auto``: the open ones wherever the card and the branch have them."""

    packages_from: Literal["distribution", "nvidia"] = "distribution"
    """``nvidia``: NVIDIA's repository, for Debian, whose own drivers are too old for newer cards."""

    repository: DriverRepository | None = None
    """NVIDIA's repository; only with ``packages_from="nvidia"``."""

    modules: Literal["auto", "prebuilt", "prebuilt-hwe", "dkms"] = "auto"
    """``prebuilt``: made and signed by Ubuntu for its release's kernel, ``prebuilt-hwe`` for the newer one of
    its hardware enablement. ``dkms``: compiled on the host, which Secure Boot refuses unless the host's own
    key is enrolled. ``auto``: ``prebuilt`` on Ubuntu, ``dkms`` on Debian."""

    persistence: bool = True
    """The driver keeps the card ready while nobody uses it, by ``nvidia-persistenced``."""

    power_limit_watts: Annotated[int, Field(ge=1, le=5000)] | None = None
    """Set at every boot on every card. A card whose own limits do not reach so far gets the nearest, and the
    difference is told. None: the card's default."""

    graphics_clocks: GraphicsClocks | None = None
    """Set at every boot on every card; None: the card decides."""

    hold: bool = True
    """``apt-mark hold`` for the driver's packages: an upgrade replaces libraries under a module that stays
    loaded, and then no new program finds the GPU until a reboot. With prebuilt modules what brings new
    kernels is held too: modules fit one version of the driver alone, so that all of it moves together."""

    container_toolkit: ContainerToolkit | None = None
    """GPUs in containers; with Docker, ``docker.cdi`` belongs to it."""

    @model_validator(mode="after")
    def _repository_where_it_is_used(self) -> Self:
        if (self.packages_from == "nvidia") != (self.repository is not None):
            raise ValueError(
                'repository: belongs to packages_from="nvidia", and only there: '
                "repository=DriverRepository(key=...)"
            )
        return self
