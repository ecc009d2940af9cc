"""Start a lab host for a command that itself needs no root."""

from __future__ import annotations

import subprocess
import sys

from rigwright.errors import RigError
from rigwright.settings.platform import Os


def start(name: str, system: Os, *, fresh: bool = False) -> None:
    """Start it, or leave it as it is where it runs.

    Args:
        name: Its name.
        system: What it runs.
        fresh: Take down first what runs under this name.

    Raises:
        RigError: It did not come up.
    """
    if fresh:
        _lab("down", name)
    if _lab("up", name, "--os", system):
        raise RigError(
            "the lab host did not come up", host=name, next_step=f"rig lab up {name} --os {system}"
        )


def _lab(*words: str) -> int:
    """A command of its own, because only this part needs root."""
    return subprocess.run([sys.executable, "-I", "-m", "rigwright", "lab", *words], check=False).returncode
