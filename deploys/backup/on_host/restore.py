"""Restores on this host: what one would do, one that is started, and how far it is. It runs as root.

restore plan REQUEST     print as JSON what it would do; it changes nothing
restore start REQUEST    begin it, or take up the same one where it was killed; it runs by itself then
restore status           print the journal of the last one as JSON
restore run              carry out the one that was begun; systemd starts this

REQUEST is JSON with what, to, way, place and folder.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from deploys.backup.choice import RefusedError
from deploys.backup.on_host import in_place_files, in_place_server, restore_files, restore_server
from deploys.backup.on_host.files_record import Place
from deploys.backup.on_host.in_place import TakenBackError
from deploys.backup.on_host.repository import RepositoryError
from deploys.backup.on_host.restore_database import DatabaseInPlace, copy
from deploys.backup.on_host.restore_item import Item, refused
from deploys.backup.on_host.restore_journal import Journal, alone, remember, runs
from deploys.backup.on_host.restore_request import HOST, Request, Wanted, backed_up, resolve
from deploys.backup.on_host.server import Server
from deploys.backup.on_host.source import SourceError

SELF = "/usr/local/lib/rigwright/backup/restore.pyz"
UNIT = "rigwright-restore"
PROMISE = Path("/usr/local/lib/rigwright/backup/promise.json")
FAILURES = (RefusedError, RepositoryError, SourceError, OSError, subprocess.SubprocessError)
FINDINGS = 2


def main() -> int:
    """0: done. 1: it cannot be, or failed. 2: done, and less than is promised. 64: wrong usage."""
    words = sys.argv[1:]
    verbs: dict[str, tuple[int, Callable[[Sequence[str]], int]]] = {
        "plan": (1, _plan),
        "start": (1, _start),
        "status": (0, _status),
        "run": (0, _run),
    }
    if not words or words[0] not in verbs or len(words) - 1 != verbs[words[0]][0]:
        sys.stderr.write(__doc__ or "")
        return 64
    try:
        return verbs[words[0]][1](words[1:])
    except FAILURES as error:
        sys.stderr.write(f"{error}\n")
        return 1


def planned(request: Request) -> list[Item]:
    """What it would do, of each thing."""
    try:
        every = resolve(request.what, backed_up())
    except FAILURES as error:
        return [refused(request.what, error)]
    opening = restore_files.Opening(request)
    return [_planned(one, request, opening) for one in every]


def _planned(one: Wanted, request: Request, opening: restore_files.Opening) -> Item:
    try:
        if one.kind == "database":
            whole = request.way == "replace" and not one.part
            of_server = in_place_server.plan if whole else restore_server.plan
            return of_server(Server.of(request), one, request)
        return _files_planned(one, request, opening.place())
    except FAILURES as error:
        return refused(one.word, error)


def _files_planned(one: Wanted, request: Request, place: Place) -> Item:
    """Of a whole host what the system runs from comes beside."""
    if request.way == "replace":
        try:
            return in_place_files.plan(place, one, request)
        except in_place_files.InUseError:
            if request.what != HOST:
                raise
    return restore_files.plan(place, one, request)


def _plan(words: Sequence[str]) -> int:
    items = [one.printed() for one in planned(Request.of(words[0]))]
    sys.stdout.write(json.dumps({"now": int(time.time()), "items": items, "promise": _promise()}) + "\n")
    return 0


def _promise() -> Mapping[str, int]:
    found: Mapping[str, int] = json.loads(PROMISE.read_text(encoding="utf-8"))
    return found


def _start(words: Sequence[str]) -> int:
    request = Request.of(words[0])
    with alone():
        journal = _killed(request) or _begun(request)
    # The scratch cluster runs on when the restore has ended, and its unit stays as long.
    unit = f"{UNIT}-{int(time.time())}"
    properties = ("--property=KillMode=process", "--property=Type=exec")
    subprocess.run(
        ["systemd-run", "--quiet", "--collect", f"--unit={unit}", *properties, "python3", "-I", SELF, "run"],
        check=True,
    )
    sys.stdout.write(journal.stamp + "\n")
    return 0


def _killed(request: Request) -> Journal | None:
    """The same restore, where it was killed while it replaced something; it is taken up again.

    Raises:
        RefusedError: Another one was.
    """
    last = Journal.read()
    if last is None or last.held["state"] != "running" or last.held["request"]["way"] != "replace":
        return None
    if last.held["request"] == vars(request):
        return last
    before = last.held["request"]
    raise RefusedError(
        f"the restore of {before['what']} to {before['to']} was killed and is not complete",
        "the same again, which takes it up",
    )


def _begun(request: Request) -> Journal:
    items = planned(request)
    if wrong := [one for one in items if one.refused]:
        raise RefusedError(f"{wrong[0].what}: {wrong[0].refused}", wrong[0].possible or "")
    return Journal.begin(vars(request), [one.printed() for one in items])


def _status(_words: Sequence[str]) -> int:
    journal = Journal.read()
    found = journal.held if journal else {}
    sys.stdout.write(json.dumps({**found, "runs": runs(), "promise": _promise()}) + "\n")
    return 0


def _run(_words: Sequence[str]) -> int:
    journal = Journal.read()
    if journal is None or journal.held["state"] != "running":
        raise RepositoryError("no restore was begun")
    with alone():
        try:
            code = _carried_out(journal)
        except FAILURES as error:
            state = "taken back" if isinstance(error, TakenBackError) else "failed"
            journal.end(state, 1, f"{journal.item}: {error}")
            return 1
        journal.end("done", code)
    return code


def _carried_out(journal: Journal) -> int:
    """Each thing in order, up to the first that fails: 0, or 2 where it is less than is promised."""
    request = Request(**journal.held["request"])
    declared = backed_up()
    for item in journal.held["items"]:
        (one,) = resolve(item["what"], declared)
        journal.item = item["what"]
        started = time.monotonic()
        _do(journal, one, item, request)
        took = time.monotonic() - started
        remember(one.word, item["bytes"], took)
        journal.held["measured"].append(
            {"what": one.word, "seconds": round(took, 1), "loss_seconds": item["loss_seconds"]}
        )
    promise = _promise()
    worst = max((one["loss_seconds"] for one in journal.held["measured"]), default=0)
    took = time.time() - journal.held["begun"]
    late = took > promise["rto_seconds"] or (request.to == "latest" and worst > promise["rpo_seconds"])
    return FINDINGS if late else 0


def _do(journal: Journal, one: Wanted, item: Mapping[str, Any], request: Request) -> None:
    if one.kind == "database" and item["way"] == "replace":
        kind = DatabaseInPlace if one.part else in_place_server.ServerInPlace
        kind(journal, one, item, request).carry_out()
    elif one.kind == "database":
        (copy if one.part else restore_server.beside)(journal, one, item, request)
    elif item["way"] == "replace":
        in_place_files.KINDS[one.kind](journal, one, item, request).carry_out()
    else:
        restore_files.beside(journal, one, item, request)
