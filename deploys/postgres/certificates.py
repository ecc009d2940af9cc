"""Where the server's certificate comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field

from rigwright.render import TEMPLATES
from rigwright.secrets.value import Secret
from rigwright.settings import Domain, Many, Settings

REPOSITORY = TEMPLATES.parent
BEGIN_CERTIFICATE = "-----BEGIN CERTIFICATE-----"


def _pem(value: object) -> object:
    """The text itself, or the content of the file that it names."""
    if not isinstance(value, str) or BEGIN_CERTIFICATE in value:
        return value
    try:
        return (REPOSITORY / Path(value)).read_text(encoding="ascii")
    except (OSError, ValueError):
        raise ValueError("is neither PEM text nor a file, as seen from the repository's root") from None


def _certificates_only(value: str) -> str:
    if BEGIN_CERTIFICATE not in value:
        raise ValueError("holds no certificate in PEM form")
    if "PRIVATE KEY" in value:
        raise ValueError("holds a private key: move it to the secret store, and rotate it")
    return value


class OwnCertificate(Settings):
    """The host makes its own certificate, which clients pin. The key never leaves the host.

    It is made anew when its names change and when a third of its lifetime is left.
    """

    source: ClassVar[str] = "own"

    names: Annotated[Many[Domain], Field(min_length=1)] = ("localhost",)
    """Names that clients connect to."""

    lifetime_days: Annotated[int, Field(ge=3, le=3650)] = 365
    """Days that a new certificate is valid for."""


class CertificateFiles(Settings):
    """A certificate that was bought or made elsewhere. Its renewal is the operator's."""

    source: ClassVar[str] = "files"

    certificate: Annotated[str, BeforeValidator(_pem), AfterValidator(_certificates_only)]
    """The certificate and then its intermediates, as PEM text or the path of a file in the repository."""

    key: Secret
    """Its private key in PEM form, from the secret store."""


ServerCertificate = OwnCertificate | CertificateFiles
