"""What the host exposes: sockets, accounts, and findings that the inventory accepts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Socket:
    """A socket that the subsystem listens on. ``address`` is ``0.0.0.0`` or ``::`` for all.

    Attributes:
        needs_access: Closed to others until the firewall's ``access`` names the port, such as one that a
            container publishes: the author of the compose file may not have thought of the network.
    """

    address: str
    port: int
    protocol: Literal["tcp", "udp"] = "tcp"
    needs_access: bool = False
    reserved: bool = False


@dataclass(frozen=True)
class Login:
    """An account that the inventory declares.

    Attributes:
        name: The login name.
        keys: Exactly the public keys that may log in; None where they are managed elsewhere.
        sudo: Exactly the commands that it may run through sudo, as sudoers has them, or ``ALL``;
            None where it is managed elsewhere.
    """

    name: str
    keys: tuple[str, ...] | None = None
    sudo: tuple[str, ...] | None = None


def keys_managed(logins: Iterable[Login]) -> dict[str, bool]:
    """Each account, and whether its keys are managed; where two name one, it is enough that one does."""
    return dict(sorted((one.name, one.keys is not None) for one in logins))


@dataclass(frozen=True)
class Accepted:
    """A finding, or several, that the operators have reviewed and accept.

    Attributes:
        where: As the finding names it, such as ``tcp 0.0.0.0:8080``; ``*`` stands for any text.
        reason: Why, for the next reader.
        until: Last day, in ISO 8601; empty where it has no end.
        kind: The kind of finding; empty for every kind.
        actual: The finding's value when it was reviewed: with another one it is open again; empty for any.
    """

    where: str
    reason: str
    until: str = ""
    kind: str = ""
    actual: str = ""

    @property
    def recorded(self) -> list[str]:
        """As the manifest holds it, without what is empty at its end."""
        parts = [self.reason, self.until, self.kind, self.actual]
        return parts if self.actual else parts[:3] if self.kind else parts[:2]
