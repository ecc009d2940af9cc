"""What ``rig diagnose --json`` prints, as types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rigwright.report.document import Document, HostFindings


@dataclass(frozen=True)
class Event:
    """Something that happened on the host.

    Attributes:
        at: When, in UTC.
        kind: ``apply``, ``rig`` (its other commands), ``packages``, ``sudo``, ``login``, ``unit``, ``boot``.
        who: The account, or who applied; empty where the host does not know.
        what: What happened, without arguments that may be secret.
        times: How often, where it repeated within ten minutes.
    """

    at: datetime
    kind: str
    who: str
    what: str
    times: int = 1


@dataclass(frozen=True)
class UnitLines:
    """The last lines that a unit logged.

    Attributes:
        unit: Its name.
        lines: The lines, oldest first, masked.
    """

    unit: str
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class HostDiagnosis(HostFindings):
    """What is wrong on one host, and what happened there.

    Attributes:
        findings: Units that failed, restart or are stopped, then what ``rig health`` finds.
        logs: The last lines of these units.
        events: What happened in the last hours, oldest first.
    """

    logs: tuple[UnitLines, ...]
    events: tuple[Event, ...]


@dataclass(frozen=True, kw_only=True)
class DiagnosisDocument(Document):
    """What is wrong on hosts, and what happened before.

    Attributes:
        hosts: One object for each host, in the inventory's order.
    """

    hosts: tuple[HostDiagnosis, ...]
