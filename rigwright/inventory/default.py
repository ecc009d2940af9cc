"""Which inventory a command takes where none is named."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

VARIABLE = "RIG_INVENTORY"
LINK = "inventories/default.py"
LAB = "inventories/lab.py"


def default(environment: Mapping[str, str], root: Path, folder: Path) -> tuple[Path, str]:
    """The inventory, and what decided, in words for people.

    First what ``RIG_INVENTORY`` names, then ``inventories/default.py`` of the repository, which is a link to
    one of its inventories, then the lab hosts of this machine.

    Args:
        environment: The environment's variables.
        root: The repository.
        folder: The current folder; a path in the variable is relative to it, else to the repository.
    """
    if named := environment.get(VARIABLE, ""):
        path = Path(named).expanduser()
        beside = root / path
        return (path if (folder / path).exists() or not beside.exists() else _short(beside, folder)), VARIABLE
    if (link := root / LINK).exists():
        # Secrets and pyinfra's groups are named by the file itself.
        return _short(link.resolve(), folder), LINK
    return _short(root / LAB, folder), f"there is no {VARIABLE} and no {LINK}"


def _short(path: Path, folder: Path) -> Path:
    return path.relative_to(folder) if path.is_relative_to(folder) else path
