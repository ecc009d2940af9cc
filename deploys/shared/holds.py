"""Packages that nothing upgrades until they are released: ``apt-mark hold``."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from rigwright.desired import RuntimeState
from rigwright.desired.program import shell


def package_holds(name: str, packages: Sequence[str]) -> RuntimeState:
    """Each of the packages is held.

    Args:
        name: What findings call it.
        packages: Names of packages, of any architecture.
    """
    return RuntimeState(
        name,
        shell("shared/programs/holds.sh", *packages),
        tuple((package, "held") for package in packages),
        remediation=shlex.join(("apt-mark", "hold", *packages)),
    )
