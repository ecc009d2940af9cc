"""Domain names with letters beyond ASCII, in the form in which DNS and certificates have them (RFC 5891)."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import BeforeValidator

from rigwright.settings.base import Domain

ACE = "xn--"
LETTERS = ("Ll", "Lo", "Lm", "Mn", "Mc", "Nd")
"""Categories of Unicode that a label may have (RFC 5892), capitals made small: no signs, no blanks."""


def _ascii_label(label: str) -> str:
    plain = unicodedata.normalize("NFC", label.lower())
    if plain.isascii():
        return plain
    wrong = [letter for letter in plain if letter != "-" and unicodedata.category(letter) not in LETTERS]
    if wrong or unicodedata.category(plain[0]).startswith("M"):
        raise ValueError(f"{label}: {wrong[0] if wrong else plain[0]} may not stand there in a domain name")
    return ACE + plain.encode("punycode").decode()


def to_ascii(value: object) -> object:
    """``bücher.example`` as ``xn--bcher-kva.example``; what is ASCII stays as it is."""
    if not isinstance(value, str) or value.isascii():
        return value
    return ".".join(_ascii_label(label) for label in value.split("."))


def readable(domain: str) -> str:
    """The name as people write it; one that is no such name stays as it is."""
    labels = []
    for label in domain.split("."):
        try:
            found = label[len(ACE) :].encode().decode("punycode") if label.startswith(ACE) else label
        except ValueError:
            found = label
        labels.append(found if found == label or _ascii(found) == label else label)
    return ".".join(labels)


def _ascii(label: str) -> str | None:
    try:
        return _ascii_label(label)
    except (ValueError, IndexError):
        return None


SiteDomain = Annotated[Domain, BeforeValidator(to_ascii)]
