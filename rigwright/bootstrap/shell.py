"""Connections to a host that may not be prepared yet, by key or by password, always with its pinned key."""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import paramiko

from rigwright.bootstrap import known_hosts
from rigwright.errors import RigError
from rigwright.remote import next_steps, readiness
from rigwright.remote.commands import python_works
from rigwright.remote.destination import SSH_PORT, spelled
from rigwright.remote.login_shell import Output, marked, split
from rigwright.remote.provenance import operator
from rigwright.remote.readiness import Account
from rigwright.remote.route import Route
from rigwright.remote.ssh import Done
from rigwright.remote.transport import ShellTransport, transport_options
from rigwright.secrets import Secret

CONNECT_TIMEOUT_SECONDS = 15
COMMAND_TIMEOUT_SECONDS = 900
"""Installing two packages from a slow mirror, after two minutes of waiting for another apt."""

NO_KEYS = {"files": (os.devnull,), "only": True, "agent": "none"}
SUDO = "sudo -H -n --"
"""How every other command becomes root."""


@dataclass(frozen=True)
class Target:
    """Which host, and how the toolkit shall log in there from now on.

    Attributes:
        address: Name or address.
        port: Of its SSH server.
        user: The account that logs in by key and uses sudo.
        key: The operator's private key; None for the agent and the keys in ``~/.ssh``.
        known_hosts: File with the pinned host key.
        route: The way there, where ssh_config has a say.
    """

    address: str
    port: int
    user: str
    key: Path | None
    known_hosts: Path
    route: Route | None = None

    def way(self, user: str | None = None) -> Route:
        """The way there for the target's user, or another one."""
        found = self.route or Route(self.address, self.address, self.port, self.user)
        keys = {"files": (str(self.key),), "only": True} if self.key else {}
        return Route(**{**vars(found), "user": user or self.user, **keys})

    @property
    def destination(self) -> str:
        """``user@address``, with the port where it is not SSH's own, as ``rig init`` takes it."""
        name = self.route.name if self.route else self.address
        return spelled(name, self.user, self.port if self.port != SSH_PORT else None)

    def account(self, user: str) -> Account:
        """Who logs in, for messages; the key may be another one's, so that only the target's own is named."""
        data = {
            "ssh_hostname": self.address,
            "ssh_port": self.port,
            "ssh_user": self.user,
            "ssh_key": self.key,
            "ssh_known_hosts_file": self.known_hosts,
            "ssh_paramiko_connect_kwargs": {"sock": self.way()},
        }
        again = next_steps.bootstrap(self.address, data)
        own = {**data, "ssh_user": user, "ssh_key": self.key if user == self.user else None}
        return Account(self.address, user, again, next_steps.login(self.address, own))


class Shell:
    """A connection to the host with the pinned key, on which commands run as the user that logged in."""

    def __init__(self, target: Target, client: paramiko.SSHClient, user: str) -> None:
        self._target = target
        self._client = client
        self.user = user

    @property
    def account(self) -> Account:
        """Who logged in, for messages."""
        return self._target.account(self.user)

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

    @property
    def accepted_line(self) -> str | None:
        """The line for ``authorized_keys`` of the key that logged in; None where a password did."""
        transport = self._client.get_transport()
        key = transport.accepted if isinstance(transport, ShellTransport) else None
        if key is None or "-cert-" in key.get_name():
            return None
        return f"{key.get_name()} {key.get_base64()} {operator()}"

    def run(self, command: str, *lines: Secret) -> Done:
        """Run a command for ``sh``; the secrets are the lines of its standard input, and nothing else is.

        Raises:
            RigError: The connection broke, or the command did not end in 15 minutes.
        """
        try:
            sender, receiver, errors = self._client.exec_command(command, timeout=COMMAND_TIMEOUT_SECONDS)
            with contextlib.suppress(OSError):  # a command that refuses reads nothing, and prints why
                for line in lines:
                    sender.write(line.reveal_bytes() + b"\n")
                sender.channel.shutdown_write()
            stdout = receiver.read().decode("utf-8", "replace")
            stderr = errors.read().decode("utf-8", "replace")
            return Done(receiver.channel.recv_exit_status(), stdout, stderr)
        except (OSError, EOFError, paramiko.SSHException) as error:
            reason = str(error) or "no response"
        raise RigError(f"the connection broke: {reason}", host=self._target.address, next_step="run again")

    def marked(
        self, command: Sequence[str], prefix: str = "", *lines: Secret, quoted: bool = False
    ) -> tuple[int, Output]:
        """Run a command behind a prefix, such as sudo; its exit status, and what it alone printed.

        Args:
            command: The command.
            prefix: What becomes another user.
            lines: What the prefix reads from standard input.
            quoted: The prefix takes the command as one argument.
        """
        mark = token_hex(16)
        text = shlex.join(marked(command, mark))
        done = self.run(f"{prefix} {shlex.quote(text) if quoted else text}", *lines)
        return done.code, split(done.stdout, done.stderr, mark)

    def unready(self) -> RigError | None:
        """Why the toolkit cannot work on this connection, which is logged in; None where it can."""
        command = python_works()
        code, output = self.marked(command, SUDO)
        return readiness.unready(output, code, command[0], self.account)

    def ready(self) -> bool:
        """Whether the toolkit can work: logged in, and all that it needs is there without a prompt."""
        return self.logged_in and self.unready() is None

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
    way = target.way(user)
    options = transport_options(way if keys else Route(**{**vars(way), **NO_KEYS}))
    try:
        client.connect(
            target.address,
            port=target.port,
            username=way.user,
            timeout=CONNECT_TIMEOUT_SECONDS,
            banner_timeout=CONNECT_TIMEOUT_SECONDS,
            auth_timeout=CONNECT_TIMEOUT_SECONDS,
            **options,
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
    return Shell(target, client, way.user)


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
        next_step="check user and password; Debian's sshd refuses root's password unless it was allowed"
        + ("" if login == "root" else "; if your key logs root in, run again with --login root"),
    )
