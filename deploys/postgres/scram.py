"""SCRAM-SHA-256 verifiers (RFC 5802, RFC 7677), as PostgreSQL keeps them: no password reaches a host."""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import cache

from rigwright.secrets.value import Secret

ITERATIONS = 4096  # PostgreSQL's own, and RFC 7677's least
SALT_BYTES = 16


@cache
def verifier(role: str, password: Secret) -> str:
    """The same verifier for the same role and password, so that a second apply changes nothing.

    A verifier with a random salt would differ each time. The salt comes from the password
    itself, by a derivation as slow as the one that it salts: to guess a password from it costs as much as
    from the verifier. It differs from role to role.
    """
    secret = password.reveal_bytes()
    salt = hashlib.pbkdf2_hmac("sha256", secret, b"rigwright postgres role " + role.encode(), ITERATIONS)
    return from_salt(secret, salt[:SALT_BYTES], ITERATIONS)


def revision(kept: str) -> str:
    """Four hexadecimal digits that show a changed verifier, and reveal nothing of use about it: 16 bits."""
    return hashlib.sha256(kept.encode()).hexdigest()[:4]


def from_salt(password: bytes, salt: bytes, iterations: int) -> str:
    """The verifier of a password that SASLprep leaves as it is, which letters and digits are."""
    salted = hashlib.pbkdf2_hmac("sha256", password, salt, iterations)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    stored = hashlib.sha256(client_key).digest()
    shown = [base64.b64encode(part).decode() for part in (salt, stored, server_key)]
    return f"SCRAM-SHA-256${iterations}:{shown[0]}${shown[1]}:{shown[2]}"
