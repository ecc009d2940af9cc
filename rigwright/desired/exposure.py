"""What the host shows to others: sockets, accounts, and findings that somebody accepts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Socket:
    """A socket that the subsystem listens on. ``address`` is ``0.0.0.0`` or ``::`` for all.

    Attributes:
        needs_access: Closed to others until the firewall's ``access`` names the port, such as one that a
            container publishes: whoever wrote the compose file may not have thought of the outside.
    """

    address: str
    port: int
    protocol: Literal["tcp", "udp"] = "tcp"
    needs_access: bool = False


@dataclass(frozen=True)
class Login:
    """An account that the inventory knows of.

    Attributes:
        name: The login name.
        keys: Exactly the public keys that may log in; None where somebody else keeps them.
        sudo: Exactly the commands that it may run through sudo, as sudoers has them, or ``ALL``;
            None where somebody else decides.
    """

    name: str
    keys: tuple[str, ...] | None = None
    sudo: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Accepted:
    """A finding of the host as a whole that somebody looked at and accepts.

    Attributes:
        where: As the finding names it: ``tcp 0.0.0.0:8080``, or the path of a unit's file.
        reason: Why, for whoever asks next.
        until: Last day, in ISO 8601; empty where it has no end.
    """

    where: str
    reason: str
    until: str = ""
