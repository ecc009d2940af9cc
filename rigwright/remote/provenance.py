"""Who is applying, and which state of the repository."""

from __future__ import annotations

import getpass
import socket
import subprocess
from datetime import datetime, timezone
from functools import cache

from rigwright.observed.manifest import Applied
from rigwright.repository import ROOT


def operator() -> str:
    """``user@machine`` of whoever runs this."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "unknown"
    return f"{user}@{socket.gethostname()}"


@cache
def revision() -> str:
    """The commit of the repository, with ``-dirty`` where files differ from it; ``unknown`` without git."""
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=12"],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return "unknown"
    return done.stdout.strip() or "unknown"


def now() -> Applied:
    """The record of an apply that starts now."""
    at = datetime.now(timezone.utc).isoformat(timespec="seconds")
    return Applied(by=operator(), revision=revision(), at=at)
