"""Findings as JSON. A renderer only: it decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rigwright.drift.survey import Surveyed, verdict
from rigwright.report import document


def as_json(surveyed: Sequence[Surveyed]) -> str:
    """The document that drift and plan print; its schema is in docs/reference/schemas."""
    hosts = tuple(document.ComparedHost(**fields(one)) for one in surveyed)
    return document.as_json(document.FindingsDocument(exit=int(verdict(surveyed)), hosts=hosts))


def fields(one: Surveyed) -> dict[str, Any]:
    """What a document has of each host that was compared."""
    return {
        "name": one.host.name,
        "known": one.error is None,
        "error": one.error,
        "findings": tuple(one.findings),
        "not_examined": one.choice.left if one.choice else (),
        "accepted": tuple(one.accepted),
    }
