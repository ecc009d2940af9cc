"""Findings as JSON. A renderer only: it decides nothing."""

from __future__ import annotations

from collections.abc import Sequence

from rigwright.drift.survey import Surveyed, verdict
from rigwright.report import document


def as_json(surveyed: Sequence[Surveyed]) -> str:
    """The document that drift, plan and apply print; its schema is in docs/reference/schemas."""
    hosts = tuple(
        document.ComparedHost(
            name=one.host.name,
            known=one.error is None,
            error=one.error,
            findings=tuple(one.findings),
            not_examined=one.choice.left if one.choice else (),
            accepted=tuple(one.accepted),
        )
        for one in surveyed
    )
    return document.as_json(document.FindingsDocument(exit=int(verdict(surveyed)), hosts=hosts))
