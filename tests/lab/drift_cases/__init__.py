"""Changes of a converged lab host by other means than ours, and exactly the findings that each must give.

One module for each subsystem, with ``CHANGES``: shell command by the kind of finding and where it is.
They hold in both shapes and on every operating system; ``EVERYTHING`` holds further ones for hosts that have
every setting changed. All of them are made at once: none may hide another.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from deploys.rig import subsystems

Changes = Mapping[tuple[str, str], str]


def changes(*, everything: bool) -> dict[tuple[str, str, str], str]:
    """Shell command by subsystem, kind of finding, and where it is."""
    found = {}
    for subsystem in ("rigwright", *subsystems()):
        module = importlib.import_module(f"tests.lab.drift_cases.{subsystem}")
        more: Changes = getattr(module, "EVERYTHING", {}) if everything else {}
        for (kind, where), command in {**module.CHANGES, **more}.items():
            found[subsystem, kind, where] = command
    return found
