"""How a person names a host on the command line: as ``ssh`` and ``known_hosts`` spell it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote

from rigwright.errors import RigError

SSH_PORT = 22
SCHEME = "ssh://"
FORM = re.compile(
    r"(?:(?P<user>[a-z_][a-z0-9_-]{0,31})@)?"
    r"(?:\[(?P<bracketed>[^\[\]]+)\](?::(?P<port>\d{1,5}))?"
    r"|(?P<plain>[^\[\]@:]+)(?::(?P<plain_port>\d{1,5}))?"
    r"|(?P<ipv6>[^\[\]@]*:[^\[\]@]*:[^\[\]@]*))"
)
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,253}")
LIKE_IPV4 = re.compile(r"\d+(\.\d+){3}")


@dataclass(frozen=True)
class Destination:
    """How a host is reached; ``user`` and ``port`` are None where none is named."""

    address: str
    user: str | None = None
    port: int | None = None


def destination(text: str) -> Destination:
    """The host that the text names: ``[ssh://][USER@]ADDRESS[:PORT]``.

    An IPv6 address with a port stands in brackets; without one it may.

    Raises:
        RigError: It names none. It does not repeat what may be a password.
    """
    rest = text[len(SCHEME) :].removesuffix("/") if text.lower().startswith(SCHEME) else text
    if ":" in rest.partition("@")[0] and "@" in rest:
        raise RigError(
            "a password does not belong on a command line",
            next_step="write [USER@]ADDRESS[:PORT]; the password is prompted for where one is needed",
        )
    found = FORM.fullmatch(rest)
    address = (found["bracketed"] or found["plain"] or found["ipv6"]) if found else ""
    port = int(found["port"] or found["plain_port"] or SSH_PORT) if found else 0
    if not found or not _is_address(address) or not 0 < port < 2**16:
        raise RigError(
            f"{text!r} names no host",
            next_step="write it as [USER@]ADDRESS[:PORT], such as operator@192.0.2.10, web1.example.com:2222 "
            "or [2001:db8::10]:2222",
        )
    return Destination(address, found["user"], port if found["port"] or found["plain_port"] else None)


def spelled(address: str, user: str | None = None, port: int | None = None) -> str:
    """``[USER@]ADDRESS[:PORT]`` as :func:`destination` reads it, an IPv6 address in brackets."""
    host = f"[{address}]" if ":" in address else address
    return (f"{user}@" if user else "") + host + (f":{port}" if port else "")


def uri(address: str, user: str | None = None, port: int | None = None) -> str:
    """``ssh://…`` for programs, with every other character of user and address escaped (RFC 3986)."""
    escaped = quote(address, safe=":")
    return SCHEME + spelled(escaped, quote(user, safe="") if user else None, port)


def _is_address(text: str) -> bool:
    if ":" not in text and not LIKE_IPV4.fullmatch(text):
        return bool(NAME.fullmatch(text))
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
