"""Whether a repository may be written to, and records of what is in it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path


class RepositoryError(Exception):
    """What is wrong with a repository or a source, and what to do."""


def why_not(program: str, verb: str = "ready") -> str | None:
    """Why nothing may be written to it, by its own ``repository.sh``; None where it is ready."""
    done = subprocess.run([program, verb], capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode else None


def ready(program: str) -> None:
    """Nothing, where it may be written to.

    Raises:
        RepositoryError: It is away, or another host's.
    """
    if (reason := why_not(program)) is not None:
        raise RepositoryError(reason)


def reached(program: str) -> None:
    """Nothing, where it can be read, whoever's it is.

    Raises:
        RepositoryError: It is away.
    """
    if (reason := why_not(program, "reached")) is not None:
        raise RepositoryError(reason)


def write(path: Path, value: object) -> None:
    """Replace a file whole."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    new.replace(path)
