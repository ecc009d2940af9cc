"""SHA-512 crypt (https://www.akkadia.org/drepper/SHA-crypt.txt), as every system's crypt(3) checks it.

Python's own module is gone since 3.13, and an operator's macOS never had this method.
"""

from __future__ import annotations

import hashlib
from functools import cache

from rigwright.secrets.value import Secret

ROUNDS = 5000
"""crypt(5)'s default. nginx computes it for each request within its event loop, so it must be quick: the
passwords are long, and more rounds would let anybody who sends wrong ones stop the server."""
ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SALT_LETTERS = 16
DIGEST_BYTES = 64


@cache
def hashed(user: str, password: Secret) -> str:
    """The same hash for the same user and password, so that a second apply changes nothing.

    The salt comes from the password by a slow derivation, and differs from user to user.
    """
    secret = password.reveal_bytes()
    made = hashlib.pbkdf2_hmac("sha256", secret, b"rigwright nginx user " + user.encode(), 4 * ROUNDS)
    salt = "".join(ALPHABET[byte % len(ALPHABET)] for byte in made[:SALT_LETTERS])
    return f"$6${salt}${crypt(secret, salt.encode())}"


def crypt(password: bytes, salt: bytes) -> str:
    """The digest of the steps 1 to 22 of the method, in the letters that the C library writes."""
    alternate = hashlib.sha512(password + salt + password).digest()
    first = hashlib.sha512(password + salt + _repeated(alternate, len(password)))
    length = len(password)
    while length:
        first.update(alternate if length & 1 else password)
        length >>= 1
    digest = first.digest()
    of_password = _repeated(hashlib.sha512(password * len(password)).digest(), len(password))
    of_salt = _repeated(hashlib.sha512(salt * (16 + digest[0])).digest(), len(salt))
    for round_ in range(ROUNDS):
        step = of_password if round_ & 1 else digest
        step += of_salt if round_ % 3 else b""
        step += of_password if round_ % 7 else b""
        step += digest if round_ & 1 else of_password
        digest = hashlib.sha512(step).digest()
    return _letters(digest)


def _repeated(block: bytes, length: int) -> bytes:
    return (block * (length // len(block) + 1))[:length]


def _letters(digest: bytes) -> str:
    """Three bytes become four letters, in the order that the method lists."""
    text = ""
    one, two, three = 0, 21, 42
    for _ in range(DIGEST_BYTES // 3):
        text += _group(digest[one] << 16 | digest[two] << 8 | digest[three], 4)
        one, two, three = two + 1, three + 1, one + 1
    return text + _group(digest[63], 2)


def _group(value: int, letters: int) -> str:
    return "".join(ALPHABET[value >> 6 * place & 0x3F] for place in range(letters))
