"""restic of this host: its commands on one repository, each with a deadline."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploys.backup.on_host.repository import RepositoryError
from deploys.backup.on_host.restic_files import Folder, Objects
from deploys.backup.on_host.s3 import Bucket
from deploys.backup.snapshots import Snapshot, snapshots, tag

HOST = "rigwright"
"""The same on every host and for ever, so that snapshots stay comparable when a host is renamed."""
QUERY_SECONDS = 600
WORK_SECONDS = 20 * 3600
INCOMPLETE = 3
"""Exit code of a backup that could not read some of its files, since 0.10."""


@dataclass(frozen=True)
class Saved:
    """What a backup made.

    Attributes:
        label: Its id, or the beginning of it.
        added: Bytes that the repository grew by.
        unread: Paths that could not be read.
    """

    label: str
    files: int
    added: int
    unread: tuple[str, ...]


@dataclass(frozen=True)
class Restic:
    """The repository.

    Attributes:
        path: Its folder, or its name as restic writes that of a bucket.
        passphrase_file: Holds the passphrase, so that it is in no process list.
        temporary: A folder for restic's own files.
        limit_kib: KiB/s that it writes at most; 0: no limit.
        sparse: Whether its ``restore`` can leave holes.
        bucket: What it is in, unless it is a folder of this host.
        environment: Variables of its own, such as those of rclone.
        read_only: No lock is written.
    """

    path: str
    passphrase_file: str
    temporary: str
    limit_kib: int = 0
    sparse: bool = False
    bucket: Bucket | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    read_only: bool = False
    listed: list[list[Snapshot]] = field(default_factory=list)
    """What :meth:`snapshots` found, while nothing was added or removed: each command takes a second to
    derive the key."""
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    """What :meth:`read` found, by label and path: a snapshot does not change."""

    def _start(self, words: Sequence[str], seconds: int) -> subprocess.CompletedProcess[str]:
        options = [f"--limit-upload={self.limit_kib}"] if self.limit_kib else []
        environment = {
            "PATH": "/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "TMPDIR": self.temporary,
            "RESTIC_REPOSITORY": self.path,
            "RESTIC_PASSWORD_FILE": self.passphrase_file,
            "RESTIC_PROGRESS_FPS": "0.01",
            **self.environment,
        }
        options += ["--no-lock"] if self.read_only else []
        if self.bucket:
            # In no process list: restic reads the key from its environment alone.
            environment["AWS_ACCESS_KEY_ID"] = self.bucket.key_id
            environment["AWS_SECRET_ACCESS_KEY"] = self.bucket.secret_key
            environment["AWS_DEFAULT_REGION"] = self.bucket.region
            options += ["--option=s3.bucket-lookup=path"]
            options += [f"--cacert={self.bucket.ca_file}"] if self.bucket.ca_file else []
        try:
            return subprocess.run(
                ["restic", "--no-cache", *options, *words],
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="surrogateescape",
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise RepositoryError(f"restic {words[0]} took longer than {seconds} s") from None

    def run(self, *words: str, seconds: int = QUERY_SECONDS) -> str:
        """What a command prints.

        Raises:
            RepositoryError: It failed, or took too long.
        """
        done = self._start(words, seconds)
        if done.returncode:
            raise RepositoryError(f"restic {words[0]}: {_reason(done)}")
        return done.stdout

    def open(self) -> None:
        """Make it where there is none yet, and see that it can be read.

        Locks of programs that are gone are removed; the caller has the only lock that counts.

        Raises:
            RepositoryError: It is damaged, or has another passphrase.
        """
        files: Folder | Objects = Objects(self.bucket) if self.bucket else Folder(Path(self.path))
        if not files.has("config"):
            if held := [one for one in ("data", "index", "snapshots") if files.below(one)]:
                raise RepositoryError(f"{self.path} has {held[0]} and no config: it is damaged")
            # A key without a config is what is left of a start that was killed.
            files.clear("keys")
            self.run("init")
        self.listed.clear()
        self.snapshots()
        if files.below("locks"):
            self.run("unlock")

    def readable(self) -> None:
        """See that it can be read, and change nothing.

        Raises:
            RepositoryError: There is none, or it is damaged, or has another passphrase.
        """
        self.listed.clear()
        self.snapshots()

    def snapshots(self) -> list[Snapshot]:
        """Those that are made here, oldest first."""
        if not self.listed:
            self.listed.append(snapshots(json.loads(self.run("snapshots", "--json", "--no-lock")) or ()))
        return self.listed[0]

    def backup(self, data: str, paths: Sequence[str], exclude: Iterable[str], parent: str | None) -> Saved:
        """Make a snapshot.

        Raises:
            RepositoryError: There is none now.
        """
        words = ["backup", "--json", f"--host={HOST}", f"--tag={tag(data)}"]
        words += [f"--parent={parent}"] if parent else []
        self.listed.clear()
        done = self._start([*words, *(f"--exclude={one}" for one in exclude), "--", *paths], WORK_SECONDS)
        printed = [*records(done.stdout), *records(done.stderr)]
        summary = next((one for one in printed if one.get("message_type") == "summary"), None)
        if done.returncode not in (0, INCOMPLETE) or summary is None:
            raise RepositoryError(f"restic backup: {_reason(done)}")
        unread = [str(one.get("item")) for one in printed if one.get("message_type") == "error"]
        if done.returncode == INCOMPLETE and not unread:
            unread = [_reason(done)]
        return Saved(
            str(summary["snapshot_id"]),
            int(summary["total_files_processed"]),
            int(summary["data_added"]),
            tuple(unread),
        )

    def read(self, label: str, path: str) -> str:
        """The text of one small file of a snapshot."""
        if (label, path) not in self.texts:
            self.texts[label, path] = self.run("dump", label, path)
        return self.texts[label, path]

    def files(self, label: str, path: str = "") -> int:
        """How many regular files a snapshot has, or a path of it."""
        lines = records(self.run("ls", "--json", label, *([path] if path else []), seconds=WORK_SECONDS))
        return sum(one.get("type") == "file" for one in lines)

    def restore(self, label: str, target: str, paths: Iterable[str] = ()) -> None:
        """Restore all of a snapshot, or these paths of it.

        Raises:
            RepositoryError: Not all of it came back.
        """
        sparse = ["--sparse"] if self.sparse else []
        only = [f"--include={verbatim(path)}" for path in paths]
        self.run("restore", label, f"--target={target}", *sparse, *only, seconds=WORK_SECONDS)

    def forget(self, labels: Sequence[str]) -> None:
        """Remove exactly these; their room is free after :meth:`prune`."""
        if labels:
            self.listed.clear()
            self.run("forget", *labels, seconds=WORK_SECONDS)

    def prune(self) -> None:
        """Free what no snapshot needs."""
        self.run("prune", seconds=WORK_SECONDS)

    def check(self, part: int, parts: int) -> None:
        """Read one of so many parts of it, byte by byte."""
        self.run("check", f"--read-data-subset={part}/{parts}", seconds=WORK_SECONDS)


def verbatim(path: str) -> str:
    """As a pattern that matches this path alone."""
    return "".join(f"\\{one}" if one in "\\*?[" else one for one in path)


def records(text: str) -> list[dict[str, Any]]:
    """Each line that is a JSON object."""
    found = []
    for line in text.splitlines():
        if line.startswith("{"):
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
    return found


def _reason(done: subprocess.CompletedProcess[str]) -> str:
    """The last lines that it printed, without what it printed for programs."""
    lines = [line for line in (done.stderr or done.stdout).strip().splitlines() if line.strip()]
    return " ".join(lines[-3:]).strip() or f"it ended with {done.returncode}"
