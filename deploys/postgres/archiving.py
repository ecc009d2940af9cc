"""Where segments of the write-ahead log go when they are full."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from deploys.postgres.values import Directory
from rigwright.settings.base import Settings


class Archiving(Settings):
    """A program that takes each segment to a safe place."""

    program: Directory
    """Its path. It gets a segment's path, runs as ``postgres``, and exits with 0 when the segment is safe."""

    timeout_seconds: Annotated[int, Field(ge=10, le=3600)] = 60
    """A segment ends after so long, full or not: so much is lost at most with the host's disk."""
