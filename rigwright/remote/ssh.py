"""SSH as the toolkit needs it: no Nagle, strict host keys, never a prompt."""

from __future__ import annotations

import shlex
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import paramiko

from rigwright.errors import RigError
from rigwright.remote.destination import SSH_PORT

CONNECT_TIMEOUT_SECONDS = 10
DEAD_LINE_SECONDS = 30
SILENCE_SECONDS = 300
"""Longer than a query (its slowest command takes 60 s) and than waiting for another run's lock (120 s)."""
NOT_FOUND = 127
NO_STATUS = -1
"""paramiko's exit status where the connection ended before the host reported one."""


class UnpinnedHostKeyError(paramiko.SSHException):
    """The host's key is not in the file of known host keys."""


class RejectUnpinned(paramiko.MissingHostKeyPolicy):
    """Refuse a host whose key is not pinned, with an error of its own type."""

    def missing_host_key(self, client: object, hostname: str, key: object) -> None:  # noqa: ARG002  paramiko's
        """Refuse: paramiko calls it for a host that the file does not name."""
        raise UnpinnedHostKeyError(f"{hostname} is not in known_hosts")


def nodelay_transport(sock: socket.socket, **options: Any) -> paramiko.Transport:
    """A transport whose socket sends small packets at once, and notices when the host is down.

    Nagle's algorithm and delayed acknowledgement together stall every command by about 40 ms.
    Without keepalive, a run would wait for ever for a host that lost its power.
    """
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    # KEEPALIVE is macOS's name of KEEPIDLE.
    for name, value in (("KEEPIDLE", 10), ("KEEPALIVE", 10), ("KEEPINTVL", 5), ("KEEPCNT", 4)):
        if option := getattr(socket, f"TCP_{name}", None):
            sock.setsockopt(socket.IPPROTO_TCP, option, value)
    if option := getattr(socket, "TCP_USER_TIMEOUT", None):
        sock.setsockopt(socket.IPPROTO_TCP, option, DEAD_LINE_SECONDS * 1000)
    return paramiko.Transport(sock, **options)


@dataclass(frozen=True)
class Done:
    """How a remote command ended."""

    code: int
    stdout: str
    stderr: str

    def output(self, host: str) -> str:
        """What a query of this host printed.

        Raises:
            RigError: The query failed.
        """
        if self.code:
            last = (self.stderr.strip().splitlines() or ["no output"])[-1]
            raise RigError(f"could not be queried: {last}", host=host, next_step=f"rig bootstrap {host}")
        return self.stdout


def bootstrap(host: str, data: Mapping[str, Any]) -> str:
    """The command that prepares this host."""
    user = f" --user {data['ssh_user']}" if data.get("ssh_user") else ""
    port = f" --port {data['ssh_port']}" if data.get("ssh_port", SSH_PORT) != SSH_PORT else ""
    return f"rig bootstrap {data.get('ssh_hostname', host)}{user}{port}"


class Connection:
    """One connection to one host of an inventory, on which commands run as root."""

    def __init__(self, host: str, data: Mapping[str, Any]) -> None:
        """Connect.

        Args:
            host: Name in the inventory, for messages.
            data: The host's data, in pyinfra's terms (``ssh_hostname``, ``ssh_key``, …).

        Raises:
            RigError: The host is down, its key is not the pinned one, or it refuses the operator's key.
        """
        self._host = host
        self._data = data
        self._client = paramiko.SSHClient()
        self._client.set_missing_host_key_policy(RejectUnpinned())
        if known_hosts := data.get("ssh_known_hosts_file"):
            try:
                self._client.load_host_keys(str(known_hosts))
            except OSError as error:
                raise self._unprepared(f"there is no file of known host keys at {known_hosts}") from error
        else:
            self._client.load_system_host_keys()
        try:
            self._connect()
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise self._failure(error) from error

    def _connect(self) -> None:
        key = self._data.get("ssh_key")
        self._client.connect(
            self._data.get("ssh_hostname", self._host),
            port=int(self._data.get("ssh_port", SSH_PORT)),
            username=self._data.get("ssh_user"),
            key_filename=str(key) if key else None,
            allow_agent=key is None,
            look_for_keys=key is None,
            timeout=CONNECT_TIMEOUT_SECONDS,
            banner_timeout=CONNECT_TIMEOUT_SECONDS,
            auth_timeout=CONNECT_TIMEOUT_SECONDS,
            transport_factory=nodelay_transport,  # type: ignore[arg-type]  # the stub wants a protocol
        )

    def _failure(self, error: Exception) -> RigError:
        """Why there is no connection, and what to do."""
        if isinstance(error, paramiko.BadHostKeyException):
            known_hosts = self._data.get("ssh_known_hosts_file")
            return RigError(
                "the host key is not the one that was pinned: another machine, or a new installation",
                host=self._host,
                file=str(known_hosts) if known_hosts else None,
                next_step="compare the fingerprint at its console, then pin the new key with rig bootstrap",
            )
        if isinstance(error, paramiko.AuthenticationException):
            return self._unprepared("the host refuses your key")
        if isinstance(error, UnpinnedHostKeyError):
            return self._unprepared("the host key is not pinned yet")
        if isinstance(error, paramiko.SSHException):
            return RigError(f"SSH failed: {error}", host=self._host, next_step="check the host's sshd")
        return RigError(
            f"cannot be reached at {self._data.get('ssh_hostname', self._host)}: {error}",
            host=self._host,
            next_step="check that it is up, and its address",
        )

    def _unprepared(self, what: str) -> RigError:
        return RigError(what, host=self._host, next_step=bootstrap(self._host, self._data))

    def root(self, command: list[str], stdin: str = "") -> Done:
        """Run a command as root without a terminal and without a password prompt.

        Raises:
            RigError: sudo needs a password, the connection broke, or the host was silent for 5 minutes.
        """
        try:
            channel = self._client.exec_command(
                f"sudo -H -n -- {shlex.join(command)}", timeout=SILENCE_SECONDS
            )
            sender, receiver, errors = channel
            sender.write(stdin)
            sender.channel.shutdown_write()
            stdout = receiver.read().decode("utf-8", "replace")
            stderr = errors.read().decode("utf-8", "replace")
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise RigError(
                f"the connection broke: {error or 'no response'}", host=self._host, next_step="run again"
            ) from error
        code = receiver.channel.recv_exit_status()
        if code == NO_STATUS:
            raise RigError(
                "the connection broke before the command ended", host=self._host, next_step="run again"
            )
        if not stdout and (code == NOT_FOUND or "command not found" in stderr):
            raise self._unprepared(f"sudo or {command[0]} is not installed on the host")
        if code == 1 and stderr.startswith("sudo:"):
            raise self._unprepared("sudo on the host needs a password")
        return Done(code, stdout, stderr)

    def channel(self) -> paramiko.Channel:
        """A channel for one command of the user who logs in.

        Raises:
            SSHException: The connection is gone.
        """
        transport = self._client.get_transport()
        if transport is None:
            raise paramiko.SSHException("not connected")
        return transport.open_session(timeout=CONNECT_TIMEOUT_SECONDS)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
