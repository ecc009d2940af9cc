"""Backups of all that is declared but databases, by restic. It runs as root.

files due                          back up what is due, and remove what the policy does not keep
files now [NAME...]                back up these, or all, whether or not they are due
files prove                        restore the newest of each into a scratch folder and compare; read a part
                                   of the repository; free the room of what was removed
files prove NAME...                restore and compare the newest of these alone
files query                        write down what the repository holds
files known NAME                   print what is written down of one, as JSON
files restore NAME WHICH TARGET    restore beside; WHICH is latest, a label, or a time
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from deploys.backup.on_host.files_known import known
from deploys.backup.on_host.files_made import back_up
from deploys.backup.on_host.files_proof import NotRestoredError, prove
from deploys.backup.on_host.files_record import Place, daily, locked, record, removed
from deploys.backup.on_host.files_restore import restore
from deploys.backup.on_host.repository import RepositoryError
from deploys.backup.on_host.source import SourceError
from deploys.backup.snapshots import NoSnapshotError, due

FAILURES = (RepositoryError, SourceError, NoSnapshotError, OSError, subprocess.SubprocessError)
COUNTS = {"due": 0, "query": 0, "known": 1, "restore": 3}
"""How many words follow, where it is not any number."""


def main() -> int:
    """0: done. 1: something of it failed. 2: a backup did not come back. 64: wrong usage.

    Of what failed a line each on standard error says why.
    """
    words = sys.argv[1:]
    verbs: dict[str, Callable[[Place, Sequence[str]], int]] = {
        "due": _due,
        "now": _now,
        "prove": _prove,
        "query": _query,
        "known": _known,
        "restore": _restore,
    }
    if not words or words[0] not in verbs or len(words) - 1 != COUNTS.get(words[0], len(words) - 1):
        sys.stderr.write(__doc__ or "")
        return 64
    try:
        return verbs[words[0]](Place.read(), words[1:])
    except FAILURES as error:
        sys.stderr.write(f"{words[0]}: {error}\n")
        return 1


def _due(place: Place, _words: Sequence[str]) -> int:
    """What is due by the record; the repository's disk is not used where nothing is."""
    now, each_day = int(time.time()), daily(place.at, time.time())
    last = place.last()
    names = [one.name for one in place.declared if due(last.get(one.name, 0), one.rhythm, now, each_day)]
    return _now(place, names) if names else 0


def _chosen(place: Place, names: Sequence[str]) -> list[str]:
    """These names, or all that are declared."""
    known = [one.name for one in place.declared]
    if unknown := [name for name in names if name not in known]:
        raise RepositoryError(f"{unknown[0]!r} is not declared; declared are: {', '.join(known)}")
    return [*names] or known


def _now(place: Place, names: Sequence[str]) -> int:
    chosen = _chosen(place, names)
    declared = {one.name: one for one in place.declared}
    with locked(place):
        place.ready()
        code = _each(lambda name: back_up(place, declared[name]), chosen)
        removed(place)
        record(place)
    return code


def _prove(place: Place, names: Sequence[str]) -> int:
    """Of names that are given alone; else of all that have a backup, with the repository's own check."""
    chosen = _chosen(place, names)
    with locked(place):
        place.ready()
        present = {one.data for one in place.restic.snapshots()}
        chosen = [name for name in chosen if names or name in present]
        if not chosen:
            raise RepositoryError("there is no backup to restore")
        try:
            code = _each(lambda name: prove(place, name), chosen)
            if not names:
                # A damaged repository stays as it is until a person has seen it.
                place.restic.check(place.part(time.time()), place.parts)
            removed(place)
            if not names:
                place.restic.prune()
        finally:
            record(place)
    return code


def _query(place: Place, _words: Sequence[str]) -> int:
    with locked(place):
        place.ready()
        record(place)
    return 0


def _known(place: Place, words: Sequence[str]) -> int:
    sys.stdout.write(known(place, *_chosen(place, words)))
    return 0


def _restore(place: Place, words: Sequence[str]) -> int:
    with locked(place, wait=False):
        place.readable()
        sys.stdout.write(restore(place, *words))
    return 0


def _each(do: Callable[[str], str], names: Sequence[str]) -> int:
    """Do it for each, and go on where one fails; what could not be done beats what did not come back."""
    codes = [_tried(do, name) for name in names]
    return 1 if 1 in codes else max(codes, default=0)


def _tried(do: Callable[[str], str], name: str) -> int:
    try:
        line = do(name)
    except FAILURES as error:
        sys.stderr.write(f"{name}: {error}\n")
        return 2 if isinstance(error, NotRestoredError) else 1
    sys.stdout.write(f"{name}: {line}\n")
    sys.stdout.flush()
    return 0
