"""Applications on a host: makes releases, compares what runs with what is recorded, and brings it there."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Mapping

from deploys.apps.on_host import query, steps, verdicts
from deploys.apps.on_host.balancer import Balancer, BalancerError
from deploys.apps.on_host.checks import Candidate
from deploys.apps.on_host.declared import Declared
from deploys.apps.on_host.engine import Engine, EngineError
from deploys.apps.on_host.record import Change, Record, RecordError, Release
from deploys.apps.on_host.release import Session
from deploys.apps.on_host.store import Store
from deploys.apps.paths import BALANCER_SOCKET, DECLARED, ENGINE_SOCKET, RECORDS, SERVER_STATE

USAGE = (
    "apps prepare | reconcile | serving | released | status | ping | "
    "plan APP DIGEST [SKIPPED] | release APP DIGEST ID BY [SKIPPED] | rollback APP NUMBER ID BY | recover APP"
)
REFUSED = 2
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
Choose = Callable[[Declared, Record], Release]
Checked = Callable[[Declared, Release], str]
"""What speaks against a release, in one line; nothing where nothing does."""
What = tuple[str, str, str, Mapping[str, str]]
"""Kind and id of a change, who makes it, and which checks are skipped for which reason."""


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
    verbs: dict[str, tuple[range, Callable[..., int]]] = {
        "prepare": (range(1), prepare),
        "reconcile": (range(1), reconcile),
        "serving": (range(1), _shown(lambda host: query.serving(host.store, host.balancer, host.engine))),
        "released": (range(1), _shown(lambda host: query.released(host.store))),
        "status": (range(1), _shown(lambda host: query.status(host.store))),
        "ping": (range(1), _ping),
        "plan": (range(2, 4), plan),
        "release": (range(4, 6), release),
        "rollback": (range(4, 5), rollback),
        "recover": (range(1, 2), recover),
    }
    if verb not in verbs or len(words) not in verbs[verb][0]:
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


def plan(host: Host, name: str, digest: str, skipped: str = "{}") -> int:
    """Print what a release of an image would do, and what is checked before; nothing changes."""
    app = host.store.app(name)
    with host.store.locked(name, shared=True) as alone:
        if not alone:
            raise RecordError("a change is under way: see rig release status")
        known = host.store.record(name)
    candidate = Candidate(app, _candidate(app, known, digest), host.engine)
    found = verdicts.made(candidate, _skipped(skipped))
    print(json.dumps(verdicts.shown(candidate, found, known.live)))  # noqa: T201  its output
    return 0


def release(host: Host, name: str, digest: str, id_: str, by: str, skipped: str = "{}") -> int:  # noqa: PLR0917  words of a command
    """Make an image live."""

    def chosen(app: Declared, known: Record) -> Release:
        new = _candidate(app, known, digest)
        host.store.keep_settings(app, new)
        return new

    left_out = _skipped(skipped)
    verdicts.refuse_unknown(left_out)

    def checked(app: Declared, new: Release) -> str:
        return verdicts.failures(verdicts.made(Candidate(app, new, host.engine), left_out))

    return _change(host, name, ("release", id_, by, left_out), chosen, checked)


def _candidate(app: Declared, known: Record, digest: str) -> Release:
    if not DIGEST.fullmatch(digest):
        raise RecordError(f"{digest[:80]} is no digest: a tag may be another image tomorrow; write sha256:…")
    instances = {process: int(one["instances"]) for process, one in app.processes.items()}
    return steps.candidate(known, digest, app.settings, instances)


def _skipped(text: str) -> dict[str, str]:
    try:
        found = {str(name): str(reason).strip() for name, reason in json.loads(text).items()}
    except (ValueError, AttributeError) as error:
        raise RecordError(f"checks to skip are no JSON of names and reasons: {text[:80]!r}") from error
    if bare := [name for name, reason in found.items() if not reason]:
        raise RecordError(f"{bare[0]} is skipped without a reason: name one")
    return found


def _unchecked(_: Declared, __: Release) -> str:
    """A way back is never barred: what it goes to has served."""
    return ""


def rollback(host: Host, name: str, number: str, id_: str, by: str) -> int:
    """Make a kept release live again: the previous one for ``previous``, else by its number."""
    wanted = None if number == "previous" else int(number)
    return _change(host, name, ("rollback", id_, by, {}), lambda _, known: steps.chosen(known, wanted))


def _change(host: Host, name: str, what: What, choose: Choose, checked: Checked = _unchecked) -> int:
    kind, id_, by, skipped = what
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
        change = Change(id_, kind, by, now, new, (("planned", now),), skipped)
        session.save(steps.begun(session.record, change))
        if why := checked(app, new):
            session.refuse(why)
            return REFUSED
        return 0 if session.run() else REFUSED
