"""SSH as the toolkit needs it: strict host keys, never a prompt, and a host that is prepared or named."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import paramiko

from rigwright.errors import RigError
from rigwright.remote import next_steps, readiness, route
from rigwright.remote.keys import LockedKeyError
from rigwright.remote.login_shell import marked, split
from rigwright.remote.route import CONNECT_TIMEOUT_SECONDS
from rigwright.remote.transport import transport_options

SILENCE_SECONDS = 300
"""Longer than a query (its slowest command takes 60 s) and than waiting for another run's lock (120 s)."""
NO_STATUS = -1
"""paramiko's exit status where the connection ended before the host reported one."""


class UnpinnedHostKeyError(paramiko.SSHException):
    """The host's key is not in the file of known host keys."""


class RejectUnpinned(paramiko.MissingHostKeyPolicy):
    """Refuse a host whose key is not pinned, with an error of its own type."""

    def missing_host_key(self, client: object, hostname: str, key: object) -> None:  # noqa: ARG002  paramiko's
        """Refuse: paramiko calls it for a host that the file does not name."""
        raise UnpinnedHostKeyError(f"{hostname} is not in known_hosts")


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
            raise RigError(
                f"could not be queried: {last}",
                host=host,
                next_step="free memory and disk on it, run again",
            )
        return self.stdout


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
        self._route = route.of(host, data)
        self._client = paramiko.SSHClient()
        self._client.set_missing_host_key_policy(RejectUnpinned())
        if known_hosts := data.get("ssh_known_hosts_file") or self._route.known_hosts:
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
        self._client.connect(
            self._route.address,
            port=self._route.port,
            username=self._route.user,
            timeout=CONNECT_TIMEOUT_SECONDS,
            banner_timeout=CONNECT_TIMEOUT_SECONDS,
            auth_timeout=CONNECT_TIMEOUT_SECONDS,
            **transport_options(self._route),
        )

    def _failure(self, error: Exception) -> RigError:
        """Why there is no connection, and what to do."""
        if isinstance(error, paramiko.BadHostKeyException):
            known_hosts = self._data.get("ssh_known_hosts_file")
            return RigError(
                "the host key is not the one that was pinned: another machine, or a new installation",
                host=self._host,
                file=str(known_hosts) if known_hosts else None,
                next_step="compare the fingerprint at its console, take the old key out of that file, then "
                f"{next_steps.bootstrap(self._host, self._data)}",
            )
        if isinstance(error, LockedKeyError):
            return RigError(str(error), host=self._host, next_step=f"ssh-add {error.path}, then run again")
        if isinstance(error, paramiko.AuthenticationException):
            return self._refused(error)
        if isinstance(error, UnpinnedHostKeyError):
            return self._unprepared("the host key is not pinned yet")
        if isinstance(error, paramiko.SSHException):
            return RigError(f"SSH failed: {error}", host=self._host, next_step="check the host's sshd")
        return RigError(
            f"cannot be reached at {self._route.address}: {error}",
            host=self._host,
            next_step="check that it is up, and its address",
        )

    def _refused(self, error: paramiko.AuthenticationException) -> RigError:
        """The error for a login that was refused; sshd may have said why before it hung up."""
        transport = self._client.get_transport()
        banner = (transport.get_banner() or b"") if transport else b""
        account = next_steps.account(self._host, self._data)
        said = readiness.lasting(banner.decode("utf-8", "replace"), account)
        return said or self._unprepared(f"the host refuses your key{f': {error}' if str(error) else ''}")

    def _unprepared(self, what: str) -> RigError:
        return RigError(what, host=self._host, next_step=next_steps.bootstrap(self._host, self._data))

    def root(self, command: list[str], stdin: str = "") -> Done:
        """Run a command as root without a terminal and without a password prompt.

        Raises:
            RigError: The host is not prepared, the connection broke, or the host was silent for 5 minutes.
        """
        mark = token_hex(16)
        done = self._run(f"sudo -H -n -- {shlex.join(marked(command, mark))}", stdin)
        output = split(done.stdout, done.stderr, mark)
        if done.code == NO_STATUS and not output.before:
            raise RigError(
                "the connection broke before the command ended", host=self._host, next_step="run again"
            )
        account = next_steps.account(self._host, self._data)
        if unready := readiness.unready(output, done.code, command[0], account):
            raise unready
        return Done(done.code, output.stdout, output.stderr)

    def _run(self, command: str, stdin: str) -> Done:
        try:
            sender, receiver, errors = self._client.exec_command(command, timeout=SILENCE_SECONDS)
            with contextlib.suppress(OSError):  # a command that refuses reads nothing, and prints why
                sender.write(stdin)
                sender.channel.shutdown_write()
            stdout = receiver.read().decode("utf-8", "replace")
            stderr = errors.read().decode("utf-8", "replace")
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise RigError(
                f"the connection broke: {error or 'no response'}", host=self._host, next_step="run again"
            ) from error
        return Done(receiver.channel.recv_exit_status(), stdout, stderr)

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
