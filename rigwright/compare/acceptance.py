"""Findings that the inventory accepts, apart from those that are open. Pure."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rigwright.desired import Accepted, Desired
from rigwright.finding import Finding


@dataclass(frozen=True)
class Acceptance:
    """A finding that is accepted today.

    Attributes:
        finding: What was found.
        reason: Why it is accepted, in the inventory's words.
        until: Last day on which it is accepted, ISO 8601, or None.
    """

    finding: Finding
    reason: str
    until: str | None = None


def apart(
    findings: Iterable[Finding], accepted: Sequence[Accepted], today: date
) -> tuple[tuple[Finding, ...], tuple[Acceptance, ...]]:
    """The open findings, and those that are accepted.

    An open one that was accepted once, or with another value, says so.

    Args:
        findings: Of one host, of any kind.
        accepted: What its inventory accepts.
        today: The day that decides; ISO 8601 sorts as time does.
    """
    opened: list[Finding] = []
    closed: list[Acceptance] = []
    for finding in findings:
        meant = [one for one in accepted if _is_meant(one, finding)]
        valid = [one for one in meant if _as_reviewed(one, finding) and not _is_over(one, today)]
        if valid:
            closed.append(Acceptance(finding, valid[0].reason, valid[0].until or None))
        else:
            opened.append(_noted(finding, meant[0], today) if meant else finding)
    return tuple(opened), tuple(closed)


def accepted_by(desired: Iterable[Desired]) -> tuple[Accepted, ...]:
    """What a host's inventory, or its manifests, accept."""
    return tuple(one for wanted in desired for one in wanted.accepted)


def words(acceptances: Sequence[Acceptance]) -> str:
    """``3 accepted, the first until 2027-06-30``; empty where there is none."""
    if not acceptances:
        return ""
    ends = sorted(one.until for one in acceptances if one.until)
    return f"{len(acceptances)} accepted" + (f", the first until {ends[0]}" if ends else "")


def _is_meant(one: Accepted, finding: Finding) -> bool:
    pattern = ".*".join(map(re.escape, one.where.split("*")))
    return one.kind in ("", finding.kind) and re.fullmatch(pattern, finding.where, re.DOTALL) is not None


def _as_reviewed(one: Accepted, finding: Finding) -> bool:
    return not one.actual or one.actual == finding.actual


def _is_over(one: Accepted, today: date) -> bool:
    return bool(one.until) and today.isoformat() > one.until


def _noted(finding: Finding, one: Accepted, today: date) -> Finding:
    how = f"until {one.until}" if _is_over(one, today) else f"as {one.actual}"
    return dataclasses.replace(finding, summary=f"{finding.summary}; it was accepted {how}: {one.reason}")
