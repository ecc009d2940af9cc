"""What is known of applications on a host, as JSON: for drift, and for whoever makes releases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from deploys.apps.on_host import containers, declared
from deploys.apps.on_host.balancer import Balancer, Server
from deploys.apps.on_host.declared import Declared
from deploys.apps.on_host.engine import Engine
from deploys.apps.on_host.record import Record, RecordError, Release
from deploys.apps.on_host.store import Store

GOOD = "as recorded"
RELEASED = "has its settings"
WAITS = "waits for a release: its settings changed since"


def serving(store: Store, balancer: Balancer, engine: Engine) -> dict[str, str]:
    """Whether each application serves as recorded, or what differs."""
    found = balancer.servers()
    return {app.name: _differs(app, store, engine, found) for app in store.apps()}


def _differs(app: Declared, store: Store, engine: Engine, found: Mapping[tuple[str, str], Server]) -> str:
    with store.locked(app.name, shared=True) as alone:
        if not alone:
            return GOOD  # a release is under way, which ends as recorded
        try:
            known = store.record(app.name)
        except RecordError as error:
            return str(error)
        if known.change:
            return f"a {known.change.kind} was cut off at {known.change.step}"
        return "; ".join(_problems(app, known, engine, found)) or GOOD


def _problems(
    app: Declared, known: Record, engine: Engine, found: Mapping[tuple[str, str], Server]
) -> list[str]:
    wanted, problems = declared.serving(app, known), []
    image = engine.image(f"{app.raw['image']}@{known.live.digest}") if known.live else None
    for slot in declared.slots(app):
        key = (slot.backend, slot.name)
        state = found[key].state if key in found else "missing"
        if (state == "ready") != (key in wanted):
            problems.append(f"{slot.backend}/{slot.name} is {state} in HAProxy")
        if key in wanted and known.live:
            problems += _wrong(slot.container, known.live, image, engine)
    return [*problems, *_strange(app, engine)]


def _wrong(name: str, live: Release, image: str | None, engine: Engine) -> list[str]:
    found = engine.container(name)
    if found is None:
        return [f"{name} is gone"]
    if not found["State"]["Running"]:
        return [f"{name} does not run"]
    number = (found["Config"].get("Labels") or {}).get(containers.NUMBER)
    if number != str(live.number):
        return [f"{name} is of release {number}"]
    if image and found["Image"] != image:
        return [f"{name} runs another image than release {number}"]
    return []


def _strange(app: Declared, engine: Engine) -> list[str]:
    """Containers that claim to be of the application by their labels, and have none of its names."""
    names = {slot.container for slot in declared.slots(app)}
    claimed = {
        *engine.containers(containers.APP, app.name),
        *engine.containers(containers.DESCRIBED, containers.described_by(app.name)),
    }
    return [f"{name} is none of its instances" for name in sorted(claimed - names)]


def released(store: Store) -> dict[str, str]:
    """Whether the release that serves has the settings that are declared."""
    shown = {}
    for app in store.apps():
        live = store.record(app.name).live
        shown[app.name] = RELEASED if live is None or live.settings == app.settings else WAITS
    return shown


def status(store: Store) -> list[dict[str, Any]]:
    """The record of each application, and what waits."""
    shown = []
    for app in store.apps():
        with store.locked(app.name, shared=True) as alone:
            known = store.record(app.name)
            shown.append(
                {
                    "app": app.name,
                    "image": app.raw["image"],
                    "settings": released(store)[app.name],
                    "under_way": not alone,
                    **asdict(known),
                }
            )
    return shown
