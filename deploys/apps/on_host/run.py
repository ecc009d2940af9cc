"""Applications on a host: compares what runs with what is recorded, and brings it there."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from deploys.apps.on_host import declared, record
from deploys.apps.on_host.balancer import Balancer, BalancerError, Server, state_file
from deploys.apps.on_host.declared import Declared
from deploys.apps.on_host.engine import Engine, EngineError
from deploys.apps.on_host.record import Record, RecordError
from deploys.apps.paths import BALANCER_SOCKET, DECLARED, ENGINE_SOCKET, RECORDS, SERVER_STATE

USAGE = "apps prepare | reconcile | serving | released | ping"
GOOD = "as recorded"


def main() -> int:
    """0: done. 1: it failed, or only in part; standard error says what. 64: wrong usage."""
    verbs = {
        "prepare": prepare,
        "reconcile": reconcile,
        "serving": show_serving,
        "released": show_released,
        "ping": ping,
    }
    word = sys.argv[1] if len(sys.argv) == 2 else ""  # noqa: PLR2004  the program and its verb
    if word not in verbs:
        sys.stderr.write(f"{USAGE}\n")
        return 64
    try:
        return verbs[word]()
    except (RecordError, BalancerError, EngineError) as error:
        sys.stderr.write(f"{word}: {error}\n")
        return 1


def ping() -> int:
    """HAProxy responds, by its own socket."""
    Balancer(BALANCER_SOCKET).servers()
    return 0


def prepare() -> int:
    """Write the file by which HAProxy knows at its start which slots take requests, and their ports."""
    apps = declared.read(Path(DECLARED))
    wanted = {slot for app in apps for slot in declared.serving(app, record.read(Path(RECORDS), app.name))}
    slots = [slot for app in apps for slot in declared.slots(app)]
    record.replace(Path(SERVER_STATE), state_file(slots, wanted))
    return 0


def reconcile() -> int:
    """Start what is recorded as live, and lead requests there and nowhere else."""
    apps = declared.read(Path(DECLARED))
    records = {app.name: record.read(Path(RECORDS), app.name) for app in apps}
    wanted = {slot for app in apps for slot in declared.serving(app, records[app.name])}
    slots = [slot for app in apps for slot in declared.slots(app)]
    record.replace(Path(SERVER_STATE), state_file(slots, wanted))
    failed = [problem for app in apps for problem in _started(app, records[app.name])]
    balancer = Balancer(BALANCER_SOCKET)
    found = balancer.servers()
    for slot in slots:
        state = "ready" if (slot.backend, slot.name) in wanted else "maint"
        known = found.get((slot.backend, slot.name))
        if known is None:
            failed.append(f"HAProxy has no {slot.backend}/{slot.name}: its configuration is an older one")
        elif known.state != state:
            balancer.set_state(slot.backend, slot.name, state)
    for problem in failed:
        sys.stderr.write(f"reconcile: {problem}\n")
    return 1 if failed else 0


def _started(app: Declared, known: Record) -> list[str]:
    """Start each container of the live release that does not run; what cannot be started is returned."""
    engine, problems = Engine(ENGINE_SOCKET), []
    live = declared.serving(app, known)
    for slot in declared.slots(app):
        if (slot.backend, slot.name) in live:
            try:
                engine.start(slot.container)
            except EngineError as error:
                problems.append(str(error))
    return problems


def show_serving() -> int:
    """Print for each application whether it serves as recorded, or what differs."""
    apps = declared.read(Path(DECLARED))
    found = Balancer(BALANCER_SOCKET).servers()
    print(json.dumps({app.name: _differs(app, found) for app in apps}))  # noqa: T201  its output
    return 0


def _differs(app: Declared, found: Mapping[tuple[str, str], Server]) -> str:
    try:
        wanted = declared.serving(app, record.read(Path(RECORDS), app.name))
    except RecordError as error:
        return str(error)
    engine = Engine(ENGINE_SOCKET)
    problems = []
    for slot in declared.slots(app):
        key = (slot.backend, slot.name)
        state = found[key].state if key in found else "missing"
        if (state == "ready") != (key in wanted):
            problems.append(f"{slot.backend}/{slot.name} is {state} in HAProxy")
        if key in wanted:
            known = engine.container(slot.container)
            if known is None or not known["State"]["Running"]:
                problems.append(f"{slot.container} {'does not run' if known else 'is gone'}")
    return "; ".join(problems) or GOOD


def show_released() -> int:
    """Print for each application whether the release that serves has the settings that are declared."""
    shown = {}
    for app in declared.read(Path(DECLARED)):
        live = record.read(Path(RECORDS), app.name).live
        same = live is None or live.settings == app.settings
        shown[app.name] = "has its settings" if same else "waits for a release: its settings changed since"
    print(json.dumps(shown))  # noqa: T201  its output
    return 0
