"""What ``rig access --json`` prints, as types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rigwright.access.people import Account
from rigwright.report.document import Document, HostFindings


@dataclass(frozen=True, kw_only=True)
class HostAccess(HostFindings):
    """Who can log in to one host.

    Attributes:
        findings: Accounts, keys, passwords and sudo rules that the inventory does not declare.
        unknown: What could not be determined; where it is not empty, the list of accounts may be incomplete.
        since: How far back the journal reaches.
        reviewed: Whether the host has recorded this review, which ``--reviewed`` asks for.
        accounts: One object for each account of a person, and for each other account that can log in.
    """

    unknown: tuple[str, ...]
    since: datetime | None
    reviewed: bool
    accounts: tuple[Account, ...]


@dataclass(frozen=True, kw_only=True)
class AccessDocument(Document):
    """Who can log in to the hosts.

    Attributes:
        hosts: One object for each host, in the inventory's order.
    """

    hosts: tuple[HostAccess, ...]
