"""Services that may run with something else than what is on the disk: it is unknown what they read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rigwright.compare.view import View
from rigwright.finding import By, Finding, Severity
from rigwright.observed.loads import Reads, UnknownLoad, reads, unknown_load
from rigwright.observed.model import ObservedSubsystem

KIND = "load.unknown"
RUNBOOK = "docs/runbooks/drift.md"
VERBS = {"restart": "started", "reload": "loaded its files"}


def needs(own: ObservedSubsystem) -> dict[str, str]:
    """What each such service needs, by its unit: ``restart`` or ``reload``."""
    return {unit: found.needs for unit, found in _unknown(own).items()}


def _unknown(own: ObservedSubsystem) -> dict[str, UnknownLoad]:
    """Loads of which it is unknown what they read; none where the last apply was of an earlier revision."""
    if "activations" not in (own.applied or {}):
        return {}
    return {unit: found for unit, load in own.loads.items() if (found := unknown_load(load))}


def load_findings(view: View, known: Sequence[Finding]) -> Iterator[Finding]:
    """A finding for each, unless a difference of its unit or of what it reads is among the known ones."""
    specs = reads(view.desired)
    for unit, found in sorted(_unknown(view.own).items()):
        spec = specs.get(unit, Reads())
        if any(one.where == unit or spec.covers(one.where) for one in known):
            continue
        account = view.own.loads[unit].account
        yield view.finding(
            KIND,
            unit,
            f"{unit} {VERBS[found.needs]} at {found.when:%Y-%m-%d %H:%M:%S} UTC, not by Rigwright"
            f"{f' ({account} used sudo)' if account else ''}, and {found.change.path} was changed later: "
            f"what it runs with is unknown until its next {found.needs}",
            severity=Severity.ERROR,
            since=found.when,
            by=By.HOST,
            runbook=RUNBOOK,
        )
