"""What ``rig backup list --json`` and ``rig backup status --json`` print, as types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rigwright.backup.known import Backup
from rigwright.report.document import Document, HostFindings


@dataclass(frozen=True, kw_only=True)
class DataBackups:
    """Declared data and its backups.

    Attributes:
        name: What it is.
        kind: ``database``, ``key_value``, ``volume``, ``files``, ``bucket`` or ``copy``.
        backed_up: Whether anything of the inventory backs it up.
        read: When the repository was read last.
        backups: Oldest first.
        problems: What keeps the data from coming back as promised.
    """

    name: str
    kind: str
    backed_up: bool
    read: datetime | None
    backups: tuple[Backup, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class HostBackups(HostFindings):
    """The backups of one host.

    Attributes:
        findings: What is missing, late, not proved, dated in the future, or reported by a tool itself.
        data: One object for each kind of data that the host declares.
    """

    data: tuple[DataBackups, ...]


@dataclass(frozen=True, kw_only=True)
class BackupDocument(Document):
    """Backups of hosts.

    Attributes:
        hosts: One object for each host, in the inventory's order.
    """

    hosts: tuple[HostBackups, ...]
