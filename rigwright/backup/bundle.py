"""The git bundle of an inventory's repository, encrypted for the recipients of its secrets.

It goes beside the backups, so that they and a recovery sheet are enough on a day on which all else is lost.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from rigwright.errors import RigError
from rigwright.secrets import age, store

NAME = "rigwright-objects/repository.bundle.age"
"""Below the folder of a repository of backups."""
SHOWN = 5


@dataclass(frozen=True)
class About:
    """A bundle that is beside the backups.

    Attributes:
        commit: The state of the repository that is in it.
        at: When it was made, in seconds since the epoch.
        sha256: Of the encrypted bundle.
        bytes: Of it.
    """

    commit: str
    at: int
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Bundle:
    """A bundle as it goes to a host.

    Attributes:
        about: What is recorded of it.
        content: The armored age file.
        left_out: Files that are not committed, and so not in it.
        secrets_left_out: Those of them that are stores, without which it opens nothing.
    """

    about: About
    content: str
    left_out: tuple[str, ...]
    secrets_left_out: tuple[str, ...]

    @property
    def stream(self) -> str:
        """What the host's program reads."""
        return f"{json.dumps(asdict(self.about))}\n{self.content}"


def pack(folder: Path) -> Bundle:
    """The repository that a folder of stores is in, as it is committed, for the recipients of these.

    Raises:
        RigError: The folder is in no repository, or not all of its history is there.
    """
    root = top(folder)
    if _git(root, "rev-parse", "--is-shallow-repository") != "false":
        raise RigError(
            "the clone is shallow, so a bundle of it could not be cloned",
            file=str(root),
            next_step="git fetch --unshallow",
        )
    commit = _git(root, "rev-parse", "--verify", "HEAD^{commit}")
    branch = _git(root, "branch", "--show-current")
    with tempfile.TemporaryDirectory(prefix="rig-bundle-") as temporary:
        file = Path(temporary, "repository.bundle")
        _git(root, "bundle", "create", "--quiet", str(file), "HEAD", *([branch] if branch else []))
        plain = file.read_bytes()
    keys = [one.key for one in store.read_recipients(folder)]
    content = age.encrypt(plain, keys).decode()
    at = int(datetime.now(timezone.utc).timestamp())
    about = About(commit, at, hashlib.sha256(content.encode()).hexdigest(), len(content))
    return Bundle(about, content, _uncommitted(root, root), _uncommitted(root, folder))


def top(folder: Path) -> Path:
    """The repository that a folder is in.

    Raises:
        RigError: It is in none.
    """
    done = _run(folder, "rev-parse", "--show-toplevel")
    if done.returncode:
        raise RigError(
            "it is in no repository of git, so nothing of it can be kept beside the backups",
            file=str(folder),
            next_step="git init, and commit the inventory and its secrets",
        )
    return Path(done.stdout.strip())


def _uncommitted(root: Path, folder: Path) -> tuple[str, ...]:
    lines = _git(root, "status", "--porcelain", "--untracked-files=all", "--", str(folder)).splitlines()
    ignored = _git(root, "ls-files", "--others", "--ignored", "--exclude-standard", "--", f"{folder}/*.age")
    names = [*(line[3:] for line in lines if line[3:]), *(ignored.splitlines() if folder != root else ())]
    return tuple(sorted({*names}))


def behind(folder: Path, about: About) -> int:
    """So many commits of this clone are not in a bundle; 0 as well where the clone does not know its commit.

    Then another clone made it, which has what this one lacks.
    """
    root = top(folder)
    if _run(root, "cat-file", "-e", f"{about.commit}^{{commit}}").returncode:
        return 0
    return int(_git(root, "rev-list", "--count", f"{about.commit}..HEAD"))


def about(text: str, host: str) -> tuple[bool, About | None]:
    """Whether the place is there, and what is recorded of its bundle; None: there is none.

    Raises:
        RigError: It cannot be read.
    """
    try:
        raw: dict[str, Any] = json.loads(text)
        known = raw["about"]
        return bool(raw["here"]), known and About(
            str(known["commit"]), int(known["at"]), str(known["sha256"]), int(known["bytes"])
        )
    except (ValueError, LookupError, TypeError) as error:
        raise RigError(
            "what it knows of the repository's bundle cannot be read",
            host=host,
            next_step="rig backup bundle",
        ) from error


def opened(content: str, identity: age.Identity, stores: Path) -> int:
    """Prove that a key opens a bundle, that it can be cloned, and that the key opens the stores in it.

    Args:
        content: The bundle, as it is beside the backups.
        identity: The key.
        stores: The folder of the stores, as this clone has it.

    Returns:
        How many stores were opened.

    Raises:
        RigError: One of these fails.
    """
    inside = stores.resolve().relative_to(top(stores).resolve())
    try:
        plain = age.decrypt(content.encode(), [identity])
    except (age.NotForUsError, age.DamagedError) as error:
        why = "is not encrypted for this sheet" if isinstance(error, age.NotForUsError) else "is damaged"
        raise RigError(f"the bundle {why}", next_step="rig backup bundle") from None
    with tempfile.TemporaryDirectory(prefix="rig-bundle-") as temporary:
        file, clone = Path(temporary, "repository.bundle"), Path(temporary, "clone")
        file.write_bytes(plain)
        done = _run(Path(temporary), "clone", "--quiet", str(file), str(clone))
        if done.returncode:
            raise RigError(
                f"the bundle cannot be cloned: {_last(done.stderr)}", next_step="rig backup bundle"
            )
        found = store.stores(clone / inside)
        for path in found:
            store.read(path, [identity])
    return len(found)


def _git(folder: Path, *words: str) -> str:
    done = _run(folder, *words)
    if done.returncode:
        raise RigError(
            f"git {words[0]} failed: {_last(done.stderr)}",
            file=str(folder),
            next_step="commit, and run again",
        )
    return done.stdout.rstrip("\n")


def _run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["git", "-C", str(folder), "-c", "core.quotePath=false", *words],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise RigError(f"git does not start: {error.strerror}", next_step="install git") from error


def _last(text: str) -> str:
    return (text.strip().splitlines() or ["no output"])[-1]
