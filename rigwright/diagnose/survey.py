"""Query hosts over SSH for what is wrong and what happened, one command each, all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from rigwright.compare.acceptance import Acceptance, accepted_by, apart
from rigwright.desired import Desired
from rigwright.diagnose import judge
from rigwright.diagnose.document import Event, UnitLines
from rigwright.errors import Exit, RigError
from rigwright.finding import Finding
from rigwright.health.check import finding
from rigwright.health.survey import judged, response
from rigwright.inventory.fan_out import AT_ONCE, query_hosts
from rigwright.inventory.load import Host
from rigwright.remote import commands
from rigwright.remote.ssh import Connection
from rigwright.report.terminal import about
from rigwright.repository import ROOT

RUNBOOKS = {
    "filesystem": "disk-full",
    "memory": "memory",
    "reboot": "reboot",
    "ecc": "memory-errors",
    "log": "drive-log",
    "pcie": "pcie-errors",
}
"""Of areas of health that have one page. Those of devices have many: docs/runbooks/README.md lists them."""
ALL_RUNBOOKS = "docs/runbooks/README.md"


@dataclass(frozen=True)
class Diagnosis:
    """What is known of one host, or why nothing is known."""

    name: str
    about: str = ""
    findings: tuple[Finding, ...] = ()
    accepted: tuple[Acceptance, ...] = ()
    logs: tuple[UnitLines, ...] = ()
    events: tuple[Event, ...] = ()
    error: RigError | None = None


def survey(hosts: Sequence[Host], hours: float, at_once: int = AT_ONCE) -> list[Diagnosis]:
    """Query all hosts. One that does not respond does not hide the others.

    Args:
        hosts: Which hosts.
        hours: How far back the events reach.
        at_once: How many hosts at a time.
    """

    def one(host: Host, connection: Connection) -> Diagnosis:
        parts = host.rig.desired()
        drives = [drive for part in parts for drive in part.drives]
        return diagnosis(host, response(connection.root(commands.diagnose(hours, drives)), host.name), parts)

    return query_hosts(
        hosts, one, lambda host, error: Diagnosis(host.name, about(host), error=error), at_once
    )


def diagnosis(host: Host, seen: Mapping[str, object], parts: Sequence[Desired]) -> Diagnosis:
    """What a host's response shows."""
    happened = judge.events(seen)
    units = judge.findings(host.name, seen, happened, runbooks(parts))
    opened, closed = apart(
        [*units, *_health(host.name, seen)], accepted_by(parts), datetime.now(timezone.utc).date()
    )
    return Diagnosis(host.name, about(host), opened, closed, judge.logs(seen), happened)


def _health(host: str, seen: Mapping[str, object]) -> list[Finding]:
    """The findings of health, without those of units, of which more is known here."""
    nested = seen.get("health")
    checks = judged(nested) if isinstance(nested, Mapping) else ()
    found = filter(None, (finding(host, check) for check in checks if check.area != "units"))
    pages = {area: f"docs/runbooks/{page}.md" for area, page in RUNBOOKS.items()}
    return [replace(one, runbook=pages.get(one.subsystem, ALL_RUNBOOKS)) for one in found]


def runbooks(parts: Sequence[Desired]) -> dict[str, str]:
    """The page for each declared unit whose service has one: ``docs/runbooks/NAME-down.md``."""
    found = {}
    for part in parts:
        for unit in part.units:
            stem = unit.name.partition(".")[0].partition("@")[0]
            pages = (f"docs/runbooks/{name}-down.md" for name in (stem, part.subsystem))
            own = stem.startswith(part.subsystem) and "exporter" not in stem
            page = next((page for page in pages if own and (ROOT / page).is_file()), None)
            if page:
                found[unit.name] = page
    return found


def verdict(reports: Sequence[Diagnosis]) -> Exit:
    """Unknown beats findings; no host at all is unknown."""
    if not reports or any(one.error for one in reports):
        return Exit.UNKNOWN
    return Exit.CHANGES if any(one.findings for one in reports) else Exit.OK
