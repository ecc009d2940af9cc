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


NODE = {"instance": "h", "job": "node"}
"""The labels of what the node exporter exposes."""

Samples = Mapping[str, "float | str"]
"""What is measured by metric: a value that stays, or samples as promtool writes them."""


def series(metric: str, samples: str, /, **labels: str) -> Measured:
    """One series of the node exporter's."""
    written = ", ".join(f'{key}="{value}"' for key, value in {**NODE, **labels}.items())
    return {f"{metric}{{{written}}}": samples}


def measured(labels: Mapping[str, str], samples: Samples) -> Measured:
    """Series with the same labels."""
    return {
        key: value
        for metric, one in samples.items()
        for key, value in series(metric, one if isinstance(one, str) else f"{one}+0x400", **labels).items()
    }


def pair(
    alert: str,
    labels: Mapping[str, str],
    fires: Samples,
    quiet: Samples,
    words: tuple[str, str],
    *,
    at: str = "30m",
) -> tuple[Case, Case]:
    """A case that fires and one that does not, of series with the same labels, which are the alert's too."""
    return (
        Case(alert, measured(labels, fires), Fires(*words, {**NODE, **labels}), at),
        Case(alert, measured(labels, quiet), at=at),
    )
