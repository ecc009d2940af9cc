"""One case of an alert rule: what is measured, and what comes of it by the words of a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Measured = Mapping[str, str]
"""A series, such as ``up{job="node"}``, and its samples, one each 30 seconds, as promtool writes them."""


@dataclass(frozen=True)
class Fires:
    """An alert that must come, and its text to the letter."""

    summary: str
    description: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """What is measured, when the rule is asked, and the alert; None where there must be none."""

    alert: str
    measured: Measured
    fires: Fires | None = None
    at: str = "30m"
