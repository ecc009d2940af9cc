"""What ``--json`` prints, as types: the output and the schemas in ``docs/reference/schemas`` come from them.

A key of a document is a field of its class. Values become JSON in one way everywhere: a time is ISO 8601
in UTC, a severity its name in lower case, any other enumeration its value.
"""

from __future__ import annotations

import dataclasses
import enum
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from rigwright import __version__
from rigwright.compare.acceptance import Acceptance
from rigwright.errors import RigError
from rigwright.finding import Finding

ExitCode = Annotated[int, {"enum": [0, 1, 2]}]


@dataclass(frozen=True, kw_only=True)
class Document:
    """What the documents of all commands have.

    Attributes:
        version: Version of this format; it grows when a key goes away or changes its meaning.
        rigwright: Version of the tool.
        exit: The exit code: 0 in sync, 1 unknown, 2 differences.
    """

    version: Literal[1] = 1
    rigwright: str = __version__
    exit: ExitCode


@dataclass(frozen=True, kw_only=True)
class HostFindings:
    """One host and what was found there.

    Attributes:
        name: Its name in the inventory.
        known: False when the state of the host is unknown; then ``findings`` proves nothing.
        error: Why it is unknown.
        findings: The differences, in the order in which apply fixes them.
        accepted: Differences that the inventory accepts, which do not count.
    """

    name: str
    known: bool
    error: RigError | None
    findings: tuple[Finding, ...]
    accepted: tuple[Acceptance, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ComparedHost(HostFindings):
    """One host compared with the inventory.

    Attributes:
        not_examined: Subsystems that ``--only`` left out: nothing is known of them.
    """

    not_examined: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FindingsDocument(Document):
    """Hosts compared with the inventory.

    Attributes:
        hosts: One object for each host, in the inventory's order.
    """

    hosts: tuple[ComparedHost, ...]


@dataclass(frozen=True, kw_only=True)
class VerifyDocument(Document):
    """Running hosts, tested from outside.

    Attributes:
        only: Subsystems that alone were tested; empty where all were.
        passed: Number of claims that hold.
        skipped: Reasons, one for each claim that does not apply.
        findings: One for each claim that does not hold.
        accepted: Claims that do not hold, which the inventory accepts.
    """

    only: tuple[str, ...]
    passed: int
    skipped: tuple[str, ...]
    findings: tuple[Finding, ...]
    accepted: tuple[Acceptance, ...] = ()


@dataclass(frozen=True)
class HostRun:
    """How a command ended on one host.

    Attributes:
        name: Its name in the inventory.
        code: The command's exit code; null where it did not run or did not end.
        stdout: What it printed.
        stderr: What it printed on standard error.
        error: Why there is no exit code.
    """

    name: str
    code: int | None
    stdout: str
    stderr: str
    error: RigError | None


@dataclass(frozen=True, kw_only=True)
class RunDocument(Document):
    """A command on many hosts.

    Attributes:
        exit: 0; the command's own where all that failed agree, else 1; 255 without a connection.
        hosts: One object for each host, in the inventory's order.
    """

    exit: int
    hosts: tuple[HostRun, ...]


def as_json(document: Document, *, indent: int | None = 2) -> str:
    """The document as text."""
    return json.dumps(encoded(document), indent=indent)


def encoded(value: object) -> object:
    """A value of a document as JSON has it."""
    if dataclasses.is_dataclass(value):
        return {field.name: encoded(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [encoded(one) for one in value]
    if isinstance(value, enum.IntEnum):
        return value.name.lower()
    if isinstance(value, enum.Enum):
        return value.value
    return value.isoformat() if isinstance(value, datetime) else value
