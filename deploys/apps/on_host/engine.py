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
        self,
        method: str,
        path: str,
        body: object = None,
        query: Mapping[str, str] | None = None,
        *,
        seconds: float = SECONDS,
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

    def runs(self, name: str) -> bool:
        """Whether a container runs, and is not about to be started again."""
        found = self.container(name)
        state = found["State"] if found else {}
        return bool(state.get("Running")) and not state.get("Restarting")

    def containers(self, label: str, value: str) -> dict[str, Mapping[str, str]]:
        """The labels of each container with this one, running or not, by name."""
        chosen = json.dumps({"label": [f"{label}={value}"]})
        found = self._good("GET", "/containers/json", None, all="1", filters=chosen)
        return {one["Names"][0].lstrip("/"): one["Labels"] for one in found or ()}

    def create(self, name: str, body: Mapping[str, Any]) -> None:
        """Make a container that does not run yet."""
        self._good("POST", "/containers/create", body, name=name)

    def stop(self, name: str, seconds: int) -> None:
        """SIGTERM, and after so long SIGKILL. One that is gone has stopped."""
        path = f"/containers/{quote(name)}/stop"
        status, found = self.request("POST", path, query={"t": str(seconds)}, seconds=seconds + SECONDS)
        if status >= 300 and status not in (UNCHANGED, NOT_FOUND):  # noqa: PLR2004  what is no success
            raise EngineError(f"container {name} does not stop: {_message(found)}")

    def remove(self, name: str) -> None:
        """Kill and remove a container."""
        status, found = self.request("DELETE", f"/containers/{quote(name)}", query={"force": "1", "v": "1"})
        if status >= 300 and status != NOT_FOUND:  # noqa: PLR2004  what is no success in HTTP
            raise EngineError(f"container {name} is not removed: {_message(found)}")

    def image(self, reference: str) -> str | None:
        """The ID of an image that is on this host; None where it is not."""
        status, found = self.request("GET", f"/images/{quote(reference, safe='/:@')}/json")
        return str(found["Id"]) if status == GOOD else None

    def tag(self, image: str, repository: str, tag: str) -> None:
        """Give an image a local name, which keeps it."""
        self._good("POST", f"/images/{quote(image, safe=':')}/tag", None, repo=repository, tag=tag)

    def tags(self, repository: str) -> list[str]:
        """The tags of a local name."""
        chosen = json.dumps({"reference": [repository]})
        found = self._good("GET", "/images/json", None, filters=chosen)
        names = [name for one in found or () for name in one.get("RepoTags") or ()]
        return [name.rpartition(":")[2] for name in names if name.rpartition(":")[0] == repository]

    def untag(self, reference: str) -> None:
        """Take a name from an image, which goes with the last one; one that is in use stays."""
        self.request("DELETE", f"/images/{quote(reference, safe='/:@')}")

    def _good(self, method: str, path: str, body: object, **query: str) -> Any:
        status, found = self.request(method, path, body, query)
        if status >= 300:  # noqa: PLR2004  what is no success in HTTP
            raise EngineError(f"{method} {path}: {_message(found)}")
        return found


def _message(found: object) -> str:
    return str(found.get("message", found) if isinstance(found, dict) else found)[:500]
