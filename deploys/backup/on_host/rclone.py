"""rclone of this host: what moves files between the two places, each command with a deadline."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploys.backup.on_host.repository import RepositoryError

CONFIG = "/etc/rigwright/backup/rclone.conf"
SYSTEM_CA = "/etc/ssl/certs/ca-certificates.crt"
QUERY_SECONDS = 1800
WORK_SECONDS = 20 * 3600
NO_FOLDER = 3
"""Exit code where a folder is not there (https://rclone.org/docs/#exit-code)."""
OPTIONS = ("--retries=2", "--low-level-retries=5", "--contimeout=20s", "--timeout=2m", "--fast-list")


@dataclass(frozen=True)
class Rclone:
    """The program with its configuration.

    Attributes:
        state: A folder for what it refreshes itself.
        authorities: Files with certificates that verify endpoints', beside those of the operating system.
        bandwidth: MiB/s, by time, as its option ``--bwlimit`` takes them; empty: no limit.
    """

    state: Path
    authorities: tuple[str, ...] = ()
    bandwidth: str = ""

    def run(
        self,
        *words: str,
        seconds: int = QUERY_SECONDS,
        given: bytes | None = None,
        good: Sequence[int] = (0,),
    ) -> bytes:
        """What a command prints.

        Raises:
            RepositoryError: It failed, or took too long.
        """
        limit = [f"--bwlimit={self.bandwidth}"] if self.bandwidth else []
        own = [f"--config={self.config()}", *self._authorities(), *OPTIONS, *limit]
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(self.state)}
        try:
            done = subprocess.run(
                ["rclone", *own, *words],
                input=given or b"",
                capture_output=True,
                env=environment,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise RepositoryError(f"rclone {words[0]} took longer than {seconds} s") from None
        if done.returncode not in good:
            lines = [line for line in done.stderr.decode(errors="replace").splitlines() if line.strip()]
            raise RepositoryError(f"rclone {words[0]}: {' '.join(lines[-2:]) or done.returncode}")
        return done.stdout

    def sizes(self, path: str) -> dict[str, int]:
        """Every file at and below a folder, with its size; empty where the folder is not there."""
        words = ("lsf", "-R", "--files-only", "--format=sp", "--separator= ", path)
        lines = self.run(*words, good=(0, NO_FOLDER)).decode(errors="surrogateescape").splitlines()
        split = (line.partition(" ") for line in lines)
        return {name: int(size) for size, _, name in split}

    def copy(self, source: str, target: str, *options: str, names: Iterable[str] | None = None) -> None:
        """Copy what is missing or has another size; nothing is deleted.

        Args:
            source: A folder.
            target: Another.
            options: More of rclone's.
            names: Only these files of it; None: all.
        """
        words = ["copy", source, target, "--size-only", "--skip-links", "--transfers=8", *options]
        if names is None:
            self.run(*words, seconds=WORK_SECONDS)
            return
        if chosen := self._listed(names):
            self.run(*words, f"--files-from-raw={chosen}", seconds=WORK_SECONDS)

    def delete(self, path: str, names: Iterable[str]) -> None:
        """Delete these files below a folder."""
        if chosen := self._listed(names):
            self.run("delete", path, f"--files-from-raw={chosen}", seconds=WORK_SECONDS)

    def _listed(self, names: Iterable[str]) -> Path | None:
        text = "".join(f"{name}\n" for name in names)
        path = self.state / "files-from"
        path.write_text(text, encoding="utf-8", errors="surrogateescape")
        return path if text else None

    def config(self) -> Path:
        """Its own copy: rclone writes tokens that it refreshed into the file that it reads."""
        text = Path(CONFIG).read_bytes()
        own, of = self.state / "rclone.conf", self.state / "rclone.conf.of"
        digest = hashlib.sha256(text).hexdigest()
        if not own.exists() or not of.exists() or of.read_text(encoding="ascii") != digest:
            of.unlink(missing_ok=True)
            own.write_bytes(text)
            own.chmod(0o600)
            of.write_text(digest, encoding="ascii")
        return own

    def _authorities(self) -> list[str]:
        """The operating system's with the others, because the option replaces those."""
        if not self.authorities:
            return []
        bundle = self.state / "authorities.pem"
        files = [path for path in (SYSTEM_CA, *self.authorities) if Path(path).exists()]
        bundle.write_text(
            "\n".join(Path(path).read_text(encoding="ascii") for path in files), encoding="ascii"
        )
        return [f"--ca-cert={bundle}"]


@dataclass(frozen=True)
class Remote:
    """A folder of a remote, with the verbs of :class:`deploys.backup.on_host.s3.Bucket`.

    Attributes:
        url: The remote and the folder, as rclone writes them.
    """

    url: str
    rclone: Rclone

    @classmethod
    def read(cls, path: str) -> Remote:
        """As the host's file has it."""
        given = json.loads(Path(path).read_text(encoding="utf-8"))
        return cls(given["url"], Rclone(Path(given["state"])))

    def get(self, name: str) -> bytes | None:
        """A file; None: there is none."""
        folder, _, last = name.rpartition("/")
        if last not in self._entries(folder):
            return None
        return self.rclone.run("cat", f"{self.url}/{name}")

    def put(self, name: str, body: bytes) -> None:
        """Write a file whole."""
        self.rclone.run("rcat", f"{self.url}/{name}", given=body)

    def names(self, folder: str = "", limit: int = 1000) -> list[str]:
        """Names at and below a folder of it, at most so many."""
        top = f"{self.url}/{folder}".rstrip("/")
        found = self.rclone.run("lsf", "-R", "--files-only", top, good=(0, NO_FOLDER)).decode().splitlines()
        return [f"{folder}/{name}".lstrip("/") for name in found[:limit]]

    def versioned(self) -> str:
        """Not asked: each kind of storage has versions of its own, or none."""
        return "not asked"

    def keep_versions(self) -> None:
        """Refused."""
        raise RepositoryError(f"{self.url}: no bucket: keep versions by the means of its provider")

    def _entries(self, folder: str) -> list[str]:
        words = ("lsf", "--files-only", f"{self.url}/{folder}".rstrip("/"))
        return self.rclone.run(*words, good=(0, NO_FOLDER)).decode().splitlines()
