"""Many hosts at once: how long one look at all of them takes."""

from __future__ import annotations

from rigwright import lab
from rigwright.dev.bench import clock
from rigwright.dev.bench.ground import Ground
from rigwright.dev.bench.result import Row, Section
from rigwright.lab.host import names

HOSTS = tuple(f"bench13-{number}" for number in range(10))
AT_MOST_SECONDS = 15.0

HOW = """
Ten lab hosts on the machine that measures, each with the whole site in its defaults and in sync.
All of them run on the same two cores as the look itself.
"""


def drift(ground: Ground) -> Section:
    """``rig drift`` of ten hosts in sync."""
    limits = [word for name in HOSTS for word in ("--limit", name)]
    try:
        for name in HOSTS:
            if name in names():
                lab.down(name)
            lab.up(name)
        clock.seconds(clock.rig("apply", *limits))
        runs = tuple(clock.seconds(clock.rig("drift", *limits)) for _ in range(ground.runs))
    finally:
        for name in {*HOSTS} & {*names()}:
            lab.down(name)
    row = Row(f"`./rig drift`, {len(HOSTS)} hosts", "s", runs, AT_MOST_SECONDS, below=True)
    return Section("Ten hosts", HOW, (row,))
