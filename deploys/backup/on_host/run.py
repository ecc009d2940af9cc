"""Backups of PostgreSQL on a host: makes one, proves one, exposes what is known. It runs as postgres."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from deploys.backup.on_host.copied import nothing_is_copied
from deploys.backup.on_host.pgbackrest import DEADLINE_SECONDS, PgBackRest, made, values
from deploys.backup.on_host.repository import RepositoryError, reached, ready, write
from deploys.backup.retention import Made, Policy, to_remove

TOOLS = "/usr/local/lib/rigwright/backup"
USAGE = "backup full | incremental; backup prove; backup query; backup prove-second"


def main() -> int:
    """0: done. 1: it failed. 2: the newest backup did not come back. 64: wrong usage.

    Of what failed one line on standard error says why.
    """
    given = values()
    repository = PgBackRest(given["stanza"], given["config"])
    commands = {
        "full": _back_up,
        "incremental": _back_up,
        "prove": _prove,
        "query": _query,
        "prove-second": _prove_second,
    }
    word = sys.argv[1] if len(sys.argv) == 2 else ""  # noqa: PLR2004  the program and its command
    if word not in commands:
        sys.stderr.write(f"{USAGE}\n")
        return 64
    try:
        commands[word](word, repository, given)
    except (RepositoryError, OSError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"{word}: {error}\n")
        return 2 if isinstance(error, NotRestoredError) else 1
    return 0


class NotRestoredError(RepositoryError):
    """A backup that did not come back."""


def _say(line: str) -> None:
    """A line that whoever waits reads at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@contextlib.contextmanager
def _locked(given: Mapping[str, str]) -> Iterator[None]:
    """One at a time: the second waits, as long as its unit may."""
    with Path(given["state"], "lock").open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _back_up(kind: str, repository: PgBackRest, given: Mapping[str, str]) -> None:
    """Make one, and remove what the policy does not keep. A full one is made where segments were dropped."""
    with _locked(given):
        ready(f"{TOOLS}/repository")
        due = Path(given["state"], "full-due")
        if due.exists():
            Path(given["state"], "full-tried").touch()
        if not repository.has_stanza():
            repository.run("stanza-create")
        _in_order(repository, given)
        # What waits is pushed again: it is not dropped for a failure of the time before.
        Path(given["state"], "failing").unlink(missing_ok=True)
        before = due.stat().st_mtime_ns if due.exists() else 0
        full = kind == "full" or before > 0
        started = time.monotonic()
        _say(f"{'full' if full else 'incremental'} backup begun")
        repository.run(f"--type={'full' if full else 'incr'}", "backup", seconds=DEADLINE_SECONDS)
        _say(f"{made(repository.info())[-1].label}: made in {time.monotonic() - started:.0f} s")
        if before and due.stat().st_mtime_ns == before:
            due.unlink()
            _forget_dropped(given)
        _remove(repository, given)
    _query("query", repository, given)


def _in_order(repository: PgBackRest, given: Mapping[str, str]) -> None:
    """PgBackRest makes no backup that would be older than one that is there."""
    future = [one.label for one in made(repository.info()) if one.at > time.time()]
    if future:
        raise RepositoryError(
            f"{future[-1]} is dated in the future: check the clock; if it is right, remove that backup: "
            f"sudo -u postgres pgbackrest --config={given['config']} --stanza={given['stanza']} "
            f"--set={future[-1]} expire"
        )


def _forget_dropped(given: Mapping[str, str]) -> None:
    """Keep the list of what was dropped before the backup, where it is counted no more."""
    dropped = Path(given["state"], "dropped")
    if dropped.exists():
        dropped.replace(dropped.with_name("dropped-before"))


def _remove(repository: PgBackRest, given: Mapping[str, str]) -> None:
    with nothing_is_copied(Path(given["state"])) as free:
        if free:
            _expire(repository, given)
        else:
            _say("a copy to the second place is made: what is old is removed after the next backup")


def _expire(repository: PgBackRest, given: Mapping[str, str]) -> None:
    info = repository.info()
    policy = Policy(**json.loads(given["keep"]))
    backups = made(info)
    gone = to_remove(backups, policy, {*_proved(given)}, int(time.time()))
    for one in sorted((one for one in backups if one.label in gone), key=lambda one: -one.at):
        repository.run(f"--set={one.label}", "expire")
        _say(f"{one.label}: removed")
    fulls = [one for one in backups if not one.needs and one.label not in gone]
    if gone:
        count = f"--repo1-retention-archive={len(fulls)}"
        repository.run(count, "--repo1-retention-archive-type=full", "expire")


def _proved(given: Mapping[str, str]) -> dict[str, Any]:
    """What each restore showed, by label."""
    try:
        found: dict[str, Any] = json.loads(Path(given["state"], "proved.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _prove(_word: str, repository: PgBackRest, given: Mapping[str, str]) -> None:
    """Restore the newest into a scratch cluster, read every table, and record what was there."""
    with _locked(given):
        ready(f"{TOOLS}/repository")
        backups = made(repository.info())
        newest, result = _restored(backups, repository)
        known = {one.label for one in backups}
        kept = {label: one for label, one in _proved(given).items() if label in known}
        _write(given, "proved.json", {**kept, newest: result})
    _query("query", repository, given)


def _restored(backups: list[Made], repository: PgBackRest) -> tuple[str, dict[str, Any]]:
    """The newest with what a restore of it showed."""
    started = time.time()
    newest = _newest(backups, int(started))
    _say(f"{newest}: restored into a scratch cluster, each table is read")
    done = subprocess.run(
        [f"{TOOLS}/prove", newest],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=DEADLINE_SECONDS,
        env={**os.environ, "repository_config": repository.config},
    )
    if done.returncode:
        raise NotRestoredError(f"{newest}: the restore into a scratch cluster failed, see above")
    result = {"at": int(started), "seconds": round(time.time() - started, 1), **json.loads(done.stdout)}
    _say(f"{newest}: restored in {result['seconds']} s, {result['rows']} rows in {result['tables']} tables")
    return newest, result


def _prove_second(_word: str, _repository: PgBackRest, given: Mapping[str, str]) -> None:
    """The same out of the copy in the second place."""
    with _locked(given):
        copy = PgBackRest(given["stanza"], given["second_config"])
        newest, result = _restored(made(copy.info()), copy)
        _write(given, "second-proved.json", {"label": newest, **result})


def _newest(backups: list[Made], now: int) -> str:
    """The label of the newest; one that a wrong clock dated in the future is not it."""
    past = [one for one in backups if 0 < one.at <= now]
    if not past:
        why = "all backups are dated in the future: check the clock" if backups else "there is no backup"
        raise RepositoryError(f"nothing to restore: {why}")
    return max(past, key=lambda one: (one.at, one.label)).label


def _query(_word: str, repository: PgBackRest, given: Mapping[str, str]) -> None:
    """Write down what the repository holds; metrics and people read that, at no cost to the repository."""
    if not given["mount"]:
        # pgBackRest waits for minutes for a bucket that is away, and the state of it is written down too.
        reached(f"{TOOLS}/repository")
    info = repository.info()
    found = repository.gaps(info, int(given["segment_bytes"]))
    proved = _proved(given)
    backups = [
        {
            "label": one["label"],
            "type": one["type"],
            "started": one["timestamp"]["start"],
            "ended": one["timestamp"]["stop"],
            "bytes": one["info"]["size"],
            "repository_bytes": one["info"]["repository"]["delta"],
            "proved": proved.get(one["label"]),
        }
        for one in info["backup"]
    ]
    missing = [[one.first, one.last] for one in found]
    _write(given, "repository.json", {"at": int(time.time()), "backups": backups, "gaps": missing})


def _write(given: Mapping[str, str], name: str, value: object) -> None:
    write(Path(given["state"], name), value)
