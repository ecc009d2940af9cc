"""Updates of packages, and what follows them: what can be chosen, and what it becomes."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator
from typing_extensions import Self

from deploys.base.values import ClockTime, PackageName, PackagePattern
from deploys.base.versions import Versions
from deploys.shared.holds import package_holds
from rigwright.desired import Check, Desired, Unit
from rigwright.desired.render import render_file
from rigwright.settings.base import Many, Settings


class Updates(Settings):
    """Security updates install themselves; updates of what must not change by itself wait."""

    automatic: bool = True
    """Install the distribution's security updates every day. Other updates are never automatic."""

    held_patterns: Many[PackagePattern] = (
        "nvidia-",
        "libnvidia-",
        "cuda-",
        "docker",
        "containerd",
        "runc",
        "postgresql",
        "libpq5",
    )
    """Regular expressions for the beginning of names of packages that automatic updates leave alone:
    a new driver breaks the GPU until a reboot, and Docker and PostgreSQL restart what people use. NVIDIA's
    modules for a new kernel are none of them: they come with it where they fit the driver that stays."""

    held_packages: Many[PackageName] = ()
    """Packages that nothing upgrades until they are taken from this list (``apt-mark hold``)."""

    reboot_at: ClockTime | None = None
    """When the host may reboot by itself after an update that needs it, such as ``"04:30"``.
    None: never; an operator does it."""

    restart_services: Literal["list", "automatic"] = "list"
    """What happens to services that still run old code after an update: ``list`` only names them,
    ``automatic`` restarts them."""

    never_restarted: Many[PackageName] = (
        "containerd",
        "docker",
        "nvidia-persistenced",
        "postgresql",
        "redis",
    )
    """Beginnings of names of services that are never restarted automatically."""

    @model_validator(mode="after")
    def _reboot_needs_updates(self) -> Self:
        if self.reboot_at and not self.automatic:
            raise ValueError("reboot_at: there are no automatic updates to reboot after: set automatic=True")
        return self


def updates(settings: Updates, versions: Versions) -> Desired:
    """unattended-upgrades, needrestart, and packages that are held."""
    held = settings.held_packages
    automatic = render_file(
        "base/etc/apt/apt.conf.d/52rigwright-updates.j2",
        updates=settings,
        periodic=int(settings.automatic),
        reboot="true" if settings.reboot_at else "false",
        origins=versions.security_origins,
    )
    restarts = render_file(
        "base/etc/needrestart/conf.d/rigwright.conf.j2",
        restart_mode={"list": "l", "automatic": "a"}[settings.restart_services],
        never_restarted=settings.never_restarted,
    )
    return Desired(
        "base",
        packages=("needrestart", "unattended-upgrades"),
        files=(automatic, restarts),
        units=(Unit("unattended-upgrades.service"),),
        runtime_states=(package_holds("holds", held),) if held else (),
        checks=(
            Check("apt-config dump", "apt-config dump >/dev/null"),
            Check(
                "needrestart's configuration",
                f"perl -e 'our %nrconf; do \"{restarts.path}\" or die $@ || $!'",
            ),
        ),
    )
