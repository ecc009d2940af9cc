"""An application as its releases on the host read it: JSON, with its secrets in a file of their own."""

from __future__ import annotations

import json
from typing import Any

from deploys.apps.processes import Process
from deploys.apps.settings import App


def described(app: App) -> bytes:
    """All of it but secrets."""
    return _json(
        {
            "name": app.name,
            "image": app.image,
            "processes": {one.name: _process(one) for one in app.processes},
            "variables": dict(app.variables),
            "files": {one.path: one.content for one in app.files},
            "keep_releases": app.keep_releases,
            "checks": app.checks.model_dump(mode="json"),
        }
    )


def secrets(app: App) -> bytes:
    """The variables whose values are secrets, composed URLs among them."""
    return _json({name: secret.reveal() for name, secret in app.secrets.items()})


def _process(one: Process) -> dict[str, Any]:
    return {
        "command": None if one.command is None else list(one.command),
        "port": one.port,
        "listen": one.listen,
        "slots": dict(one.slots),
        "instances": one.instances,
        "ready_path": one.ready_path,
        "gate": one.gate.model_dump(),
        "memory": one.memory,
        "memory_reservation": one.memory_reservation,
        "cpus": one.cpus,
        "drain_seconds": one.drain_seconds,
        "websocket_drain_seconds": one.websocket_drain_seconds,
        "stop_seconds": one.stop_seconds,
    }


def _json(value: object) -> bytes:
    """Sorted, so that no order of settings is a change."""
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"
