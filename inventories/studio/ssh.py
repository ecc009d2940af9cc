"""Who may log in to the reference host, and how."""

from deploys.ssh.settings import SshSettings

ssh = SshSettings(
    ports=[22],
    listen_addresses=["0.0.0.0", "::"],  # noqa: S104  the firewall decides who reaches it
    allowed_users=["operator"],  # empty: every account that has an authorized key
    allowed_groups=[],  # members alone; with allowed_users too, one must be in both
    root_login="no",  # key: root may log in with one
    max_auth_tries=4,  # keys or attempts of one connection
    login_grace_seconds=30,  # for logging in
    max_sessions=10,  # of one connection
    max_pending_logins=60,  # connections that have not logged in yet
    client_alive_seconds=60,  # a client that misses three of these is gone
    tcp_forwarding="local",  # tunnels to dashboards on the host's loopback; no, or yes for any
    agent_forwarding=False,  # True: root of this host can use the keys of users who are logged in
    log_level="VERBOSE",  # with the key that was used; INFO without
    host_keys=[],  # empty: all that it has; ["ed25519", "rsa"] leaves ecdsa out
    banner=None,  # or a text that every client is shown before it logs in
    key_exchanges=[],  # empty: the strong ones that the host's OpenSSH knows
    ciphers=[],
    macs=[],
)
