"""Where the server's certificate comes from."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from rigwright.secrets.value import Secret
from rigwright.settings.armoured import Certificates
from rigwright.settings.base import Domain, Many, Settings


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

    certificate: Certificates
    """The certificate and then its intermediates, as PEM text or the path of a file in the repository."""

    key: Secret
    """Its private key in PEM form, from the secret store."""


ServerCertificate = OwnCertificate | CertificateFiles
