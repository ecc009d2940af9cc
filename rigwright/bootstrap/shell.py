"""Connections to a host that may not be prepared yet, by key or by password, always with its pinned key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import paramiko

from rigwright.bootstrap import known_hosts
from rigwright.errors import RigError
from rigwright.remote.destination import SSH_PORT, spelled
from rigwright.remote.ssh import Done, nodelay_transport
from rigwright.secrets import Secret

CONNECT_TIMEOUT_SECONDS = 15
COMMAND_TIMEOUT_SECONDS = 900
"""Installing two packages from a slow mirror, after two minutes of waiting for another apt."""

READY = "sudo -H -n -- python3 -c 'print(1)'"


@dataclass(frozen=True)
class Target:
    """Which host, and how the toolkit shall log in there from now on.

    Attributes:
        address: Name or address.
        port: Of its SSH server.
        user: The account that logs in by key and uses sudo.
        key: The operator's private key; None for the agent and the keys in ``~/.ssh``.
        known_hosts: File with the pinned host key.
    """

    address: str
    port: int
    user: str
    key: Path | None
    known_hosts: Path

    @property
    def destination(self) -> str:
        """``user@address``, with the port where it is not SSH's own, as ``rig init`` takes it."""
        return spelled(self.address, self.user, self.port if self.port != SSH_PORT else None)


class Shell:
    """A connection to the host with the pinned key, on which commands run as the user that logged in."""

    def __init__(self, target: Target, client: paramiko.SSHClient) -> None:
        self._target = target
        self._client = client

    @property
    def logged_in(self) -> bool:
        """Whether the login succeeded; if not, :func:`by_password` can go on with this connection."""
        transport = self._client.get_transport()
        return transport is not None and transport.is_authenticated()

    @property
    def open(self) -> bool:
        """Whether the host keeps the connection open; after too many keys it does not."""
        transport = self._client.get_transport()
        return transport is not None and transport.is_active()

    def run(self, command: str, *lines: Secret) -> Done:
        """Run a command for ``sh``; the secrets are the lines of its standard input, and nothing else is.

        Raises:
            RigError: The connection broke, or the command did not end in 15 minutes.
        """
        try:
            sender, receiver, errors = self._client.exec_command(command, timeout=COMMAND_TIMEOUT_SECONDS)
            for line in lines:
                sender.write(line.reveal_bytes() + b"\n")
            sender.channel.shutdown_write()
            stdout = receiver.read().decode("utf-8", "replace")
            stderr = errors.read().decode("utf-8", "replace")
            return Done(receiver.channel.recv_exit_status(), stdout, stderr)
        except (OSError, EOFError, paramiko.SSHException) as error:
            reason = str(error) or "no response"
        raise RigError(f"the connection broke: {reason}", host=self._target.address, next_step="run again")

    def ready(self) -> bool:
        """Whether the toolkit can work: logged in, and Python runs as root without a prompt."""
        return self.logged_in and self.run(READY).code == 0

    def try_password(self, login: str, password: Secret) -> bool:
        """Log in with a password; whether that succeeded. OpenSSH refuses to change the user here."""
        transport = self._client.get_transport()
        if transport is None:
            return False
        try:
            transport.auth_password(login, password.reveal())
        except (OSError, EOFError, paramiko.SSHException):
            return False
        return self.logged_in

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


def connect(target: Target, user: str | None = None, *, keys: bool = True) -> Shell:
    """A new connection; logged in if the host accepts one of the operator's keys.

    Args:
        target: The host.
        user: Who logs in, if not the target's user.
        keys: Whether keys are tried at all.

    Raises:
        RigError: There is no connection, or the host key is not the pinned one.
    """
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    client.load_host_keys(str(target.known_hosts))
    given = str(target.key) if keys and target.key and target.key.exists() else None
    any_key = keys and target.key is None
    try:
        client.connect(
            target.address,
            port=target.port,
            username=user or target.user,
            key_filename=given,
            allow_agent=any_key,
            look_for_keys=any_key,
            timeout=CONNECT_TIMEOUT_SECONDS,
            banner_timeout=CONNECT_TIMEOUT_SECONDS,
            auth_timeout=CONNECT_TIMEOUT_SECONDS,
            transport_factory=nodelay_transport,  # type: ignore[arg-type]  # the stub wants a protocol
        )
    except paramiko.BadHostKeyException:
        client.close()
        raise known_hosts.changed(target.address, target.port, target.known_hosts) from None
    except (OSError, EOFError, paramiko.SSHException) as error:
        transport = client.get_transport()
        # paramiko has no single error for "no key was accepted": an open connection shows it.
        if transport is None or not transport.is_active():
            client.close()
            raise known_hosts.unreachable(target.address, target.port, error) from error
    return Shell(target, client)


def by_password(started: Shell, target: Target, login: str, password: Secret) -> Shell:
    """Log in by password: on the connection that is open, or on a new one where it was closed.

    One connection for key and password counts as no failed login, for which sshd blocks an address.

    Raises:
        RigError: The host refused the password.
    """
    usable = login == target.user and started.open
    if usable and started.try_password(login, password):
        return started
    if not usable or not started.open:
        started.close()
        started = connect(target, login, keys=False)
        if started.try_password(login, password):
            return started
    started.close()
    raise RigError(
        f"the host refused this password for {login}",
        host=target.address,
        next_step="check user and password; Debian's sshd refuses root's password unless it was allowed",
    )
