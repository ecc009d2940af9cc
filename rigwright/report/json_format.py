"""Findings as a program reads them. A renderer only: it decides nothing."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

from rigwright import __version__
from rigwright.drift.survey import Surveyed, verdict
from rigwright.finding import Finding


def as_json(surveyed: Sequence[Surveyed]) -> str:
    """The same for programs. ``exit`` is the exit code; the shape is described in docs/reference/json.md."""
    return json.dumps(
        {
            "version": 1,
            "rigwright": __version__,
            "exit": int(verdict(surveyed)),
            "hosts": [_host(one) for one in surveyed],
        },
        indent=2,
    )


def _host(one: Surveyed) -> dict[str, object]:
    return {
        "name": one.host.name,
        "known": one.error is None,
        "error": dataclasses.asdict(one.error) if one.error else None,
        "findings": [finding(found) for found in one.findings],
    }


def finding(one: Finding) -> dict[str, object]:
    """One finding as JSON has it."""
    return {
        **dataclasses.asdict(one),
        "severity": one.severity.name.lower(),
        "by": one.by.value,
        "since": one.since.isoformat() if one.since else None,
    }
