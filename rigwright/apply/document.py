"""What ``rig apply --json`` prints, as types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rigwright.apply.outcome import Outcome, Result, verdict
from rigwright.finding import Finding
from rigwright.report import document, json_format
from rigwright.report.document import ComparedHost, Document


@dataclass(frozen=True, kw_only=True)
class AppliedHost(ComparedHost):
    """One host, as it was found after the apply.

    Attributes:
        result: How it ended; not tried: the run stopped before it was this host's turn.
        seconds: What the apply took, its queries included; 0 where nothing was done.
        messages: What the host printed when something failed.
        claims: Claims of the host tests that do not hold, with ``--verify``.
    """

    result: Result
    seconds: float
    messages: tuple[str, ...]
    claims: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class ApplyDocument(Document):
    """Hosts that were applied.

    Attributes:
        hosts: One object for each host, in the inventory's order.
    """

    hosts: tuple[AppliedHost, ...]


def as_json(outcomes: Sequence[Outcome]) -> str:
    """The document; its schema is in docs/reference/schemas."""
    return document.as_json(ApplyDocument(exit=int(verdict(outcomes)), hosts=tuple(map(_host, outcomes))))


def _host(outcome: Outcome) -> AppliedHost:
    return AppliedHost(
        **json_format.fields(outcome.after),
        result=outcome.result,
        seconds=round(outcome.seconds, 1),
        messages=outcome.messages,
        claims=outcome.claims,
    )
