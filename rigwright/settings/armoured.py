"""A public key or certificates in a setting: the armoured text, or a file of the repository that holds it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from rigwright.settings.text_or_file import text_or_file

BEGIN_KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
BEGIN_CERTIFICATE = "-----BEGIN CERTIFICATE-----"


def _public(value: str) -> str:
    if BEGIN_KEY not in value:
        raise ValueError("holds no OpenPGP public key in ASCII armour")
    return value


def _certificates_only(value: str) -> str:
    if BEGIN_CERTIFICATE not in value:
        raise ValueError("holds no certificate in PEM form")
    if "PRIVATE KEY" in value:
        raise ValueError("holds a private key: move it to the secret store, and rotate it")
    return value


PublicKey = Annotated[
    str,
    BeforeValidator(text_or_file(BEGIN_KEY, "an armoured key", "ascii")),
    AfterValidator(_public),
]
Certificates = Annotated[
    str,
    BeforeValidator(text_or_file(BEGIN_CERTIFICATE, "PEM text", "ascii")),
    AfterValidator(_certificates_only),
]
SourceUri = r"^(https?|file)://[A-Za-z0-9./_:~-]*$"
"""What an apt source's address looks like."""
