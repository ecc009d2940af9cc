"""Which host is meant: ``[USER@]ADDRESS[:PORT]``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rigwright.errors import RigError

SSH_PORT = 22
FORM = re.compile(
    r"(?:(?P<user>[a-z_][a-z0-9_-]{0,31})@)?"
    r"(?:\[(?P<bracketed>[0-9A-Fa-f:.]+)\]|(?P<plain>[A-Za-z0-9._-]+))(?::(?P<port>\d{1,5}))?"
    r"|(?:(?P<user6>[a-z_][a-z0-9_-]{0,31})@)?(?P<ipv6>[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)"
)


@dataclass(frozen=True)
class Target:
    """How a host is reached; ``user`` is None where none is named."""

    address: str
    user: str | None = None
    port: int = SSH_PORT


def target(text: str) -> Target:
    """The host that the text names; an IPv6 address with a port stands in brackets.

    Raises:
        RigError: It names none.
    """
    found = FORM.fullmatch(text)
    port = int(found["port"] or SSH_PORT) if found else 0
    if not found or not 0 < port < 2**16:
        raise RigError(
            f"{text!r} names no host",
            next_step="write it as [USER@]ADDRESS[:PORT], such as operator@192.0.2.10",
        )
    address = found["bracketed"] or found["plain"] or found["ipv6"]
    return Target(address, found["user"] or found["user6"], port)
