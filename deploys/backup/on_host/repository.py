"""Whether a repository may be written to, and records of what is in it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

READY_SECONDS = 60


class RepositoryError(Exception):
    """What is wrong with a repository or a source, and what to do."""


def why_not(program: str, word: str = "ready") -> str | None:
    """Why nothing may be written to it, by its own program; None where it is ready.

    Args:
        program: ``repository.sh`` or ``bucket.sh``.
        word: ``seen`` uses no network, ``reached`` asks of a bucket whether it can be read.
    """
    command = [program, word]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=READY_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"{program} {word} took longer than {READY_SECONDS} s"
    return (done.stderr.strip() or f"{program} ended with {done.returncode}") if done.returncode else None


def ready(program: str) -> None:
    """Nothing, where it may be written to.

    Raises:
        RepositoryError: It is away, or another host's.
    """
    if (reason := why_not(program)) is not None:
        raise RepositoryError(reason)


def reached(program: str) -> None:
    """Nothing, where a bucket can be read, whoever's the backups in it are.

    Raises:
        RepositoryError: It is away, or refuses the key.
    """
    if (reason := why_not(program, "reached")) is not None:
        raise RepositoryError(reason)


def write(path: Path, value: object) -> None:
    """Replace a file whole."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    new.replace(path)


def record_of(state: Path, name: str) -> dict[str, Any]:
    """A record, such as ``made``; empty where there is none that can be read."""
    try:
        found: dict[str, Any] = json.loads((state / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found
