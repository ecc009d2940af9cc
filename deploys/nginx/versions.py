"""Which nginx and OpenSSL each operating system packages, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rigwright.settings.platform import Os


@dataclass(frozen=True)
class Versions:
    """Upstream versions that the files are rendered for."""

    nginx: tuple[int, int]
    openssl: tuple[int, int]

    @property
    def prefixes(self) -> tuple[tuple[str, str], ...]:
        """Package and the upstream version prefix that must be installed."""
        return (
            ("nginx", ".".join(map(str, self.nginx))),
            ("openssl", ".".join(map(str, self.openssl))),
        )

    @property
    def http2_directive(self) -> bool:
        """``http2 on`` came with 1.25.1; before it HTTP/2 is a parameter of ``listen``."""
        return self.nginx >= (1, 25)

    @property
    def http3(self) -> bool:
        """``listen … quic`` came with 1.25.0."""
        return self.nginx >= (1, 25)

    @property
    def brotli(self) -> bool:
        """Debian and Ubuntu package the module since their nginx 1.22."""
        return self.nginx >= (1, 22)

    @property
    def rejects_handshakes(self) -> bool:
        """``ssl_reject_handshake`` came with 1.19.4."""
        return self.nginx >= (1, 20)

    @property
    def rotates_ticket_keys(self) -> bool:
        """Session tickets are forward secret only where keys rotate: from 1.23.2."""
        return self.nginx >= (1, 24)

    @property
    def ecdh_curves(self) -> str:
        """Curves of Mozilla's guideline 6.0; the post-quantum one needs OpenSSL 3.5.

        The ``?`` lets OpenSSL pass over a curve that it does not know, where it would refuse all.
        """
        classical = "X25519:prime256v1:secp384r1"
        return f"?X25519MLKEM768:{classical}" if self.openssl >= (3, 5) else classical


VERSIONS: Mapping[Os, Versions] = {
    "debian12": Versions(nginx=(1, 22), openssl=(3, 0)),
    "debian13": Versions(nginx=(1, 26), openssl=(3, 5)),
    "ubuntu2204": Versions(nginx=(1, 18), openssl=(3, 0)),
    "ubuntu2404": Versions(nginx=(1, 24), openssl=(3, 0)),
}
