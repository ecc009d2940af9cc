"""Types of single values. None of them lets through what a shell or systemd would read as syntax."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rigwright.secrets.quality import weakness
from rigwright.secrets.value import Secret

Path = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_.*?@+:,=~-]+)+$")]
"""An absolute path, or a shell pattern of paths."""
Folder = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_][A-Za-z0-9._-]*)+$")]
Hour = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Calendar = Annotated[str, Field(pattern=r"^[A-Za-z0-9*:,./ -]+$", max_length=100)]


def refuse_weak_passphrase(value: Secret) -> Secret:
    """A repository's passphrase, which cannot be changed later.

    Raises:
        ValueError: It can be guessed, or a file of one line cannot hold it.
    """
    if reason := weakness(value, "password"):
        raise ValueError(f"{reason}; make a new one: rig secret generate INVENTORY {value.name}")
    if not value.reveal().isprintable() or value.reveal() != value.reveal().strip():
        raise ValueError("must be one line of printable characters: rig secret generate makes one")
    return value
