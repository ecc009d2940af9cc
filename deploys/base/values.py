"""Types of single values. None of them lets through what a shell or a configuration file reads as syntax."""

from __future__ import annotations

import base64
import binascii
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


def _public_key(line: str) -> str:
    if "PRIVATE KEY" in line:
        raise ValueError(f"is a private key, which must stay where it was made: {_NEXT_STEP}")
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in line):  # noqa: PLR2004  ASCII controls
        raise ValueError(f"must be one line: {_NEXT_STEP}")
    kind = line.split(" ", 1)[0]
    if kind not in KEY_TYPES:
        raise ValueError(f"must begin with one of {', '.join(KEY_TYPES)}: {_NEXT_STEP}")
    fields = key_fields(line)
    if not fields or fields[0].decode("ascii", "replace") != kind:
        raise ValueError(f"does not hold the kind of key that it begins with: {_NEXT_STEP}")
    if kind == "ssh-rsa" and (bits := int.from_bytes(fields[-1], "big").bit_length()) < RSA_BITS_AT_LEAST:
        raise ValueError(f"has {bits} bits, RSA needs {RSA_BITS_AT_LEAST}: ssh-keygen -t ed25519")
    return line


UserName = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_-]{0,31}$")]
PublicKey = Annotated[str, Field(max_length=8192), AfterValidator(_public_key)]
AbsolutePath = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9._+-]+)+$")]
SudoCommand = Annotated[
    str, Field(pattern=r"^(ALL|(/[A-Za-z0-9._@+-]+)+( [A-Za-z0-9/._@+=:,-]+)*)$", max_length=1024)
]
TimeZone = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$")]
Locale = Annotated[str, Field(pattern=r"^(C|[a-z]{2,3}_[A-Z]{2})\.UTF-8$")]
KernelSetting = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[A-Za-z0-9_/-]+)+$")]
KernelValue = int | Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:,/|%-]+( [A-Za-z0-9_.:,/|%-]+)*$")]
PackagePattern = Annotated[str, Field(pattern=r"^[a-z0-9][A-Za-z0-9.+*?()|\[\]-]*\$?$")]
PackageName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.+-]+$")]
ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
