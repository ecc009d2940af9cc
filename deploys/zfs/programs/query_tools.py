"""What the parts of ``query.py`` share."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Any

OK = "ok"
PATIENCE_SECONDS = 12
Plan = dict[str, Any]


def run(*argv: str, codes: tuple[int, ...] = (0,)) -> str | None:
    """What a command prints; None where it is not there, does not end in time, or has another exit code."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    try:
        done = subprocess.run(
            argv,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            env=environment,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode in codes else None


def rows(*argv: str) -> list[list[str]]:
    """The lines of a command's output, by tabulators; it may fail for some of its arguments."""
    return [line.split("\t") for line in (run(*argv, codes=(0, 1)) or "").splitlines()]


def content(path: str) -> str:
    """A file's text; empty where it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def version(text: str) -> tuple[int, ...]:
    """The first two numbers of a version."""
    return tuple(int(number) for number in re.findall(r"\d+", text)[:2])
