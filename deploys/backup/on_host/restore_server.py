"""A restore of PostgreSQL or of one of its databases: what it would do, and beside the running one."""

from __future__ import annotations

import contextlib
import fcntl
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from deploys.backup.choice import LATEST, RefusedError, choose, seconds, wanted
from deploys.backup.on_host import restore_journal
from deploys.backup.on_host.in_place import writers
from deploys.backup.on_host.repository import RepositoryError
from deploys.backup.on_host.restore_item import Item, room_at
from deploys.backup.on_host.restore_journal import Journal
from deploys.backup.on_host.restore_request import Request, Wanted, local
from deploys.backup.on_host.server import Server, options, reached, whole

SYSTEM = ("postgres", "template0", "template1")
"""Databases of every cluster, which the server and its tools need."""


def plan(server: Server, one: Wanted, request: Request) -> Item:
    """What a restore beside does.

    Raises:
        RefusedError: It cannot be.
    """
    now = int(time.time())
    to = wanted(request.to, now, local())
    every = server.ranges()
    chosen = choose(every, to)
    base, folder = chosen.base, Path(server.given["scratch"])
    replaced = bool(one.part) and request.way == "replace"
    if replaced and one.part in SYSTEM:
        raise RefusedError(f"{one.part} is the server's own database", "--beside, or postgres as a whole")
    if one.part:
        _refuse_unknown(server, base.label, one.part)
    lost = now - (chosen.latest if to.at is None else to.at)
    return Item(
        one.word,
        one.data,
        one.kind,
        one.part,
        base.label,
        base.at,
        to.text if to.at is not None else LATEST,
        every[0].base.at,
        chosen.latest,
        tuple((gap.gap.first, gap.gap.last) for gap in every if gap.gap),
        max(0, lost),
        base.bytes,
        str(folder),
        base.bytes,
        room_at(folder),
        seconds(base.bytes, [*_proofs(server), *restore_journal.past(one.word)]),
        tuple(str(each["unit"]) for each in writers(one)) if replaced else (),
        (f"the database {one.part}_before_TIME",) if replaced else (),
        way="replace" if replaced else "beside",
    ).with_room()


def _proofs(server: Server) -> Sequence[tuple[int, float]]:
    """Bytes and seconds of trial restores."""
    try:
        text = Path(server.given["state"], "repository.json").read_text(encoding="utf-8")
        backups = json.loads(text)["backups"]
    except (OSError, ValueError):
        return []
    return [(one["bytes"], one["proved"]["seconds"]) for one in backups if one["proved"]]


def _refuse_unknown(server: Server, label: str, database: str) -> None:
    """A database that is neither in the backup nor in the running server."""
    found = server.repository.databases(label)
    if found and database not in found and not _exists(server, database):
        raise RefusedError(f"there is no database {database!r} in {label}", ", ".join(sorted(found)))


def _exists(server: Server, database: str) -> bool:
    """Whether the running server has it: it may be younger than the backup."""
    if not server.responds():
        return False
    return database in server.sql("SELECT datname FROM pg_database").splitlines()


@contextlib.contextmanager
def locked(server: Server) -> Iterator[None]:
    """No backup meanwhile: it may remove what is read, and the weekly trial uses the same folder.

    Raises:
        RepositoryError: One runs.
    """
    with Path(server.given["state"], "lock").open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RepositoryError("a backup or a restore runs: try again when it has ended") from None
        yield


def beside(journal: Journal, one: Wanted, item: Mapping[str, Any], request: Request) -> None:
    """Restore into the scratch cluster, read all of it, and leave it running."""
    server = Server.of(request)
    scratch = Path(server.given["scratch"])
    with locked(server):
        journal.step("last log out", lambda: flushed(server))
        journal.step("restore", lambda: restored(server, scratch, item, lasting=False))
        journal.step("check", lambda: checked(server, scratch))
    journal.say(f"{one.word}: psql -h {scratch}, as postgres; {server.given['tools']}/restore-beside stop")


def flushed(server: Server) -> str | None:
    """What runs has all of its log brought out."""
    if not server.is_own:
        return "the log of this server is not in it"
    if not server.responds():
        return "the server does not run"
    server.flush()
    return None


def restored(server: Server, folder: Path, item: Mapping[str, Any], *, lasting: bool) -> str | None:
    """Restore to a folder, and see that the moment was reached."""
    to = wanted(str(item["to"]), int(time.time()), local())
    chosen = choose(server.ranges(), to)
    way = "lasting" if lasting else "passing"
    # What a running server adds from here on need not be in it.
    there = server.last()
    words = [f"{server.given['tools']}/restore-at", str(folder), way, server.config]
    server.run(*words, *options(chosen, to))
    if to.at is None:
        whole(folder / "data", there, int(server.given["segment_bytes"]))
    last = reached(folder / "log")
    return f"{chosen.base.label}, the last transaction is of {last}" if last else chosen.base.label


def checked(server: Server, folder: Path) -> str:
    """Read every index and row."""
    server.intact(str(folder))
    counts = server.counts(str(folder))
    rows = sum(int(one.split()[1]) for one in counts.values())
    return f"{len(counts)} databases, {rows} rows"
