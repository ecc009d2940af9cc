"""Algorithms that sshd may offer: strong ones only, and never a list that the toolkit does not support.

The choice is that of Mozilla's guideline for OpenSSH ("modern") and of ssh-audit's hardening guides:
key exchange on Curve25519 alone or joined with a post-quantum method, or a 4096-bit group with SHA-2;
authenticated ciphers, or AES in counter mode with an encrypt-then-MAC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rigwright.settings.platform import Os

KeyExchange = Literal[
    "mlkem768x25519-sha256",
    "sntrup761x25519-sha512@openssh.com",
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "diffie-hellman-group16-sha512",
]
Cipher = Literal[
    "chacha20-poly1305@openssh.com",
    "aes256-gcm@openssh.com",
    "aes128-gcm@openssh.com",
    "aes256-ctr",
    "aes192-ctr",
    "aes128-ctr",
]
Mac = Literal[
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "umac-128-etm@openssh.com",
]

# What paramiko 4 supports of these; a unit test compares them with the installed paramiko.
TOOLKIT_KEY_EXCHANGES = frozenset({"curve25519-sha256@libssh.org", "diffie-hellman-group16-sha512"})
TOOLKIT_CIPHERS = frozenset(
    {"aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-ctr"}
)
TOOLKIT_MACS = frozenset({"hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com"})


@dataclass(frozen=True)
class Versions:
    """The OpenSSH that the files are rendered for."""

    openssh: tuple[int, int]

    @property
    def prefixes(self) -> tuple[tuple[str, str], ...]:
        """Package and the upstream version prefix that must be installed."""
        return (("openssh-server", ".".join(map(str, self.openssh))),)

    @property
    def unknown(self) -> frozenset[str]:
        """Algorithms of this module that it does not know: ``mlkem768x25519-sha256`` came with 9.9."""
        return frozenset() if self.openssh >= (9, 9) else frozenset({"mlkem768x25519-sha256"})

    @property
    def penalties(self) -> bool:
        """``PerSourcePenalties`` came with 9.8: an address that keeps failing is refused for a while."""
        return self.openssh >= (9, 8)


VERSIONS: Mapping[Os, Versions] = {
    "debian12": Versions(openssh=(9, 2)),
    "debian13": Versions(openssh=(10, 0)),
    "ubuntu2204": Versions(openssh=(8, 9)),
    "ubuntu2404": Versions(openssh=(9, 6)),
}
