"""Entries of ``journalctl -k -b -o json``: their message and time. Standard library only."""

from __future__ import annotations

import json
from dataclasses import replace

from facts.tool_output import ToolOutput
from facts.values import Failed, NotSupported, Value, count, decoded, shown

HIDDEN = ("not seeing messages from other users", "insufficient permissions")
"""How journalctl warns a user who may not read the whole journal."""
NOT_FOUND = 127
"""How a shell ends where there is no such program."""
NO_ENTRIES = "-- No entries --"
LONGEST_MICROSECONDS = 2**63

Entry = tuple[str, Value[float]]
"""The message, and when it was logged: in seconds since 1970 in UTC."""


def failure(output: ToolOutput) -> Failed | None:
    """Why ``journalctl --grep`` did not run to its end; it ends with 1 where nothing matches."""
    missing = output.code == NOT_FOUND or output.missing
    if failed := replace(output, missing=missing).failure("journalctl"):
        return failed
    if output.code not in (0, 1) or (output.code == 1 and output.err.strip()):
        return output.complaint
    return None


def hidden(journal: ToolOutput) -> Failed | None:
    """The error of a user who may not read the kernel log, by what journalctl warns of; None for another."""
    denied = any(words in journal.err for words in HIDDEN)
    return Failed("the user may not read the journal", "no_permission") if denied else None


def entries(raw: bytes | str) -> list[Entry] | Failed:
    """Every entry. A line that is no JSON object makes the whole an error: one that is cut off may matter."""
    found: list[Entry] = []
    for line in decoded(raw).split("\n"):
        if not line.strip() or line.strip() == NO_ENTRIES:
            continue
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            entry = None
        if not isinstance(entry, dict):
            return Failed(f"no line of the journal: {shown(line)!r}")
        found.append((_message(entry.get("MESSAGE")), _seconds(entry.get("__REALTIME_TIMESTAMP"))))
    return found


def _seconds(stamp: object) -> Value[float]:
    microseconds = count(stamp)
    known = isinstance(microseconds, int) and microseconds < LONGEST_MICROSECONDS
    return microseconds / 1_000_000 if known and isinstance(microseconds, int) else NotSupported()


def _message(raw: object) -> str:
    """The journal writes a message that is no UTF-8 as a list of bytes."""
    if isinstance(raw, list):
        good = (one for one in raw if isinstance(one, int) and 0 <= one < 256)  # noqa: PLR2004  a byte
        return bytes(good).decode("utf-8", "replace")
    return raw if isinstance(raw, str) else ""
