"""Talk to a program that takes and returns one JSON object a line on a Unix socket: QEMU, a VM's agent."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rigwright.errors import RigError


class Conversation:
    """A connection on which each command has one response."""

    def __init__(self, connection: socket.socket) -> None:
        self._stream = connection.makefile("rwb")

    def execute(self, command: str, arguments: Mapping[str, object] | None = None) -> Any:
        """What the command returns.

        Raises:
            RigError: It was refused, or the other side is gone.
        """
        self.send({"execute": command, **({"arguments": arguments} if arguments else {})})
        while True:
            response = self.receive()
            if "error" in response:
                raise RigError(f"{command} was refused: {response['error'].get('desc', response['error'])}")
            if "return" in response:
                return response["return"]

    def send(self, value: object) -> None:
        """Write one line."""
        self._stream.write(json.dumps(value).encode() + b"\n")
        self._stream.flush()

    def receive(self) -> dict[str, Any]:
        """Read one line. What stands before the object, such as the mark of a new start, is passed over.

        Raises:
            RigError: The other side is gone.
        """
        line = self._stream.readline()
        if not line:
            raise RigError("the connection was closed")
        found: dict[str, Any] = json.loads(line[line.index(b"{") :])
        return found


@contextlib.contextmanager
def conversation(path: Path, seconds: float) -> Iterator[Conversation]:
    """A connection to this socket; each response must arrive within so many seconds.

    Raises:
        RigError: No program listens, or no response arrived in time.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(seconds)
        try:
            connection.connect(str(path))
            yield Conversation(connection)
        except OSError as error:
            raise RigError(f"no response: {error}", file=str(path)) from error
