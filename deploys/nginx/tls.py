"""Mozilla's guideline 6.0 (https://ssl-config.mozilla.org), without what depends on versions."""

from __future__ import annotations

from dataclasses import dataclass

from deploys.nginx.settings import NginxSettings
from deploys.nginx.versions import Versions
from rigwright.desired import Desired
from rigwright.desired.render import render_file

# ECDSA first: it is what ACME clients issue by default. None is without forward secrecy.
INTERMEDIATE_CIPHERS = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
)


@dataclass(frozen=True)
class Tls:
    """Protocols and ciphers of a profile."""

    nginx: NginxSettings

    @property
    def protocols(self) -> str:
        """The arguments of ``ssl_protocols``."""
        return "TLSv1.3" if self.nginx.tls_profile == "modern" else "TLSv1.2 TLSv1.3"

    @property
    def ciphers(self) -> str | None:
        """Ciphers of TLS 1.2; those of 1.3 are all good."""
        return None if self.nginx.tls_profile == "modern" else ":".join(INTERMEDIATE_CIPHERS)


def tls(settings: NginxSettings, versions: Versions) -> Desired:
    """TLS of every site."""
    path = "nginx/etc/nginx/conf.d/tls.conf.j2"
    return Desired("nginx", files=(render_file(path, nginx=settings, versions=versions, tls=Tls(settings)),))
