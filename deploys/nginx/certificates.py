"""Where a site's certificate comes from."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from deploys.nginx.values import Email, FilePath, LineageName, Url
from rigwright.secrets.value import Secret
from rigwright.settings.addresses import Address
from rigwright.settings.armoured import Certificates
from rigwright.settings.base import Port, Settings

LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"


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


class DnsUpdate(Settings):
    """A name server that takes updates of the domains' zones, signed by a key (RFC 2136, RFC 8945)."""

    server: Address
    """Its address."""

    port: Port = 53
    """UDP port of the updates."""

    key_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$")]
    """Name of the key. Best it may change the records ``_acme-challenge`` and nothing else."""

    key: Secret
    """The key in Base64, from the secret store."""

    algorithm: Literal["HMAC-SHA256", "HMAC-SHA384", "HMAC-SHA512"] = "HMAC-SHA256"
    """How updates are signed with it."""

    propagation_seconds: Annotated[int, Field(ge=1, le=3600)] = 60
    """How long the authority waits until every name server of the zone has the record."""

    @field_validator("key")
    @classmethod
    def _is_base64(cls, value: Secret) -> Secret:
        try:
            base64.b64decode(value.reveal_bytes(), validate=True)
        except binascii.Error:
            raise ValueError("is no Base64: take the secret of tsig-keygen") from None
        return value


class Acme(Settings):
    """A certificate from an ACME authority, ECDSA, renewed by certbot.

    The authority asks by HTTP-01 through port 80, or with ``dns`` by DNS-01.

    A self-signed one serves until the first is issued.
    """

    source: ClassVar[str] = "acme"

    email: Email
    """Where the authority reaches the operator."""

    directory_url: Url = LETS_ENCRYPT
    """The authority's directory; Let's Encrypt by default."""

    dns: DnsUpdate | None = None
    """Prove the domains by DNS, wildcards too, without being reached from the internet; None: by HTTP."""

    ca_bundle: Certificates | None = None
    """Certificates by which a private authority's own HTTPS is trusted, as PEM text or a file of the
    repository. None trusts the system's authorities."""


class Lineage(Settings):
    """A certificate that certbot has on the host already, where it is; whatever renews it goes on doing so.

    nginx is reloaded after each renewal.
    """

    source: ClassVar[str] = "lineage"

    name: LineageName
    """As ``certbot certificates`` lists it: the folder below ``/etc/letsencrypt/live``."""

    webroot: FilePath | None = None
    """Where its renewal puts proofs for HTTP-01: ``webroot_path`` of ``/etc/letsencrypt/renewal/NAME.conf``.
    None: it proves in another way, such as DNS or certbot's plugin for nginx."""

    @property
    def folder(self) -> str:
        """Where certificate and key are."""
        return f"/etc/letsencrypt/live/{self.name}"


Certificate = SelfSigned | FromFiles | Acme | Lineage
