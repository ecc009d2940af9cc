"""The first converge of a fresh host, against the bare installation of the same packages."""

from __future__ import annotations

import subprocess

from rigwright.dev.bench import clock
from rigwright.dev.bench.ground import Ground
from rigwright.dev.bench.result import Row, Section
from rigwright.errors import RigError
from rigwright.inventory.load import limit, load
from rigwright.repository import ROOT

SHAPE = "defaults"
AT_MOST_TIMES = 1.3

HOW = """
The lab host gets its pristine disk back, boots to the end, and has package lists that are a day old.
Then either `./rig apply`, plain `pyinfra … -y`, or `apt-get update && apt-get install` over SSH runs.
The bare installation takes the packages that the inventory asks for, without recommended ones, as the toolkit
does; it also starts the new services with their defaults, which the toolkit does not.
The three take turns, each run after a fresh reset, and a ratio compares the runs of one turn.
Packages come from where the host's apt sources say, so the network is part of all three.
"""


def converge(ground: Ground) -> Section:
    """``rig apply``, plain pyinfra and apt-get on the same fresh host, by turns."""
    name = ground.host(SHAPE).name
    ways = {
        "`./rig apply`": clock.rig("apply", "--limit", name),
        "`pyinfra … -y`": clock.pyinfra(name, "-y"),
        "`apt-get update && apt-get install`": bare_installation(ground),
    }
    times: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(ground.runs):
        # No way is always the first of its turn.
        order = [*ways][turn % len(ways) :] + [*ways][: turn % len(ways)]
        for way in order:
            ground.as_new(SHAPE)
            times[way].append(_seconds(ways[way], name))
    rows = [Row(f"{way}, fresh host", "s", tuple(runs)) for way, runs in times.items()]
    return Section("First converge", HOW, (*rows, *_ratios(times)))


def _seconds(command: list[str], name: str) -> float:
    """The time of a converge, or an error that tells what is not as it should be: the host is gone then."""
    try:
        return clock.seconds(command)
    except RigError as error:
        plan = subprocess.run(clock.rig("plan", "--limit", name), cwd=ROOT, capture_output=True, check=False)
        error.what += "\n" + plan.stdout.decode("utf-8", "replace")
        raise


def _ratios(times: dict[str, list[float]]) -> list[Row]:
    """Each way of ours against the bare one, turn by turn."""
    *ours, (_, bare) = times.items()
    return [
        Row(
            f"{way} against the bare installation",
            "times",
            tuple(one / base for one, base in zip(runs, bare, strict=True)),
            AT_MOST_TIMES,
        )
        for way, runs in ours
    ]


def bare_installation(ground: Ground) -> list[str]:
    """The command that installs what the inventory asks for, and nothing else."""
    host = ground.host(SHAPE)
    (described,) = limit(load(clock.INVENTORY), [host.name])
    packages = sorted({name for one in described.rig.desired() for name in one.packages})
    install = f"apt-get -q -y --no-install-recommends install {' '.join(packages)}"
    return [*host.ssh(), f"sudo env DEBIAN_FRONTEND=noninteractive sh -c 'apt-get -q update && {install}'"]
