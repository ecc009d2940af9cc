"""Where a site's certificate comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field

from deploys.nginx.values import Email, Url
from rigwright.render import TEMPLATES
from rigwright.secrets.value import Secret
from rigwright.settings import Settings

REPOSITORY = TEMPLATES.parent
BEGIN_CERTIFICATE = "-----BEGIN CERTIFICATE-----"
LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"


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


Certificates = Annotated[str, BeforeValidator(_pem), AfterValidator(_certificates_only)]


class SelfSigned(Settings):
    """The host makes its own certificate, which browsers warn about. The key never leaves the host.

    It is made anew when the site's domains change and when a third of its lifetime is left.
    """

    source: ClassVar[str] = "self_signed"

    lifetime_days: Annotated[int, Field(ge=3, le=3650)] = 365
    """Days that a new certificate is valid for."""


class FromFiles(Settings):
    """A certificate that was bought or made elsewhere. Its renewal is the operator's."""

    source: ClassVar[str] = "files"

    certificate: Certificates
    """The certificate and then its intermediates, as PEM text or the path of a file in the repository."""

    key: Secret
    """Its private key in PEM form, from the secret store."""


class Acme(Settings):
    """A certificate from an ACME authority by HTTP-01 through port 80, ECDSA, renewed by certbot.

    A self-signed one serves until the first is issued.
    """

    source: ClassVar[str] = "acme"

    email: Email
    """Where the authority reaches the operator."""

    directory_url: Url = LETS_ENCRYPT
    """The authority's directory; Let's Encrypt by default."""

    ca_bundle: Certificates | None = None
    """Certificates by which a private authority's own HTTPS is trusted, as PEM text or a file of the
    repository. None trusts the system's authorities."""


Certificate = SelfSigned | FromFiles | Acme
