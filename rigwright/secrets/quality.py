"""What a good secret is: how one is made, and which ones are refused."""

from __future__ import annotations

import re
import secrets as random
import string
from typing import Literal, get_args

from rigwright.errors import RigError
from rigwright.secrets.value import Secret

Kind = Literal["password", "session", "token", "file"]
"""``password``: for a managed service. ``session``: a key that signs or encrypts sessions.
``token``: issued by an external service. ``file``: a key or certificate, many lines or binary."""

KINDS: tuple[Kind, ...] = get_args(Kind)

PASSWORD_CHARACTERS = 32
"""Letters and digits: 190 bits, and no character that a URL, SQL or a shell must quote."""

SESSION_BYTES = 64
"""The block size of HMAC-SHA-256, above which a longer key is hashed first (RFC 2104, section 2)."""

MINIMUM_CHARACTERS: dict[Kind, int] = {"password": 16, "session": SESSION_BYTES, "token": 8, "file": 1}

DISTINCT_CHARACTERS = 6
"""Fewer are a pattern: 16 random letters and digits have fewer than 6 kinds once in 10^10 times."""

DEFAULTS = (
    *("changeme", "changeit", "password", "passwort", "passw0rd", "p@ssword", "p@ssw0rd", "passwd"),
    *("letmein", "welcome", "default", "secret", "example", "admin", "root", "guest", "test", "user"),
    *("postgres", "redis", "docker", "grafana", "prometheus", "iloveyou", "monkey", "dragon", "correcthorse"),
    *("1234567890", "0123456789", "123456789", "12345678", "87654321", "123456", "qwertyuiop", "qwertz"),
    *("qwerty", "asdfgh", "zxcvbn", "abcdefghijklmnopqrstuvwxyz", "abcdefgh", "abcdef", "deadbeef"),
)

REST_CHARACTERS = 8
"""What must remain of a password when all defaults are struck out of it."""


def password() -> str:
    """A new random password of 32 letters and digits."""
    return "".join(random.choice(string.ascii_letters + string.digits) for _ in range(PASSWORD_CHARACTERS))


def session_secret() -> str:
    """64 new random bytes as base64url without padding (86 characters)."""
    return random.token_urlsafe(SESSION_BYTES)


def generate(name: str, kind: Kind) -> Secret:
    """A new secret.

    Raises:
        RigError: This kind cannot be generated here.
    """
    if kind == "password":
        return Secret(name, password())
    if kind == "session":
        return Secret(name, session_secret())
    raise RigError(
        f"a {kind} cannot be generated here; its issuer must make a new one",
        setting=name,
        next_step=f"get the new value and store it: rig secret set INVENTORY {name} --kind {kind}",
    )


def weakness(secret: Secret, kind: Kind) -> str | None:
    """Why the secret must not be used, without showing it; None when it may."""
    if not secret.reveal_bytes().strip():
        return "it is empty"
    if kind == "file":
        return None
    if _binary(secret):
        return "it has control characters or several lines; store it with --kind file"
    if len(secret.reveal()) < MINIMUM_CHARACTERS[kind]:
        return f"it is too short: a {kind} has at least {MINIMUM_CHARACTERS[kind]} characters"
    if _letters(secret.name) == _letters(secret.reveal()):
        return "it is its own name"
    return _pattern(secret)


def _binary(secret: Secret) -> bool:
    try:
        return not secret.reveal().isprintable()
    except RigError:
        return True


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


def _pattern(secret: Secret) -> str | None:
    distinct = len(set(secret.reveal()))
    if distinct < min(DISTINCT_CHARACTERS, len(secret.reveal()) // 2 + 1):
        return "it repeats a few characters"
    # A text that is found inside its own double before the end is a shorter text repeated.
    if (secret.reveal() * 2).find(secret.reveal(), 1) < len(secret.reveal()):
        return "it repeats a shorter text"
    known = sorted({*map(_letters, DEFAULTS), _letters(secret.name)}, key=len, reverse=True)
    rest = re.sub("|".join(map(re.escape, filter(None, known))), "", _letters(secret.reveal()))
    if rest != _letters(secret.reveal()) and len(rest) < REST_CHARACTERS:
        return "it is a well-known default with a few characters around it"
    return None
