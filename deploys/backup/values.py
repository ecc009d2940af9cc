"""Types of single values. None of them lets through what a shell or systemd would read as syntax."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Path = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_.*?@+:,=~-]+)+$")]
"""An absolute path, or a shell pattern of paths."""
Folder = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_][A-Za-z0-9._-]*)+$")]
Hour = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Calendar = Annotated[str, Field(pattern=r"^[A-Za-z0-9*:,./ -]+$", max_length=100)]
