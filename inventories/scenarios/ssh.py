"""ssh with every setting changed."""

from __future__ import annotations

from deploys.ssh.settings import SshSettings
from rigwright.settings.platform import Os


def everything(os: Os) -> SshSettings:  # noqa: ARG001  every platform has all of it
    """A second port, one account alone besides root, and a short list of algorithms."""
    return SshSettings(
        ports=[22, 2222],
        listen_addresses=["::", "0.0.0.0"],  # noqa: S104  the lab host is reached from outside
        allowed_users=["operator", "root"],
        allowed_groups=["operator", "root"],
        root_login="key",
        max_auth_tries=3,
        login_grace_seconds=20,
        max_sessions=20,
        max_pending_logins=100,
        client_alive_seconds=30,
        tcp_forwarding="no",
        agent_forwarding=True,
        log_level="INFO",
        key_exchanges=["curve25519-sha256", "curve25519-sha256@libssh.org"],
        ciphers=["aes256-gcm@openssh.com", "aes256-ctr"],
        host_keys=["ed25519", "rsa"],
        banner="Authorised users only.\nEvery login is recorded.",
        macs=["hmac-sha2-512-etm@openssh.com"],
    )
