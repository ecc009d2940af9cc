"""Which operating system a host runs, as the inventory says it and the host confirms it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from rigwright.errors import RigError

Os = Literal["debian12", "debian13", "ubuntu2204", "ubuntu2404"]

NAMES: Mapping[Os, str] = {
    "debian12": "Debian 12 (bookworm)",
    "debian13": "Debian 13 (trixie)",
    "ubuntu2204": "Ubuntu 22.04 LTS (jammy)",
    "ubuntu2404": "Ubuntu 24.04 LTS (noble)",
}

Versions = TypeVar("Versions")


@dataclass(frozen=True)
class Platform:
    """What everything is rendered for, decided before any connection."""

    os: Os
    gpus: tuple[str, ...] = ()
    """PCI ids of the machine's NVIDIA cards, such as ``10de:2b85``, each kind once."""

    def choose(self, table: Mapping[Os, Versions]) -> Versions:
        """The entry for this operating system in a subsystem's table of versions."""
        return table[self.os]


def os_of(release: str) -> Os:
    """The operating system that the text of ``/etc/os-release`` names.

    Raises:
        RigError: It is none that Rigwright supports.
    """
    fields = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', release, re.MULTILINE))
    found = f"{fields.get('ID', '')}{fields.get('VERSION_ID', '').replace('.', '')}"
    for name in NAMES:
        if name == found:
            return name
    shown = fields.get("PRETTY_NAME", "no /etc/os-release that can be read")
    raise RigError(
        f"the host runs {shown}, which is not supported",
        next_step=f"use one of {', '.join(NAMES.values())}",
    )
