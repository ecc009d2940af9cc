"""Xid errors of NVIDIA GPUs in the kernel log: ``journalctl -k -o json``. Standard library only."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from facts.tool_output import ToolOutput
from facts.values import Failed, NotSupported, Value, count, decoded, shown

XID = re.compile(
    r"NVRM: Xid \((?:PCI:)?([0-9A-Fa-f:.]{1,20})(?: [^)]{0,80})?\): (\d{1,6})\b,?\s*(.*)", re.DOTALL
)
"""Behind the address a MIG instance may stand: ``GPU-I:05``, ``GPU-I:01 GPU-CI:02``."""
RECOVERY = 154
ACTION = re.compile(r"\bto (?:0x[0-9A-Fa-f]+ *)?\(?([A-Za-z][^()]*)\)?\s*$")
"""Of Xid 154, ``GPU recovery action changed from 0x0 (None) to 0x2 (Node Reboot Required)``."""
NVLINK = range(144, 151)
FATAL = re.compile(r"(?<!non[ -])\bfatal\b", re.IGNORECASE)
"""Of errors of NVLink 5, ``NETIR_LINK_EVT  Fatal   XC0 i0 Link 01 (…)``; others are ``Nonfatal``."""
HIDDEN = ("not seeing messages from other users", "insufficient permissions")
"""How journalctl warns a user who may not read the whole journal."""
NOT_FOUND = 127
"""How a shell ends where there is no such program."""
NO_ENTRIES = "-- No entries --"


@dataclass(frozen=True)
class Xid:
    """One line of the log. ``address`` is the PCI address as the driver writes it (``0000:01:00``).

    ``at_seconds`` counts from 1970 in UTC. An unknown code stays a code.
    """

    code: int
    address: str
    at_seconds: Value[float]
    message: str


@dataclass(frozen=True)
class Xids:
    """The Xid errors since the machine started, in the log's order."""

    errors: Value[tuple[Xid, ...]]


def required(one: Xid) -> str:
    """What an Xid 154 says that the driver requires now; empty where that is nothing.

    An Xid of another code, and words that are not those of the driver, require nothing known: ``unknown``.
    """
    match = ACTION.search(one.message) if one.code == RECOVERY else None
    action = shown(match[1]) if match else "unknown"
    return "" if action.lower() == "none" else action


def fatal(one: Xid) -> bool:
    """Whether the driver itself calls an error of NVLink fatal: the card needs a reset."""
    return one.code in NVLINK and FATAL.search(one.message) is not None


def current(errors: tuple[Xid, ...]) -> tuple[Xid, ...]:
    """The errors without what was taken back: of each card's recovery actions the last one, if it is one."""
    last = {_card(one): one for one in errors if one.code == RECOVERY}
    return tuple(one for one in errors if one.code != RECOVERY or (last[_card(one)] is one and required(one)))


def _card(one: Xid) -> str:
    """The card's address, with or without its function."""
    return one.address.partition(".")[0].lower()


def from_output(output: ToolOutput) -> Xids:
    """The errors by ``journalctl --grep``, which ends with 1 where nothing matches."""
    missing = output.code == NOT_FOUND or output.missing
    if failed := replace(output, missing=missing).failure("journalctl"):
        return Xids(failed)
    if output.code not in (0, 1) or (output.code == 1 and output.err.strip()):
        return Xids(output.complaint)
    return parse(output.out)


def hidden(journal: ToolOutput) -> Xids | None:
    """The error of a user who may not read the kernel log, by what journalctl warns of; None for another."""
    denied = any(words in journal.err for words in HIDDEN)
    return Xids(Failed("the user may not read the journal", "no_permission")) if denied else None


def parse(raw: bytes | str) -> Xids:
    """The lines of ``journalctl -k -b -o json``, each once; an empty log is a log without errors.

    Lines that are no JSON object make the whole an error: an error that is cut off may have been an Xid.
    """
    found: list[Xid] = []
    for line in decoded(raw).split("\n"):
        if not line.strip() or line.strip() == NO_ENTRIES:
            continue
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            return Xids(Failed(f"no line of the journal: {shown(line)!r}"))
        if not isinstance(entry, dict):
            return Xids(Failed(f"no line of the journal: {shown(line)!r}"))
        found += _of(_message(entry.get("MESSAGE")), entry.get("__REALTIME_TIMESTAMP"))
    return Xids(tuple(dict.fromkeys(found)))


def _of(message: str, stamp: object) -> Iterator[Xid]:
    if match := XID.search(message):
        microseconds = count(stamp)
        at = microseconds / 1_000_000 if isinstance(microseconds, int) and microseconds < 2**63 else None
        when: Value[float] = NotSupported() if at is None else at
        yield Xid(int(match[2]), match[1], when, shown(match[3]))


def _message(raw: object) -> str:
    """The journal writes a message that is no UTF-8 as a list of bytes."""
    if isinstance(raw, list):
        good = (one for one in raw if isinstance(one, int) and 0 <= one < 256)  # noqa: PLR2004  a byte
        return bytes(good).decode("utf-8", "replace")
    return raw if isinstance(raw, str) else ""
