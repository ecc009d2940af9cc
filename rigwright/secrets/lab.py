"""Secrets of lab hosts: made up on first use and kept beside the lab, so that a clone needs no identity."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from rigwright.atomic import locked, replace
from rigwright.errors import RigError
from rigwright.secrets.quality import password
from rigwright.secrets.value import Secret

FILE = "secrets.json"


class LabSecrets:
    """As :class:`~rigwright.secrets.Secrets`, but each name has a value as soon as it is read.

    The values are in clear text in the directory's ``secrets.json`` (0600): they open lab hosts only.
    ``makers`` gives the function that makes the value of a name that shall be no password, such as
    ``{"session_key": session_secret}``.
    """

    def __init__(self, directory: Path, makers: Mapping[str, Callable[[], str]] | None = None) -> None:
        self._directory = directory
        self._makers = dict(makers or {})
        self._known: dict[str, Secret] = {}

    def __getitem__(self, name: str) -> Secret:
        """The secret of this name, the same in every process that has this directory."""
        if name not in self._known:
            with locked(self._directory):
                self._known.update(_load(self._directory / FILE))
                if name not in self._known:
                    self._known[name] = Secret(name, self._makers.get(name, password)())
                    replace(self._directory / FILE, _dump(self._known))
        return self._known[name]

    def __repr__(self) -> str:
        return f"LabSecrets({str(self._directory)!r})"


def _dump(known: Mapping[str, Secret]) -> bytes:
    return json.dumps({name: secret.reveal() for name, secret in sorted(known.items())}, indent=1).encode()


def _load(path: Path) -> dict[str, Secret]:
    if not path.exists():
        return {}
    status = path.stat()
    if stat.S_IMODE(status.st_mode) & 0o077 or status.st_uid != os.getuid():
        raise RigError(
            "the lab's secrets are open to other users, or belong to one",
            file=str(path),
            next_step=f"delete {path} and make the lab hosts anew",
        )
    known = _parse(path.read_bytes())
    if known is None:
        raise RigError("damaged", file=str(path), next_step=f"delete {path} and make the lab hosts anew")
    return known


def _parse(content: bytes) -> dict[str, Secret] | None:
    # json's error carries the whole text, so it must not get out of here, not even as a cause.
    try:
        return {str(name): Secret(str(name), str(value)) for name, value in json.loads(content).items()}
    except (ValueError, AttributeError):
        return None
