"""The one type that plan, drift, verify and health report."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime


class Severity(enum.IntEnum):
    """How much a finding matters, in rising order."""

    INFO = 0
    WARNING = 1
    ERROR = 2


class By(enum.Enum):
    """Where the difference was made: in the repository, on the host, or unknown."""

    REPOSITORY = "repository"
    HOST = "host"
    UNKNOWN = "unknown"


@dataclass(frozen=True, order=True)
class Finding:
    """One difference between what is wanted and what is.

    Attributes:
        host: Name of the host in the inventory.
        subsystem: Name of the subsystem whose it is.
        kind: What differs, as ``thing.aspect``: ``file.content``, ``unit.state``, ``package.missing``.
        where: The path, unit, package or address.
        summary: One line that a person reads.
        severity: How much it matters.
        expected: The wanted value, masked where it is secret.
        actual: The value found, masked where it is secret.
        diff: Lines of a unified difference, empty where there is none or it is secret.
        since: When the found state came to be, in UTC, where the host can tell.
        by: Who made the difference.
        runbook: Page of ``docs/runbooks`` to open, where there is one.
        refused: Apply will not touch this without being told to adopt it.
    """

    host: str
    subsystem: str
    kind: str
    where: str
    summary: str
    severity: Severity = Severity.WARNING
    expected: str | None = None
    actual: str | None = None
    diff: tuple[str, ...] = ()
    since: datetime | None = None
    by: By = By.UNKNOWN
    runbook: str | None = None
    refused: bool = False
