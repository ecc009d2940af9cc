"""What ``rig reboot --json`` prints, as types."""

from __future__ import annotations

from dataclasses import dataclass

from rigwright.errors import RigError
from rigwright.report.document import Document, HostFindings


@dataclass(frozen=True, kw_only=True)
class HostReboot(HostFindings):
    """Whether one host needs a reboot, and the result of one.

    Attributes:
        findings: What differs from the inventory after the reboot.
        reasons: Why it needs a reboot; empty where it needs none.
        objections: What forbids a reboot.
        rebooted: Whether the host has booted again.
        seconds: From the command to the end of the boot.
    """

    reasons: tuple[str, ...]
    objections: tuple[RigError, ...]
    rebooted: bool
    seconds: float | None


@dataclass(frozen=True, kw_only=True)
class RebootDocument(Document):
    """Reboots of the hosts.

    Attributes:
        hosts: One object for each host, in the inventory's order.
    """

    hosts: tuple[HostReboot, ...]
