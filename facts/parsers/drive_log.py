"""Time-outs, resets and errors of drives in the kernel log: ``journalctl -k -o json``.

The words are those of libata, of the drivers for NVMe and SCSI, and of the block layer, Linux 5.15 to 6.12.
Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from facts.parsers import journal
from facts.tool_output import ToolOutput
from facts.values import Failed, Value, shown

Kind = Literal["gone", "timeout", "reset", "error"]
NVME, ATA, SCSI = r"nvme (nvme\d{1,4}): ", r"(ata\d{1,4})(?:\.\d{1,3})?: ", r"(sd [\d:]{7,20}): (?:\[\w+\] )?"
DISK = r"(sd[a-z]{1,4}|nvme\d{1,4})"
WORDS: tuple[tuple[Kind, str], ...] = (
    ("gone", rf"^{NVME}(?:Removing after probe failure|Disabling device after reset failure)"),
    ("gone", rf"^{ATA}disabled?\b"),
    ("gone", rf"^{SCSI}(?:Device offlined|rejecting I/O to offline device)"),
    ("timeout", rf"^{NVME}I/O .*\btimeout\b"),
    ("timeout", rf"^{ATA}exception Emask .* frozen"),
    ("timeout", rf"^{SCSI}.*\bDID_TIME_OUT\b"),
    ("reset", rf"^{NVME}(?:controller is down; will reset|resetting controller|Device not ready)"),
    ("reset", rf"^{ATA}(?:(?:hard|soft) resetting link|COMRESET failed|limiting SATA link speed)"),
    ("reset", rf"^{SCSI}(?:.*uas_eh_\w+_reset_handler start|attempting (?:task abort|\w+ reset))"),
    ("error", rf"^{ATA}failed command: "),
    ("error", rf"\b(?:I/O|critical \w+) error, dev {DISK}"),
    ("error", rf"^Buffer I/O error on dev(?:ice)? {DISK}"),
)
KINDS = tuple((kind, re.compile(pattern)) for kind, pattern in WORDS)


@dataclass(frozen=True)
class DriveError:
    """One line of the log.

    ``device`` is as the kernel names it there: ``nvme0``, ``sda``, the port ``ata1``, the SCSI address
    ``sd 0:0:0:0``. ``at_seconds`` counts from 1970 in UTC.
    """

    device: str
    kind: Kind
    at_seconds: Value[float]
    message: str


@dataclass(frozen=True)
class DriveLog:
    """What the kernel logged of drives since the machine started, in the log's order."""

    errors: Value[tuple[DriveError, ...]]


def from_output(output: ToolOutput) -> DriveLog:
    """The errors by ``journalctl --grep``, which ends with 1 where nothing matches."""
    failed = journal.failure(output)
    return DriveLog(failed) if failed else parse(output.out)


def hidden(output: ToolOutput) -> DriveLog | None:
    """The error of a user who may not read the kernel log; None for another."""
    failed = journal.hidden(output)
    return DriveLog(failed) if failed else None


def parse(raw: bytes | str) -> DriveLog:
    """The lines of ``journalctl -k -b -o json``, each once; an empty log is a log without errors."""
    entries = journal.entries(raw)
    if isinstance(entries, Failed):
        return DriveLog(entries)
    found = (one for message, when in entries for one in _of(message, when))
    return DriveLog(tuple(dict.fromkeys(found)))


def _of(message: str, when: Value[float]) -> Iterator[DriveError]:
    for kind, pattern in KINDS:
        if match := pattern.search(message):
            yield DriveError(match[1], kind, when, shown(message))
            return
