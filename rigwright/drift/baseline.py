"""What an adopted host had: a list of findings that a person reviews, and an inventory accepts. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rigwright.finding import Finding

VERSION = 1
LEFT_BY_APPLY = ("unmanaged", "override", "changed")
"""What a finding is about that no apply changes, except in files and runtime state of a subsystem."""
FIXED_BY_APPLY = ("file", "link", "directory", "runtime_state")


def acceptable(finding: Finding) -> bool:
    """Whether a finding is left by apply, so that only a person can accept or remove what it is about."""
    thing, _, aspect = finding.kind.partition(".")
    counted = finding.where.startswith("more than ")
    return aspect in LEFT_BY_APPLY and thing not in FIXED_BY_APPLY and not counted


def added(
    before: Mapping[str, Any], findings: Iterable[Finding], reason: str, until: str | None, by: str = ""
) -> dict[str, Any]:
    """A list with these findings too; what is in it stays as it is.

    Args:
        before: The list as it was read; empty for a new one.
        findings: Of one host.
        reason: Why the new ones are accepted.
        until: Last day, in ISO 8601; None: no end.
        by: Who made the list, and when.
    """
    about = {"reason": reason, "until": until, "by": by}
    entries = {str(one["where"]): dict(one) for one in before.get("accepted", ())}
    kept = {*entries}
    for finding in findings:
        entry = {"where": finding.where, "kind": finding.kind, "actual": finding.actual}
        known = entries.get(finding.where)
        if known is None:
            entries[finding.where] = {**entry, "summary": finding.summary, **about}
        elif finding.where not in kept:  # one place, two findings: an inventory accepts a place once
            known.update(kind=None, actual=None)
    return {"version": VERSION, "accepted": [entries[where] for where in sorted(entries)]}


def written(baseline: Mapping[str, Any]) -> str:
    """The list as the repository keeps it."""
    return json.dumps(baseline, indent=2, ensure_ascii=True) + "\n"
