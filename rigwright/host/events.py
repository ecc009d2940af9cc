"""What happened on this host, when, and by whom: its journal and apt's log.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
"""

from __future__ import annotations

import gzip
import json
import pwd
import re
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rigwright.host.masked import command, masked

Event = dict[str, Any]
"""``at`` and ``last`` in seconds since the epoch, ``kind``, ``who`` (empty: unknown), ``what``, ``times``."""

ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
MAX_ENTRIES = 50_000
"""Of one query of the journal: half a second. The newest are kept."""
MERGED_SECONDS = 600
BYTES = range(256)
STARTED, STOPPED = "39f53479d3a045ac8e11786248231fbf", "9d1aaa27d60140bd96365438aad20286"
FAILED, BOOTED = "d9b373ed55a64feb8242e02dbe79a49c", "b07a249cd024414a82dd00cd181378ff"
"""systemd's catalogue: sd-messages.h."""
SUDO = re.compile(r"^ *(\S+) : (.*?)COMMAND=(.*)$", re.DOTALL)
REFUSED = re.compile(r"NOT in sudoers|NOT authorized|not allowed|incorrect password")
ACCEPTED = re.compile(r"^Accepted (\S+) for (\S+) from (\S+) port ")
OURS = re.compile(r"rigwright")
HELD = re.compile(r"rigwright: (.+) by (\S+?)\.?$")
HISTORY = ("/var/log/apt/history.log.1.gz", "/var/log/apt/history.log")
QUERIES = (
    ("SYSLOG_IDENTIFIER=sudo",),
    ("_UID=0", "SYSLOG_IDENTIFIER=sshd", "SYSLOG_IDENTIFIER=sshd-session"),
    ("_PID=1", *(f"MESSAGE_ID={one}" for one in (STARTED, STOPPED, FAILED, BOOTED))),
)
FIELDS = "_UID,MESSAGE,MESSAGE_ID,SYSLOG_IDENTIFIER,UNIT"


def events(hours: float, quiet: Iterable[str]) -> list[Event]:
    """The events of the last hours, oldest first; the same again within ten minutes is one, with its number.

    Args:
        hours: How far back.
        quiet: Units whose starts and ends say nothing, such as those that a timer starts.
    """
    since, hushed = time.time() - hours * 3600, frozenset(quiet)
    found = [event for query in QUERIES for entry in journal(since, *query) if (event := read(entry, hushed))]
    found += (one for path in HISTORY for one in installed(text(path)) if one["at"] >= since)
    return merged(sorted(found, key=lambda one: float(one["at"])))


def journal(since: float, *matches: str) -> Iterator[Mapping[str, Any]]:
    """Entries of the journal; nothing where it cannot be read."""
    arguments = (f"--since=@{int(since)}", f"--lines={MAX_ENTRIES}", f"--output-fields={FIELDS}")
    argv = ("journalctl", "--quiet", "--no-pager", "--output=json", *arguments, *matches)
    try:
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=ENVIRONMENT
        )
    except OSError:
        return
    with process:
        for line in process.stdout or ():
            try:
                entry = json.loads(line)
                float(entry["__REALTIME_TIMESTAMP"])
            except (ValueError, KeyError, TypeError):
                continue
            yield entry


def read(entry: Mapping[str, Any], quiet: frozenset[str]) -> Event | None:
    """An entry of the journal as an event; None where it says nothing."""
    message, name = _text(entry.get("MESSAGE")), _text(entry.get("SYSLOG_IDENTIFIER"))
    at = float(entry["__REALTIME_TIMESTAMP"]) / 1e6
    if name == "sudo":
        match = SUDO.match(message)
        genuine = match and own(match[1], _text(entry.get("_UID")))
        return _sudo(at, *match.groups()) if match and genuine else None
    if name.startswith("sshd"):
        match = ACCEPTED.match(message)
        return event(at, "login", match[2], f"login over SSH from {match[3]}, {match[1]}") if match else None
    return _unit(at, _text(entry.get("UNIT")), _text(entry.get("MESSAGE_ID")), message, quiet)


def own(who: str, uid: str) -> bool:
    """Whether the account of this uid may say so: sudo logs as its caller, and any program can do so."""
    if uid == "0":
        return True
    try:
        return pwd.getpwnam(who).pw_uid == int(uid)
    except (KeyError, ValueError):
        return False


def _sudo(at: float, who: str, before: str, line: str) -> Event:
    if REFUSED.search(before):
        return event(at, "sudo", who, f"sudo refused: {command(line)}")
    if OURS.search(line) or line in ("/usr/bin/true", "/bin/true"):
        return event(at, "rig", who, "command of rig")
    return event(at, "sudo", who, f"sudo {command(line)}")


def _unit(at: float, unit: str, kind: str, message: str, quiet: frozenset[str]) -> Event | None:
    if kind == BOOTED:
        return event(at, "boot", "", "end of a boot")
    if held := HELD.search(message):
        return event(at, "apply", held[2], f"rig {held[1]}") if kind == STARTED else None
    if unit in quiet or not unit.endswith((".service", ".socket", ".mount")):
        return None
    what = {STARTED: "started", STOPPED: "stopped", FAILED: "failed"}.get(kind)
    return event(at, "unit", "", f"{unit} {what}") if what else None


def installed(history: str) -> Iterator[Event]:
    """Runs of apt out of its log."""
    for block in history.split("\n\n"):
        rows = dict(row.split(": ", 1) for row in block.strip().splitlines() if ": " in row)
        try:
            at = time.mktime(time.strptime(rows["Start-Date"], "%Y-%m-%d  %H:%M:%S"))
        except (KeyError, ValueError, OverflowError):
            continue
        words = [
            f"{kind.lower()} {_names(rows[kind])}"
            for kind in ("Install", "Upgrade", "Downgrade", "Remove", "Purge")
            if kind in rows
        ]
        yield event(at, "packages", rows.get("Requested-By", "").split(" ")[0], "apt: " + "; ".join(words))


def _names(row: str) -> str:
    names = [one.strip().partition(":")[0] for one in re.sub(r"\([^)]*\)", "", row).split(",")]
    more = len(names) - 5
    return ", ".join(names[:5]) + (f" and {more} more" if more > 0 else "")


def merged(found: Iterable[Event]) -> list[Event]:
    """The events, those that repeat within ten minutes joined at the first of them."""
    kept: list[Event] = []
    last: dict[tuple[str, str, str], Event] = {}
    for one in found:
        key = one["kind"], one["who"], one["what"]
        before = last.get(key)
        if before and one["at"] - before["last"] <= MERGED_SECONDS:
            before.update(last=one["at"], times=before["times"] + 1)
        else:
            last[key] = one
            kept.append(one)
    return kept


def event(at: float, kind: str, who: str, what: str) -> Event:
    """One event."""
    return {"at": at, "kind": kind, "who": who, "what": what, "times": 1, "last": at}


def lines(unit: str, number: int) -> list[str]:
    """The last lines of a unit, masked."""
    argv = (
        "journalctl",
        "--quiet",
        "--no-pager",
        "--output=short-iso",
        f"--lines={number}",
        f"--unit={unit}",
    )
    try:
        done = subprocess.run(argv, capture_output=True, timeout=10, env=ENVIRONMENT, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [masked(line) for line in done.stdout.decode("utf-8", "replace").splitlines()]


def text(path: str) -> str:
    """Text of a file, of a compressed one too; empty where it cannot be read."""
    try:
        if path.endswith(".gz"):
            with gzip.open(path, "rt", errors="replace") as packed:
                return packed.read()
        with open(path, errors="replace") as file:
            return file.read()
    except (OSError, EOFError, ValueError):
        return ""


def _text(value: object) -> str:
    if isinstance(value, list):
        return bytes(one for one in value if one in BYTES).decode("utf-8", "replace")
    return value if isinstance(value, str) else ""
