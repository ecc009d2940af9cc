"""A restore on one host: what it would do, its start, and following it to its end.

The host's own program does it and prints JSON; the verbs behind its command are ``plan REQUEST``,
``start REQUEST`` and ``status``. Times are seconds since the epoch.
"""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rigwright.backup.survey import tools
from rigwright.errors import RigError
from rigwright.inventory.load import Host
from rigwright.remote.ssh import Connection

EVERY_SECONDS = 2
STARTS = 5
"""After so many queries it should have been running."""
Show = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """What is restored.

    Attributes:
        what: A word of the host's, such as ``files:uploads``, or ``host`` for everything.
        to: ``latest``, a time, or a label of a backup.
        way: ``beside`` or ``replace``.
        place: ``primary`` or ``second``.
        folder: Where files come beside; empty: the host's choice.
    """

    what: str
    to: str
    way: str
    place: str
    folder: str = ""

    @property
    def text(self) -> str:
        """As the host takes it."""
        return json.dumps(asdict(self))


class Restoring:
    """The restores of one host.

    Raises:
        RigError: Nothing of the inventory backs the host up, or it is down.
    """

    def __init__(self, host: Host) -> None:
        commands = {tool.restore for _, tool in tools(host) if tool.restore}
        if len(commands) != 1:
            raise RigError(
                "nothing of the inventory backs it up, so nothing can be restored",
                host=host.name,
                setting="backup",
                next_step="set backup.repository or backup.restic",
            )
        self._host = host
        (self._command,) = commands
        self._connection = Connection(host.name, host.data)

    def plan(self, request: Request) -> Mapping[str, Any]:
        """What it would do; it changes nothing."""
        return self._json("plan", request.text)

    def start(self, request: Request) -> None:
        """Begin it.

        Raises:
            RigError: It cannot be.
        """
        self._run("start", request.text)

    def status(self) -> Mapping[str, Any]:
        """The journal of the last one; ``runs``: whether it goes on at this moment."""
        return self._json("status")

    def follow(self, show: Show) -> Mapping[str, Any]:
        """Wait until the one that was begun has ended, with each of its lines as it comes.

        Raises:
            RigError: It was killed.
        """
        seen = still = 0
        while True:
            found = self.status()
            for line in found.get("lines", ())[seen:]:
                show(str(line))
            seen = len(found.get("lines", ()))
            if found.get("state") != "running":
                return found
            # It takes a moment until it runs.
            still = 0 if found["runs"] else still + 1
            if still > STARTS:
                raise RigError(
                    "the restore was killed before it ended",
                    host=self._host.name,
                    next_step=f"run the same again; how far it came: rig restore {self._host.name} --status",
                )
            time.sleep(EVERY_SECONDS)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _json(self, *words: str) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = json.loads(self._run(*words))
        except ValueError as error:
            raise RigError(
                "what it knows of restores cannot be read", host=self._host.name, next_step=self._next
            ) from error
        return found

    @property
    def _next(self) -> str:
        return f"rig plan --limit {self._host.name}"

    def _run(self, *words: str) -> str:
        done = self._connection.root(["sh", "-c", f"exec {self._command} {shlex.join(words)}"])
        if done.code:
            last = (done.stderr.strip().splitlines() or ["no output"])[-1]
            raise RigError(last, host=self._host.name, next_step=self._next)
        return done.stdout
