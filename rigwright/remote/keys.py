"""Which keys log in, and in which order: as OpenSSH does it, with the agent, and never with a prompt."""

from __future__ import annotations

import base64
import contextlib
import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import paramiko
from paramiko.agent import AgentKey, AgentSSH

from rigwright.remote.route import DEFAULT_KEYS, Route

AGENT_TIMEOUT_SECONDS = 30
"""An agent may wait for a person to confirm, or for a token to be touched."""

_MAGIC = b"openssh-key-v1\0"


class LockedKeyError(paramiko.PasswordRequiredException):
    """No key was accepted, and one could not be tried: it has a passphrase, and no agent holds it."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} has a passphrase, and no agent holds it")
        self.path = path


@dataclass(frozen=True)
class Keys:
    """The keys of a way to a host, as paramiko's authentication strategy.

    Keys in the agent come first: those that are named, then all others. Then come the files.
    """

    route: Route

    def to_json(self) -> str:
        """For ``pyinfra INVENTORY debug-inventory``."""
        return "the keys of the way"

    def authenticate(self, transport: paramiko.Transport) -> None:
        """Log in with the first key that the host accepts.

        Raises:
            paramiko.AuthenticationException: It accepts none.
        """
        locked: list[str] = []
        tried = 0
        with held(self.route.agent) as agent:
            for key in self._candidates(agent, locked):
                tried += 1
                if _accepted(transport, self.route.user, key):
                    return
                if not transport.is_active():
                    raise paramiko.AuthenticationException(
                        f"it hung up after {tried} of your keys; name the right one with key= in the "
                        "inventory, or with IdentityFile and IdentitiesOnly in ssh_config"
                    )
        if locked:
            raise LockedKeyError(locked[0])
        raise paramiko.AuthenticationException("" if tried else "there is no key of yours to offer")

    def _candidates(self, agent: Mapping[bytes, AgentKey], locked: list[str]) -> Iterator[paramiko.PKey]:
        named = self.route.files or tuple(str(Path("~/.ssh").expanduser() / name) for name in DEFAULT_KEYS)
        blobs = [blob for path in named if (blob := public_blob(path))]
        yield from (agent[blob] for blob in blobs if blob in agent)
        if not self.route.only:
            yield from (key for blob, key in agent.items() if blob not in blobs)
        for path in named:
            if public_blob(path) in agent or not Path(path).is_file() or path.endswith(".pub"):
                continue
            if key := _loaded(path):
                yield key
            else:
                locked.append(path)


def locked(path: str | Path) -> bool:
    """Whether the private key in this file has a passphrase."""
    return Path(path).is_file() and _loaded(str(path)) is None


def _accepted(transport: paramiko.Transport, user: str, key: paramiko.PKey) -> bool:
    try:
        transport.auth_publickey(user, key)
    except paramiko.BadAuthenticationType:
        raise
    except (paramiko.SSHException, EOFError, OSError):
        return False  # refused; or the agent does not sign with it
    return transport.is_authenticated()


def _loaded(path: str) -> paramiko.PKey | None:
    """The private key; None for one with a passphrase.

    Raises:
        paramiko.SSHException: It is not a key.
    """
    try:
        return paramiko.PKey.from_path(path)
    except (paramiko.PasswordRequiredException, TypeError):  # cryptography's TypeError: passphrase not given
        return None
    except (ValueError, OSError) as error:
        raise paramiko.SSHException(f"{path} is not a private key: {error}") from error


def public_blob(path: str) -> bytes | None:
    """The public half of a key, which needs no passphrase; None where there is none to read."""
    return _blob(path) or _blob(f"{path}.pub")


def _blob(file: str) -> bytes | None:
    try:
        text = Path(file).read_text(encoding="ascii")
        if text.startswith("-----BEGIN OPENSSH PRIVATE KEY-----"):
            return _public_part(base64.b64decode("".join(text.splitlines()[1:-1])))
        return None if text.startswith("-----") else base64.b64decode(text.split()[1])
    except (OSError, ValueError, IndexError):  # ValueError: neither ASCII nor base64
        return None


def _public_part(raw: bytes) -> bytes | None:
    """The first public key in OpenSSH's format of private keys (PROTOCOL.key)."""
    if not raw.startswith(_MAGIC):
        return None
    message = paramiko.Message(raw[len(_MAGIC) :])
    for _ in ("cipher", "key derivation", "its options"):
        message.get_string()
    message.get_int()
    return message.get_string()


@contextlib.contextmanager
def held(name: str) -> Iterator[Mapping[bytes, AgentKey]]:
    """The keys in an agent by their public half; none where there is no agent.

    Args:
        name: Its socket, or ``none``; empty: that of the environment.
    """
    path = name or os.environ.get("SSH_AUTH_SOCK", "none")
    agent = AgentSSH()
    if path == "none":
        yield {}
        return
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(AGENT_TIMEOUT_SECONDS)
        try:
            connection.connect(path)
            agent._connect(connection)  # type: ignore[attr-defined]  # noqa: SLF001  paramiko's own path is the environment's
        except (OSError, paramiko.SSHException):
            yield {}
            return
        yield {key.blob: key for key in agent.get_keys()}
