"""A plot of sizes over time, as shapes that the page draws. Pure geometry: it decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WIDTH = 600
HEIGHT = 64
WIDEST = 10.0
LEAST = 1.5
"""What is there is visible, however small it is."""


@dataclass(frozen=True)
class Sample:
    """What is drawn as one bar.

    Attributes:
        at: When.
        size: Its height, in any unit.
        part: Of its height so much is filled.
        good: Whether it has the colour of what is good.
        text: What a pointer over it shows.
    """

    at: datetime
    size: float
    part: float
    good: bool
    text: str


@dataclass(frozen=True)
class Bar:
    """A bar, in units of a drawing of ``WIDTH`` by ``HEIGHT``; ``x`` is its left edge."""

    x: float
    width: float
    height: float
    part: float
    good: bool
    text: str


@dataclass(frozen=True)
class Plot:
    """Bars on an axis of time.

    Attributes:
        text: What it shows, for those who do not see it, and below it.
        bars: Oldest first.
        start: The time at the left edge.
        end: The time at the right edge.
    """

    text: str
    bars: tuple[Bar, ...]
    start: datetime
    end: datetime


def plot(text: str, samples: Sequence[Sample], now: datetime) -> Plot | None:
    """Bars from the oldest sample to now, so that what is late leaves a gap; None without samples."""
    if not samples:
        return None
    ordered = sorted(samples, key=lambda one: one.at)
    start, end = ordered[0].at, max(now, ordered[-1].at)
    span = max(end - start, timedelta(seconds=1))
    width = min(WIDEST, WIDTH / len(ordered) * 0.7)
    top = max(one.size for one in ordered) or 1.0
    bars = tuple(
        Bar(
            x=round((one.at - start) / span * (WIDTH - width), 1),
            width=round(width, 1),
            height=_height(one.size, top),
            part=_height(min(one.part, one.size), top),
            good=one.good,
            text=one.text,
        )
        for one in ordered
    )
    return Plot(text, bars, start, end)


def _height(size: float, top: float) -> float:
    return round(max(LEAST, size / top * HEIGHT), 1)
