"""The container engine by its socket, as far as applications need it."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

SECONDS = 60
GOOD, NOT_FOUND, UNCHANGED = 200, 404, 304


class EngineError(Exception):
    """The engine does not respond, or refuses."""


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str, seconds: float) -> None:
        super().__init__("docker", timeout=seconds)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Engine:
    """The running engine."""

    def __init__(self, path: str) -> None:
        self.path = path

    def request(
        self, method: str, path: str, body: object = None, *, seconds: float = SECONDS, **query: str
    ) -> tuple[int, Any]:
        """Status and body of a response: JSON as such, else text.

        Raises:
            EngineError: It does not respond.
        """
        target = f"{path}?{urlencode(query)}" if query else path
        connection = _Connection(self.path, seconds)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, target, content, {"Content-Type": "application/json"})
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            raise EngineError(f"the engine does not respond at {self.path}: {error!r}") from error
        finally:
            connection.close()
        try:
            return response.status, json.loads(text) if text else None
        except ValueError:
            return response.status, text

    def container(self, name: str) -> Mapping[str, Any] | None:
        """What it knows of a container; None where there is none."""
        status, found = self.request("GET", f"/containers/{quote(name)}/json")
        if status == NOT_FOUND:
            return None
        if status != GOOD:
            raise EngineError(f"container {name}: {_message(found)}")
        return found  # type: ignore[no-any-return]

    def start(self, name: str) -> None:
        """Start a container that is there.

        Raises:
            EngineError: It does not start.
        """
        status, found = self.request("POST", f"/containers/{quote(name)}/start")
        if status >= 300 and status != UNCHANGED:  # noqa: PLR2004  what is no success in HTTP
            raise EngineError(f"container {name} does not start: {_message(found)}")


def _message(found: object) -> str:
    return str(found.get("message", found) if isinstance(found, dict) else found)[:500]
