"""An OpenPGP public key in a setting: its armoured text, or a file of the repository that holds it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from rigwright.render import TEMPLATES

BEGIN_KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----"


def _armoured(value: object) -> object:
    """The text itself, or the content of the file that it names."""
    if not isinstance(value, str) or BEGIN_KEY in value:
        return value
    try:
        return (TEMPLATES.parent / Path(value)).read_text(encoding="ascii")
    except (OSError, ValueError):
        raise ValueError(
            "is neither an armoured key nor a file, as seen from the repository's root"
        ) from None


def _public(value: str) -> str:
    if BEGIN_KEY not in value:
        raise ValueError("holds no OpenPGP public key in ASCII armour")
    return value


PublicKey = Annotated[str, BeforeValidator(_armoured), AfterValidator(_public)]
SourceUri = r"^(https?|file)://[A-Za-z0-9./_:~-]*$"
"""What an apt source's address looks like."""
