"""pgBackRest of this host: its commands, and what its repository holds."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploys.backup.gaps import Gap, gaps
from deploys.backup.on_host.repository import RepositoryError
from deploys.backup.retention import Made

VALUES = "/usr/local/lib/rigwright/backup/values.env"
NO_STANZA = (1, 2)
"""Codes of ``info``: the path or the backups of the stanza are missing (pgBackRest, command/info/info.c)."""
DEADLINE_SECONDS = 20 * 3600
QUERY_SECONDS = 300


def values() -> dict[str, str]:
    """What the host's programs need to know."""
    with Path(VALUES).open(encoding="utf-8") as lines:
        return dict(line.rstrip("\n").split("=", 1) for line in lines if "=" in line)


@dataclass(frozen=True)
class Log:
    """What the repository holds of the log.

    Attributes:
        backups: As ``info`` lists them, oldest first.
        files: When each file came, by its path.
        gaps: What is missing from the start of the oldest backup on.
    """

    backups: tuple[Mapping[str, Any], ...]
    files: Mapping[str, int]
    gaps: list[Gap]


@dataclass(frozen=True)
class PgBackRest:
    """The repository.

    Attributes:
        stanza: The name of the cluster in it.
        config: Its configuration, which holds the passphrase.
        start: What a command begins with where another account runs this program.
    """

    stanza: str
    config: str
    start: tuple[str, ...] = ()

    def run(self, *words: str, seconds: int = QUERY_SECONDS) -> str:
        """What a command prints.

        Raises:
            RepositoryError: It failed, or took too long.
        """
        command = [*self.start, "pgbackrest", f"--config={self.config}", f"--stanza={self.stanza}", *words]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            raise RepositoryError(f"pgbackrest {words[-1]} took longer than {seconds} s") from None
        if done.returncode:
            lines = (done.stderr or done.stdout).strip().splitlines()
            raise RepositoryError(f"pgbackrest {words[-1]}: {' '.join(lines[-3:]) or done.returncode}")
        return done.stdout

    def info(self) -> Mapping[str, Any]:
        """What the repository holds of this cluster.

        Raises:
            RepositoryError: It cannot be read, such as with another passphrase; ``info`` itself ends with 0.
        """
        found = json.loads(self.run("--output=json", "info"))
        mine = next((one for one in found if one.get("name") == self.stanza), None)
        if mine is None or mine["status"]["code"] in NO_STANZA:
            return {"backup": [], "archive": []}
        if mine["status"]["code"]:
            raise RepositoryError(f"the repository cannot be read: {mine['status']['message']}")
        wrong = [one for one in mine.get("repo", []) if one["status"]["code"] not in (0, *NO_STANZA)]
        if wrong:
            raise RepositoryError(f"the repository cannot be read: {wrong[0]['status']['message']}")
        whole: Mapping[str, Any] = mine
        return whole

    def has_stanza(self) -> bool:
        """Whether the cluster was ever backed up into it."""
        return "archive.info" in json.loads(self.run("--output=json", "repo-ls", f"archive/{self.stanza}"))

    def archived(self, archive: str) -> dict[str, int]:
        """When each file of one archive was written, by its path."""
        path = f"archive/{self.stanza}/{archive}"
        found = json.loads(self.run("--output=json", "--recurse", "repo-ls", path))
        return {path: int(one.get("time", 0)) for path, one in found.items() if one.get("type") == "file"}

    def log(self, info: Mapping[str, Any], segment_bytes: int) -> Log:
        """The newest archive, and the backups from which it is replayed."""
        backups = [one for one in info["backup"] if one.get("archive", {}).get("start")]
        if not backups:
            return Log((), {}, [])
        archive = max(info["archive"], key=lambda one: one["database"]["id"])
        mine = [one for one in backups if one["database"]["id"] == archive["database"]["id"]]
        starts, stops = [one["archive"]["start"] for one in mine], [one["archive"]["stop"] for one in mine]
        if not mine:
            return Log((), {}, [])
        there = self.archived(archive["id"])
        return Log(tuple(mine), there, gaps(there, min(starts), max(stops), segment_bytes))

    def databases(self, label: str) -> set[str]:
        """The names of the databases in a backup; none where this pgBackRest does not list them."""
        found = json.loads(self.run("--output=json", f"--set={label}", "info"))
        backups = [one for stanza in found for one in stanza["backup"] if one["label"] == label]
        return {str(each["name"]) for one in backups for each in one.get("database-ref") or ()}

    def gaps(self, info: Mapping[str, Any], segment_bytes: int) -> list[Gap]:
        """What is missing from the start of the oldest backup on."""
        return self.log(info, segment_bytes).gaps


def made(info: Mapping[str, Any]) -> list[Made]:
    """The backups, oldest first."""
    return [
        Made(one["label"], int(one["timestamp"]["stop"]), tuple(one.get("reference") or ()))
        for one in info["backup"]
    ]
