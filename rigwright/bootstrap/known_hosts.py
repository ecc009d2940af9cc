"""Host keys: what a host offers, what is pinned for it, and whether both are the same.

The file has OpenSSH's format (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
"""

from __future__ import annotations

import base64
import hashlib
import socket
from collections.abc import Sequence
from pathlib import Path

import paramiko
from paramiko.hostkeys import HostKeys

from rigwright.atomic import locked, replace
from rigwright.errors import RigError
from rigwright.remote.route import Route

TIMEOUT_SECONDS = 10
BEST = ("ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256")
"""Signature algorithms, in the order in which a host's key is requested."""

SECOND = ("ecdsa-sha2-nistp256",)
"""The other key that may be pinned. Not RSA: paramiko cannot insist on it where there is a better one."""

FILE_NAMES = {"ssh-ed25519": "ed25519", "ssh-rsa": "rsa"}


def host_name(address: str, port: int) -> str:
    """The name under which the file knows the host: ``address``, or ``[address]:port`` off port 22."""
    return address if port == 22 else f"[{address}]:{port}"  # noqa: PLR2004  SSH's port


def fingerprint(key: paramiko.PKey) -> str:
    """``SHA256:…`` as ``ssh-keygen -l`` shows it."""
    digest = hashlib.sha256(key.asbytes()).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def console_command(key: paramiko.PKey) -> str:
    """The command that shows the key's fingerprint at the host's own console."""
    return f"ssh-keygen -lf /etc/ssh/ssh_host_{FILE_NAMES.get(key.get_name(), 'ecdsa')}_key.pub"


def pinned(path: Path, name: str) -> list[paramiko.PKey]:
    """The keys that the file has for this name."""
    if not path.exists():
        return []
    found = HostKeys(str(path)).lookup(name)
    return list(found.values()) if found else []


def offered(route: Route, types: Sequence[str]) -> paramiko.PKey | None:
    """The key of one of these types that the host proves to have; None if it has none.

    Raises:
        RigError: No SSH server responds there.
    """
    try:
        with (
            route.connect() as connection,
            paramiko.Transport(connection) as transport,
        ):
            return _negotiated(transport, types)
    except (OSError, EOFError, paramiko.SSHException) as error:
        raise unreachable(route.address, route.port, error) from error


def _negotiated(transport: paramiko.Transport, types: Sequence[str]) -> paramiko.PKey | None:
    transport.get_security_options().key_types = tuple(types)
    try:
        transport.start_client(timeout=TIMEOUT_SECONDS)
        return transport.get_remote_server_key()
    except (OSError, EOFError, paramiko.SSHException):
        # A server that introduced itself and then hung up has no key of these types.
        if transport.remote_version:
            return None
        raise


def unreachable(address: str, port: int, error: Exception) -> RigError:
    """The error for a host where no SSH server responds."""
    if isinstance(error, socket.gaierror):
        return RigError(
            f"its name cannot be resolved: {error.strerror}",
            host=address,
            next_step="check its spelling, or give its address",
        )
    return RigError(
        f"no SSH server responds on port {port}: {error or type(error).__name__}",
        host=address,
        next_step="check that the host is up, openssh-server installed, address and port right. After "
        "failed logins sshd blocks an address for some time (PerSourcePenalties): wait a minute, run again",
    )


def changed(address: str, port: int, file: Path) -> RigError:
    """The error for a host that has another key than is pinned, or than was given as its fingerprint."""
    name = host_name(address, port)
    keys = ", ".join(map(fingerprint, pinned(file, name)))
    return RigError(
        f"the host does not have the key that is pinned for it ({keys}): it was installed anew, "
        "or another machine responds in its place. Nothing was changed",
        host=name,
        file=str(file),
        next_step=f"if you know it was installed anew: ssh-keygen -R '{name}' -f {file}, then run again",
    )


def pin(file: Path, name: str, key: paramiko.PKey) -> None:
    """Add the key to the file, which keeps all other lines as they are."""
    with locked(file.parent):
        before = file.read_bytes() if file.exists() else b""
        if before and not before.endswith(b"\n"):
            before += b"\n"
        line = f"{name} {key.get_name()} {key.get_base64()}\n"
        replace(file, before + line.encode(), mode=0o644)
