"""How many logins failed, by the journal, by service.

One each: over SSH a wrong password, and a connection that named a user and ended without a login, which is
all that is logged of a wrong key; at the console and with ``su`` an attempt; with ``sudo`` a wrong password,
and a command that it refuses. A program can write such lines itself: the figure can be too high.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

FAILED = {
    # OpenSSH 8.9 to 10.0; a user who may not log in at all is logged as an invalid one.
    "sshd": re.compile(
        r"Failed (?:password|keyboard-interactive/pam) for "
        r"|(?:Connection (?:closed|reset) by|Disconnected from|Disconnecting)"
        # Under this name, which no account has, the toolkit's own queries ask what sshd offers.
        r" (?:authenticating|invalid) user (?!rigwright-none )"
    ),
    "login": re.compile(r"FAILED LOGIN |TOO MANY LOGIN TRIES "),
    "su": re.compile(r"FAILED SU "),
    "sudo": re.compile(
        r" *\S+ : (?:(?P<times>\d{1,4}) incorrect password attempts? |user NOT |command not allowed )"
    ),
}
IDENTIFIERS = {"sshd": "sshd", "sshd-session": "sshd", "sshd-auth": "sshd", **{name: name for name in FAILED}}
"""Services by the names under which they log: newer versions of OpenSSH consist of several programs."""
CURSOR = re.compile(r"s=[0-9a-f]+;[0-9a-z;=]+")


@dataclass(frozen=True)
class Tally:
    """Failed logins by service, and the journal's cursor up to which they were counted."""

    cursor: str
    failed: Mapping[str, int]


def failures(identifier: str, message: str) -> int:
    """How many failed logins this line reports."""
    found = FAILED[IDENTIFIERS[identifier]].match(message) if identifier in IDENTIFIERS else None
    return int(found.groupdict().get("times") or 1) if found else 0


def journal(*arguments: str) -> Iterator[Mapping[str, Any]]:
    """Entries of the journal, oldest first.

    Raises:
        OSError: There is no journalctl.
        subprocess.CalledProcessError: It failed.
        ValueError: Its output cannot be read.
    """
    fields = "--output-fields=MESSAGE,SYSLOG_IDENTIFIER"
    command = ("/usr/bin/journalctl", "--quiet", "--no-pager", "--output=json", fields, *arguments)
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        for line in process.stdout or ():
            yield json.loads(line)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def text(message: object) -> str:
    """A field of the journal's JSON: a list of bytes where it is not UTF-8, null where it is too long."""
    if isinstance(message, list):
        return bytes(message).decode("utf-8", "replace")
    return message if isinstance(message, str) else ""


def counted(before: Tally, entries: Iterable[Mapping[str, Any]]) -> Tally:
    """The tally with these entries, of which the first may be the last that was counted already."""
    failed, cursor = Counter({**dict.fromkeys(FAILED, 0), **before.failed}), before.cursor
    for entry in entries:
        if entry["__CURSOR"] == before.cursor:
            continue
        cursor, identifier = entry["__CURSOR"], text(entry.get("SYSLOG_IDENTIFIER"))
        if times := failures(identifier, text(entry.get("MESSAGE"))):
            failed[IDENTIFIERS[identifier]] += times
    return Tally(cursor, dict(failed))


def tally(before: Tally | None) -> Tally:
    """The tally up to this moment; the first run counts nothing, so that old entries raise no alert.

    Raises:
        OSError, subprocess.CalledProcessError, ValueError: The journal cannot be read.
    """
    if before is None:
        cursors = [entry["__CURSOR"] for entry in journal("--lines=1")]
        return Tally("".join(cursors), dict.fromkeys(FAILED, 0))
    # With --after-cursor it would skip a line where the cursor's own is none of these.
    names = (f"SYSLOG_IDENTIFIER={name}" for name in IDENTIFIERS)
    return counted(before, journal(f"--cursor={before.cursor}", *names))
