"""The age file format (https://age-encryption.org/v1), by pyrage, which ships no types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NewType, cast

import pyrage  # type: ignore[import-untyped]

Identity = NewType("Identity", object)
"""A secret key. Its ``repr`` shows nothing of it."""

IDENTITY_PREFIX = "AGE-SECRET-KEY-"


class NotForUsError(Exception):
    """None of the identities is among those that the content is encrypted for."""


class DamagedError(Exception):
    """The content is no age file, or was changed since it was encrypted."""


def new_identity() -> Identity:
    """A new random identity."""
    return Identity(pyrage.x25519.Identity.generate())


def identities(text: str) -> list[Identity]:
    """The identities in the text of an identity file; none when a line of it is malformed."""
    lines = [line.strip() for line in text.splitlines()]
    try:
        return [
            Identity(pyrage.x25519.Identity.from_str(line))
            for line in lines
            if line.startswith(IDENTITY_PREFIX)
        ]
    except pyrage.IdentityError:
        return []


def public_key(identity: Identity) -> str:
    """The ``age1…`` key that others encrypt for."""
    return str(identity.to_public())  # type: ignore[attr-defined]


def encrypt(content: bytes, public_keys: Sequence[str], *, armored: bool = True) -> bytes:
    """The content as an age file for these keys, each of which was checked before.

    Armored it is text, and a third larger.
    """
    recipients = [pyrage.x25519.Recipient.from_str(key) for key in public_keys]
    return cast("bytes", pyrage.encrypt(content, recipients, armored=armored))


def decrypt(content: bytes, keys: Sequence[Identity]) -> bytes:
    """The content of an age file.

    Raises:
        NotForUsError: It is encrypted for none of these identities.
        DamagedError: The content was changed, cut short, or is something else.
    """
    try:
        return cast("bytes", pyrage.decrypt(content, keys))
    except pyrage.DecryptError as error:
        reason = str(error)
    raise NotForUsError if "No matching keys" in reason else DamagedError(reason)
