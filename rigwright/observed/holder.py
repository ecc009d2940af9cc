"""Who has a socket that a subsystem is going to open, as ``host/holders.py`` reports it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Holder:
    """Who has a socket that a subsystem is going to open; empty where that is unknown."""

    protocol: str
    address: str
    port: int
    program: str
    unit: str
    package: str
