"""Public keys as ``authorized_keys`` has them, with the options that may stand before one."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Annotated

from pydantic import AfterValidator, Field

RSA_BITS_AT_LEAST = 3072
"""NIST SP 800-57 part 1 revision 5, table 2: less is worth under 128 bits of security."""

KEY_TYPES = (
    "ssh-ed25519",
    "sk-ssh-ed25519@openssh.com",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "ssh-rsa",
)
FLAGS = (
    "agent-forwarding", "no-agent-forwarding", "no-port-forwarding", "no-pty", "no-touch-required",
    "no-user-rc", "no-x11-forwarding", "port-forwarding", "pty", "restrict", "user-rc", "verify-required",
    "x11-forwarding",
)  # fmt: skip
WITH_VALUE = ("command", "expiry-time", "from", "permitlisten", "permitopen", "tunnel")
"""Options of sshd(8), of OpenSSH 8.9 on. Of one that it does not know sshd refuses the key. Left out are
``cert-authority`` and ``principals``, by which a key lets in others that no list names, and ``environment``,
which sshd passes over by default."""
ALL_OPTIONS = (*WITH_VALUE, *FLAGS)
_OPTION = re.compile(r'(?P<name>[A-Za-z0-9-]+)(="(?P<value>(?:[^"\\]|\\.)*)")?(?P<end>,|[ \t]+|$)')
_LENGTH_BYTES = 4
_NEXT_STEP = "paste the one line of a file such as ~/.ssh/id_ed25519.pub"


def key_fields(line: str) -> tuple[bytes, ...]:
    """The fields inside a public key: its type first, then numbers as big-endian bytes (RFC 4253).

    Raises:
        ValueError: It is no public key.
    """
    try:
        blob = base64.b64decode(line.split()[1], validate=True)
    except (IndexError, binascii.Error):
        raise ValueError(f"is no public key: {_NEXT_STEP}") from None
    fields = []
    while blob:
        length = int.from_bytes(blob[:_LENGTH_BYTES], "big")
        field, rest = blob[_LENGTH_BYTES : _LENGTH_BYTES + length], blob[_LENGTH_BYTES + length :]
        if len(field) != length:
            raise ValueError(f"is cut off: {_NEXT_STEP}")
        fields.append(field)
        blob = rest
    return tuple(fields)


def options(line: str) -> dict[str, str | None]:
    """The options before the key, with their values; None for one that has none.

    Raises:
        ValueError: sshd would refuse the key for them, or one is not taken here.
    """
    return dict(_split(line)[0])


def without_options(line: str) -> str:
    """The key alone."""
    return _split(line)[1]


def gives_a_shell(line: str) -> bool:
    """Whether the key lets its holder run any command, wherever from."""
    return "command" not in options(line)


def _split(line: str) -> tuple[list[tuple[str, str | None]], str]:
    found: list[tuple[str, str | None]] = []
    if line.split(" ", 1)[0] in KEY_TYPES:
        return found, line
    place = 0
    while True:
        option = _OPTION.match(line, place)
        if option is None:
            raise ValueError(
                f"must begin with one of {', '.join(KEY_TYPES)}, or with options of sshd(8): {_NEXT_STEP}"
            )
        found.append(_option(option["name"].lower(), option["value"]))
        place = option.end()
        if option["end"] != ",":
            return found, line[place:]


def _option(name: str, value: str | None) -> tuple[str, str | None]:
    if name not in (WITH_VALUE if value is not None else FLAGS):
        if name in WITH_VALUE:
            raise ValueError(f'the option {name} needs a value: {name}="…"')
        raise ValueError(f"must begin with a key or its options: {name} is none of {', '.join(ALL_OPTIONS)}")
    return name, value


def _public_key(line: str) -> str:
    if "PRIVATE KEY" in line:
        raise ValueError(f"is a private key, which must stay where it was made: {_NEXT_STEP}")
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in line):  # noqa: PLR2004  ASCII controls
        raise ValueError(f"must be one line: {_NEXT_STEP}")
    key = without_options(line)
    kind = key.split(" ", 1)[0]
    if kind not in KEY_TYPES:
        raise ValueError(f"must begin with one of {', '.join(KEY_TYPES)}: {_NEXT_STEP}")
    fields = key_fields(key)
    if not fields or fields[0].decode("ascii", "replace") != kind:
        raise ValueError(f"does not hold the kind of key that it begins with: {_NEXT_STEP}")
    if kind == "ssh-rsa" and (bits := int.from_bytes(fields[-1], "big").bit_length()) < RSA_BITS_AT_LEAST:
        raise ValueError(f"has {bits} bits, RSA needs {RSA_BITS_AT_LEAST}: ssh-keygen -t ed25519")
    return line


PublicKey = Annotated[str, Field(max_length=8192), AfterValidator(_public_key)]
