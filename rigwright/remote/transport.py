"""The one SSH transport of the toolkit, of plain pyinfra too: no Nagle, commands for any login shell."""

from __future__ import annotations

import contextlib
import logging
import socket
from collections.abc import Callable
from typing import Any

import paramiko

from rigwright.remote.keys import Keys
from rigwright.remote.login_shell import launcher, script
from rigwright.remote.route import Route

DEAD_LINE_SECONDS = 30
WAITING = "rigwright: waiting for "
"""How a host's programs begin the line that names what they wait for."""

listeners: list[Callable[[str], None]] = []
"""Who is shown these lines at once. The process that applies prints them; others do not wait for anything."""

# What paramiko logs is raised as an error too; without a handler Python prints it as a traceback.
logging.getLogger("paramiko").addHandler(logging.NullHandler())


class ShellTransport(paramiko.Transport):
    """Every command runs in sh, whatever the login shell is.

    Attributes:
        accepted: The key that logged in; None where none did.
    """

    accepted: paramiko.PKey | None = None

    def auth_publickey(self, username: str, key: paramiko.PKey, event: Any = None) -> list[str]:
        """Log in with this key, and remember it."""
        left = super().auth_publickey(username, key, event)
        if self.is_authenticated():
            self.accepted = key
        return left

    def open_session(self, *arguments: Any, **options: Any) -> paramiko.Channel:
        """A session whose command follows on its standard input, ahead of what the caller writes."""
        channel = super().open_session(*arguments, **options)
        request = channel.exec_command

        def exec_command(command: str | bytes) -> None:
            text = script(command if isinstance(command, str) else command.decode())
            request(launcher(len(text)))
            with contextlib.suppress(
                OSError
            ):  # a login shell that refuses ends at once: read what it printed
                channel.sendall(text)

        channel.exec_command = exec_command  # type: ignore[assignment]
        channel.recv = _watched(channel.recv)  # type: ignore[method-assign]
        channel.recv_stderr = _watched(channel.recv_stderr)  # type: ignore[method-assign]
        return channel


def _watched(receive: Any) -> Any:
    """The same, and a line about waiting is passed on at once; the host prints it whole."""

    def watched(size: int) -> bytes:
        data: bytes = receive(size)
        if WAITING.encode() in data:
            for line in data.decode("utf-8", "replace").splitlines():
                for listener in listeners if line.startswith(WAITING) else ():
                    listener(line)
        return data

    return watched


def transport_options(route: Route) -> dict[str, Any]:
    """What paramiko's client needs for this way: the connection, the keys, and how commands run."""
    return {"transport_factory": nodelay_transport, "sock": route, "auth_strategy": Keys(route)}


def nodelay_transport(sock: socket.socket | Route, **options: Any) -> paramiko.Transport:
    """A transport over a socket, or over a way that is connected now, because a socket serves one client.

    Its socket sends small packets at once, and notices when the host is down.
    Nagle's algorithm and delayed acknowledgement together stall every command by about 40 ms.
    Without keepalive, a run would wait for ever for a host that lost its power.
    """
    sock = sock.connect() if isinstance(sock, Route) else sock
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        return ShellTransport(sock, **options)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    # KEEPALIVE is macOS's name of KEEPIDLE.
    for name, value in (("KEEPIDLE", 10), ("KEEPALIVE", 10), ("KEEPINTVL", 5), ("KEEPCNT", 4)):
        if option := getattr(socket, f"TCP_{name}", None):
            sock.setsockopt(socket.IPPROTO_TCP, option, value)
    if option := getattr(socket, "TCP_USER_TIMEOUT", None):
        sock.setsockopt(socket.IPPROTO_TCP, option, DEAD_LINE_SECONDS * 1000)
    return ShellTransport(sock, **options)
