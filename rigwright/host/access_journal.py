"""Who logged in to this host over SSH, and when last, according to its journal.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
"""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Iterator
from typing import Any

ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
ACCEPTED = re.compile(
    r"(\d+\.\d+) \S+ sshd(?:-session)?\[\d+\]: "
    r"Accepted \S+ for (\S+) from \S+ port \d+ ssh2(?:: \S+ (SHA256:\S+))?"
)


class Unknown(Exception):  # noqa: N818  a value, not an error of the program
    """Something could not be determined, and why."""


def lines(*arguments: str) -> Iterator[str]:
    """The lines of the journal, oldest first, each with its time in seconds since the epoch.

    Raises:
        Unknown: The journal cannot be read.
    """
    command = ("journalctl", "--quiet", "--no-pager", "--output=short-unix", *arguments)
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=ENVIRONMENT, errors="replace"
        )
    except OSError as error:
        raise Unknown(f"journalctl: {error.strerror}") from error
    with process:
        yield from process.stdout or ()
    if process.returncode:
        raise Unknown(f"journalctl: exit code {process.returncode}")


def began() -> float | None:
    """The time of the journal's first entry; None where it is empty."""
    command = ("journalctl", "--quiet", "--no-pager", "--output=short-unix")
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=ENVIRONMENT
    ) as process:
        first = (process.stdout or io.BytesIO()).readline()
        process.kill()
    return float(first.split(b" ", 1)[0]) if first else None


def accepted() -> dict[str, Any]:
    """The time of the journal's first entry, and the last login over SSH of each user and with each key."""
    users: dict[str, float] = {}
    keys_used: dict[str, float] = {}
    for line in lines("_UID=0", "SYSLOG_IDENTIFIER=sshd", "SYSLOG_IDENTIFIER=sshd-session"):
        if match := ACCEPTED.match(line):
            users[match[2]] = float(match[1])
            if match[3]:
                keys_used[f"{match[2]} {match[3]}"] = float(match[1])
    return {"since": began(), "users": users, "keys": keys_used}
