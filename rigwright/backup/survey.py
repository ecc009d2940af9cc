"""Query hosts for what is known of their backups, all at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from rigwright.backup import bundle, judge, places
from rigwright.backup.known import Known, known
from rigwright.compare.acceptance import Acceptance, accepted_by, apart
from rigwright.desired import BackupTool, Desired, Protected
from rigwright.errors import Exit, RigError
from rigwright.finding import Finding
from rigwright.inventory.fan_out import AT_ONCE, query_hosts
from rigwright.inventory.load import Host
from rigwright.remote.ssh import Connection
from rigwright.report.terminal import about
from rigwright.secrets import recovery


@dataclass(frozen=True)
class Data:
    """Data of a host, and what is known of its backups.

    Attributes:
        protected: What is declared.
        known: None: nothing of the inventory backs it up.
    """

    protected: Protected
    known: Known | None = None


@dataclass(frozen=True)
class BackupReport:
    """What is known of the backups of one host, or why nothing is known.

    Attributes:
        name: The host's.
        data: All that it declares.
        findings: What is wrong, without what the inventory accepts today.
        accepted: What it accepts.
        error: Why nothing is known.
        about: Its system and address.
    """

    name: str
    data: tuple[Data, ...] = ()
    findings: tuple[Finding, ...] = ()
    accepted: tuple[Acceptance, ...] = ()
    error: RigError | None = None
    about: str = ""


def tools(host: Host) -> Iterator[tuple[str, BackupTool]]:
    """What backs up data of a host, each with the name of its subsystem."""
    for one in host.rig.desired():
        yield from ((one.subsystem, tool) for tool in one.backup_tools)


def survey(hosts: Sequence[Host], at_once: int = AT_ONCE) -> list[BackupReport]:
    """Query all hosts. One that does not respond does not hide the others."""
    return query_hosts(
        hosts, _survey, lambda host, error: BackupReport(host.name, error=error, about=about(host)), at_once
    )


def _survey(host: Host, connection: Connection) -> BackupReport:
    now = datetime.now(timezone.utc)
    seen: dict[str, Known] = {}
    found: list[Finding] = []
    for subsystem, tool in tools(host):
        seen[tool.data] = _known(host.name, tool, connection)
        found += judge.findings(host.name, subsystem, tool, seen[tool.data], now)
    for subsystem, place, folder in places.places(host):
        here, kept = places.known(host.name, place, connection)
        behind = bundle.behind(Path(folder), kept) if kept else 0
        if here:
            found += judge.bundle_findings(host.name, subsystem, place.name, kept, behind=behind, now=now)
    parts = host.rig.desired()
    for subsystem, folder in _stores(parts):
        found += judge.recovery_findings(host.name, subsystem, recovery.read(Path(folder)), now)
    left, accepted = apart(found, accepted_by(parts), now.date())
    data = tuple(Data(one, seen.get(one.name)) for part in parts for one in part.protects)
    return BackupReport(host.name, data, left, accepted, about=about(host))


def _stores(parts: Sequence[Desired]) -> list[tuple[str, str]]:
    """The folders of the stores that have the passphrases of repositories, each with its subsystem."""
    return sorted(
        {(one.subsystem, place.store) for one in parts for place in one.backup_places if place.store}
    )


def _known(host: str, tool: BackupTool, connection: Connection) -> Known:
    done = connection.root(["sh", "-c", tool.known])
    if done.code:
        last = (done.stderr.strip().splitlines() or ["no output"])[-1]
        raise RigError(
            f"what it knows of its backups of {tool.data} cannot be read: {last}",
            host=host,
            next_step=f"rig plan --limit {host}",
        )
    return known(done.stdout, host)


def verdict(reports: Sequence[BackupReport]) -> Exit:
    """Unknown beats findings; no host at all is unknown."""
    if not reports or any(one.error for one in reports):
        return Exit.UNKNOWN
    return Exit.CHANGES if any(one.findings for one in reports) else Exit.OK
