"""SSH as the toolkit wants it: no Nagle, strict host keys, never a question."""

from __future__ import annotations

import shlex
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import paramiko

from rigwright.errors import RigError

CONNECT_TIMEOUT_SECONDS = 10
DEAD_LINE_SECONDS = 30
SILENCE_SECONDS = 300
"""Longer than a look (its slowest question takes 60 s) and than waiting for another run's lock (120 s)."""
SSH_PORT = 22
NOT_FOUND = 127
NO_STATUS = -1
"""What paramiko says where the host never told how the command ended."""


def nodelay_transport(sock: socket.socket, **options: Any) -> paramiko.Transport:
    """A transport whose socket sends small packets at once, and notices when the host is gone.

    Nagle's algorithm and delayed acknowledgement together stall every command by about 40 ms.
    Without keepalive, whoever waits for a host that lost its power waits for ever.
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

    def answer(self, host: str) -> str:
        """What a look at this host printed.

        Raises:
            RigError: The look failed.
        """
        if self.code:
            last = (self.stderr.strip().splitlines() or ["no answer"])[-1]
            raise RigError(f"could not look at it: {last}", host=host, next_step=f"rig bootstrap {host}")
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
            RigError: The host is down, unknown, changed its key, or does not take ours.
        """
        self._host = host
        self._data = data
        self._client = paramiko.SSHClient()
        self._client.set_missing_host_key_policy(paramiko.RejectPolicy())
        address = data.get("ssh_hostname", host)
        if known_hosts := data.get("ssh_known_hosts_file"):
            try:
                self._client.load_host_keys(str(known_hosts))
            except OSError as error:
                raise self._unprepared(f"there is no file of known host keys at {known_hosts}") from error
        else:
            self._client.load_system_host_keys()
        key = data.get("ssh_key")
        try:
            self._client.connect(
                address,
                port=int(data.get("ssh_port", SSH_PORT)),
                username=data.get("ssh_user"),
                key_filename=str(key) if key else None,
                allow_agent=key is None,
                look_for_keys=key is None,
                timeout=CONNECT_TIMEOUT_SECONDS,
                banner_timeout=CONNECT_TIMEOUT_SECONDS,
                auth_timeout=CONNECT_TIMEOUT_SECONDS,
                transport_factory=nodelay_transport,  # type: ignore[arg-type]  # the stub wants a protocol
            )
        except paramiko.BadHostKeyException as error:
            raise RigError(
                "the host key is not the one that was pinned: another machine, or a new installation",
                host=host,
                file=str(known_hosts) if known_hosts else None,
                next_step="compare the fingerprint at its console, then pin the new key with rig bootstrap",
            ) from error
        except paramiko.AuthenticationException as error:
            raise self._unprepared("the host does not take our key") from error
        except paramiko.SSHException as error:
            if "not found in known_hosts" in str(error):
                raise self._unprepared("the host key is not pinned yet") from error
            raise RigError(f"SSH failed: {error}", host=host, next_step="look at the host's sshd") from error
        except (OSError, EOFError) as error:
            raise RigError(
                f"cannot be reached at {address}: {error}",
                host=host,
                next_step="is it up, and the address right?",
            ) from error

    def _unprepared(self, what: str) -> RigError:
        return RigError(what, host=self._host, next_step=bootstrap(self._host, self._data))

    def root(self, command: list[str], stdin: str = "") -> Done:
        """Run a command as root without a terminal and without ever asking for a password.

        Raises:
            RigError: sudo asked for a password, the connection broke, or the host was silent for 5 minutes.
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
                f"the connection broke: {error or 'no answer'}", host=self._host, next_step="run again"
            ) from error
        code = receiver.channel.recv_exit_status()
        if code == NO_STATUS:
            raise RigError(
                "the connection broke before an answer came", host=self._host, next_step="run again"
            )
        if not stdout and (code == NOT_FOUND or "command not found" in stderr):
            raise self._unprepared(f"sudo or {command[0]} is not installed there")
        if code == 1 and stderr.startswith("sudo:"):
            raise self._unprepared("sudo asks for a password there")
        return Done(code, stdout, stderr)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
