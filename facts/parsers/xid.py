"""Xid errors of NVIDIA GPUs in the kernel log: ``journalctl -k -o json``. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from facts.parsers import journal
from facts.tool_output import ToolOutput
from facts.values import Failed, Value, shown

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
    """The errors by ``journalctl --grep``."""
    failed = journal.failure(output)
    return Xids(failed) if failed else parse(output.out)


def hidden(output: ToolOutput) -> Xids | None:
    """The error of a user who may not read the kernel log; None for another."""
    failed = journal.hidden(output)
    return Xids(failed) if failed else None


def parse(raw: bytes | str) -> Xids:
    """The lines of ``journalctl -k -b -o json``, each once; an empty log is a log without errors."""
    entries = journal.entries(raw)
    if isinstance(entries, Failed):
        return Xids(entries)
    return Xids(tuple(dict.fromkeys(one for message, when in entries for one in _of(message, when))))


def _of(message: str, when: Value[float]) -> Iterator[Xid]:
    if match := XID.search(message):
        yield Xid(int(match[2]), match[1], when, shown(match[3]))
