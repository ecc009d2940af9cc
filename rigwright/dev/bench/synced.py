"""What a host that is in sync costs: SSH commands, and seconds near and far."""

from __future__ import annotations

from collections.abc import Iterator

from rigwright.dev.bench import clock
from rigwright.dev.bench.ground import SHAPES, Ground, at
from rigwright.dev.bench.result import Row, Section, command_budget
from rigwright.dev.bench.sessions import Counter, talk
from rigwright.inventory.load import limit, load

DRIFT_SECONDS = {0: 2.0, 50: 2.5}
# "Well under a second", from the second call on.
START_SECONDS = 0.5


def jobs(name: str) -> dict[str, list[str]]:
    """What is run against a host that is in sync, by what people type."""
    return {
        "`pyinfra … -y`": clock.pyinfra(name, "-y"),
        "`pyinfra … --dry`": clock.pyinfra(name, "--dry"),
        "`./rig drift`": clock.rig("drift", "--limit", name),
    }


def subsystems(name: str) -> int:
    """How many subsystems the inventory gives a host, not counting the toolkit's own part."""
    (host,) = limit(load(clock.INVENTORY), [name])
    return len(host.rig.desired()) - 1


def commands(ground: Ground) -> Section:
    """SSH commands of each job, counted on the host."""
    rows: list[Row] = []
    for shape in SHAPES:
        host = ground.in_sync(shape)
        budget = command_budget(subsystems(host.name))
        talk(host)
        for what, command in jobs(host.name).items():
            counted = []
            for _ in range(ground.runs):
                with Counter(host) as counter:
                    clock.seconds(command)
                counted.append(counter.commands)
            rows.append(Row(f"{what}, {shape}", "commands", tuple(counted), budget))
    return Section("SSH commands of a run in sync", COMMANDS, tuple(rows))


COMMANDS = """
The host's own SSH server logs every command that it starts (`LogLevel VERBOSE`), and those lines are counted.
Promised are at most two for each subsystem, and five for the run.
`pyinfra …` stands for `pyinfra inventories/lab.py deploys/site.py`.
"""


def drift(ground: Ground) -> Section:
    """``./rig drift`` as a whole process, at each distance."""
    rows = [
        Row(f"{what}, {shape}, {ms} ms", "s", runs, DRIFT_SECONDS.get(ms), below=True)
        for shape in SHAPES
        for what, ms, runs in _timed(ground, shape, "`./rig drift`")
    ]
    return Section("Drift check", DRIFT, tuple(rows))


DRIFT = """
The whole process, from the shell's start of `./rig` to its end, against one lab host.
The milliseconds are what a packet takes to the host and back, and every packet is held for that long.
"""


def site(ground: Ground) -> Section:
    """The whole site by plain pyinfra on a host that needs no change, at each distance."""
    rows = [
        Row(f"{what}, {shape}, {ms} ms", "s", runs)
        for shape in SHAPES
        for what, ms, runs in _timed(ground, shape, "`pyinfra … -y`", "`pyinfra … --dry`")
    ]
    return Section("The whole site, in sync", SITE, tuple(rows))


SITE = """
Plain `pyinfra inventories/lab.py deploys/site.py --limit HOST` as a whole process; nothing needs a change.
Distances are as for the drift check.
"""


def _timed(ground: Ground, shape: str, *names: str) -> Iterator[tuple[str, int, tuple[float, ...]]]:
    """The seconds of these jobs at each distance; within one distance the jobs take turns."""
    host = ground.in_sync(shape)
    for ms in ground.latencies:
        times: dict[str, list[float]] = {name: [] for name in names}
        with at(host, ms):
            for _ in range(ground.runs):
                for name in names:
                    times[name].append(clock.seconds(jobs(host.name)[name]))
        yield from ((name, ms, tuple(runs)) for name, runs in times.items())


def start(ground: Ground) -> Section:
    """How long the command line takes to begin."""
    runs = tuple(clock.seconds(clock.rig("--help")) for _ in range(ground.runs))
    row = Row("`./rig --help`", "s", runs, START_SECONDS, below=True)
    return Section("Start of the command line", START, (row,))


START = """
The whole process, with the virtual environment made and files cached by earlier calls.
"""
