"""A command on a host, as the user who logs in, whose output arrives line by line."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Literal

import paramiko

from rigwright.errors import RigError
from rigwright.remote.ssh import NO_STATUS, Connection

Where = Literal["stdout", "stderr"]
Receive = Callable[[str, Where], None]
"""Gets each line without its end, and where it came."""


def stream(host: str, connection: Connection, script: str, receive: Receive) -> int:
    """Run a shell script on a host, without standard input; its exit code.

    It may take as long as it does: only a host that is down ends it.

    Args:
        host: Name in the inventory, for messages.
        connection: To that host.
        script: For the user's own shell.
        receive: Called for each line, on two threads.

    Raises:
        RigError: The connection broke, or a signal ended the script: then its exit code is unknown.
    """
    try:
        channel = connection.channel()
        channel.exec_command(script)
        channel.shutdown_write()
        others = threading.Thread(target=_lines, args=(channel.makefile_stderr("rb"), receive, "stderr"))
        others.start()
        _lines(channel.makefile("rb"), receive, "stdout")
        others.join()
        code = channel.recv_exit_status()
    except (OSError, EOFError, paramiko.SSHException) as error:
        raise RigError(
            f"the connection broke: {error or 'no response'}", host=host, next_step="run again"
        ) from error
    if code == NO_STATUS:
        raise RigError(
            "the connection broke before the command ended, or a signal ended it",
            host=host,
            next_step="check on the host what became of it",
        )
    return code


def _lines(output: Iterable[bytes], receive: Receive, where: Where) -> None:
    for line in output:
        receive(line.decode("utf-8", "replace").rstrip("\r\n"), where)
