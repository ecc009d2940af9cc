"""What ``rig health --json`` prints, as types."""

from __future__ import annotations

from dataclasses import dataclass

from rigwright.health.check import Check
from rigwright.report.document import Document, HostFindings


@dataclass(frozen=True, kw_only=True)
class HostHealth(HostFindings):
    """The health of one host.

    Attributes:
        checks: Everything that was checked.
        findings: One for each check that is not ``ok`` or ``none``.
    """

    checks: tuple[Check, ...]


@dataclass(frozen=True, kw_only=True)
class HealthDocument(Document):
    """Health of hardware and system.

    Attributes:
        hosts: One object for each host, in the inventory's order.
    """

    hosts: tuple[HostHealth, ...]
