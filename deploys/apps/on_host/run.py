"""Applications on a host: makes releases, compares what runs with what is recorded, and brings it there."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable

from deploys.apps.on_host import query, steps
from deploys.apps.on_host.balancer import Balancer, BalancerError
from deploys.apps.on_host.declared import Declared
from deploys.apps.on_host.engine import Engine, EngineError
from deploys.apps.on_host.record import Change, Record, RecordError, Release
from deploys.apps.on_host.release import Session
from deploys.apps.on_host.store import Store
from deploys.apps.paths import BALANCER_SOCKET, DECLARED, ENGINE_SOCKET, RECORDS, SERVER_STATE

USAGE = (
    "apps prepare | reconcile | serving | released | status | ping | "
    "release APP DIGEST ID BY | rollback APP NUMBER ID BY | recover APP"
)
REFUSED = 2
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
Choose = Callable[[Declared, Record], Release]


class Host:
    """This host's records, HAProxy and engine."""

    def __init__(self) -> None:
        self.store = Store(DECLARED, RECORDS, SERVER_STATE)
        self.balancer = Balancer(BALANCER_SOCKET)
        self.engine = Engine(ENGINE_SOCKET)

    def session(self, app: Declared) -> Session:
        """One application; its lock must be held."""
        return Session(self.store, app, self.engine, self.balancer)


def main() -> int:
    """0: done, the new release serves. 2: refused, the old one serves. 1: it failed. 64: wrong usage."""
    verb, *words = sys.argv[1:] or [""]
    verbs: dict[str, tuple[int, Callable[..., int]]] = {
        "prepare": (0, prepare),
        "reconcile": (0, reconcile),
        "serving": (0, _shown(lambda host: query.serving(host.store, host.balancer, host.engine))),
        "released": (0, _shown(lambda host: query.released(host.store))),
        "status": (0, _shown(lambda host: query.status(host.store))),
        "ping": (0, _ping),
        "release": (4, release),
        "rollback": (4, rollback),
        "recover": (1, recover),
    }
    if verb not in verbs or len(words) != verbs[verb][0]:
        sys.stderr.write(f"{USAGE}\n")
        return 64
    os.umask(0o077)
    try:
        return verbs[verb][1](Host(), *words)
    except (RecordError, BalancerError, EngineError) as error:
        sys.stderr.write(f"{verb}: {error}\n")
        return 1


def _shown(found: Callable[[Host], object]) -> Callable[[Host], int]:
    def show(host: Host) -> int:
        print(json.dumps(found(host)))  # noqa: T201  its output
        return 0

    return show


def _ping(host: Host) -> int:
    """HAProxy responds, by its own socket."""
    host.balancer.servers()
    return 0


def prepare(host: Host) -> int:
    """Write the file by which HAProxy knows at its start which slots take requests, and their ports."""
    host.store.write_server_state()
    return 0


def reconcile(host: Host) -> int:
    """Bring every application to its record; what a cut-off release becomes is decided first."""
    problems: list[str] = []
    for app in host.store.apps():
        problems += _reconciled(host, app)
    for problem in problems:
        sys.stderr.write(f"reconcile: {problem}\n")
    return 1 if problems else 0


def _reconciled(host: Host, app: Declared) -> list[str]:
    try:
        with host.store.locked(app.name) as alone:
            if alone:
                session = host.session(app)
                session.recover()
                session.restore()
    except (RecordError, BalancerError, EngineError) as error:
        return [f"{app.name}: {error}"]
    return []


def recover(host: Host, name: str) -> int:
    """Decide what a cut-off release becomes."""
    with host.store.locked(name) as alone:
        if alone:
            host.session(host.store.app(name)).recover()
    return 0


def release(host: Host, name: str, digest: str, id_: str, by: str) -> int:
    """Make an image live."""
    if not DIGEST.fullmatch(digest):
        raise RecordError(f"{digest[:80]} is no digest: a tag may be another image tomorrow; write sha256:…")

    def chosen(app: Declared, known: Record) -> Release:
        instances = {process: int(one["instances"]) for process, one in app.processes.items()}
        new = steps.candidate(known, digest, app.settings, instances)
        host.store.keep_settings(app, new)
        return new

    return _change(host, name, ("release", id_, by), chosen)


def rollback(host: Host, name: str, number: str, id_: str, by: str) -> int:
    """Make a kept release live again: the previous one for ``previous``, else by its number."""
    wanted = None if number == "previous" else int(number)
    return _change(host, name, ("rollback", id_, by), lambda _, known: steps.chosen(known, wanted))


def _change(host: Host, name: str, what: tuple[str, str, str], choose: Choose) -> int:
    kind, id_, by = what
    app = host.store.app(name)
    with host.store.locked(name) as alone:
        if not alone:
            held = host.store.record(name).change
            who = f"{held.kind} {held.id} of {held.by} since {time.ctime(held.since)}" if held else "another"
            raise RecordError(f"{who} is under way")
        session = host.session(app)
        session.recover()
        now = time.time()
        new = choose(app, session.record)
        change = Change(id_, kind, by, now, new, (("planned", now),))
        session.save(steps.begun(session.record, change))
        return 0 if session.run() else REFUSED
