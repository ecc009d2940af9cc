"""What it costs to know how a host is: a look from afar, and a run of the hardware's metrics."""

from __future__ import annotations

from rigwright.dev.bench import clock
from rigwright.dev.bench.ground import Ground, at
from rigwright.dev.bench.result import Row, Section
from rigwright.errors import Exit

SHAPE = "defaults"
CPU_SECONDS, MEMORY_MEGABYTES = 0.3, 60.0
KINDS = "gpu nvme sata snapshots zfs"
# The kernel counts a process and all those that it waited for; memory is that of the largest.
METER = f"""\
mkdir -p /run/rigwright-bench
RUNTIME_DIRECTORY=/run/rigwright-bench python3 -c "
import resource, subprocess
command = '/usr/bin/python3 -I /usr/local/lib/rigwright/health/collect.pyz 10 {KINDS}'
subprocess.run(command.split(), check=True)
found = resource.getrusage(resource.RUSAGE_CHILDREN)
print(found.ru_utime + found.ru_stime, found.ru_maxrss * 1024 / 1e6)"
"""


def health(ground: Ground) -> Section:
    """``./rig health`` as a whole process, at each distance."""
    host = ground.in_sync(SHAPE)
    rows: list[Row] = []
    for ms in ground.latencies:
        with at(host, ms):
            command = clock.rig("health", "--limit", host.name)
            runs = tuple(clock.seconds(command, fine=(Exit.OK, Exit.CHANGES)) for _ in range(ground.runs))
        rows.append(Row(f"`./rig health`, {SHAPE}, {ms} ms", "s", runs))
    return Section("One look at a host's health", HEALTH, tuple(rows))


HEALTH = """
The whole process against one lab host, which is asked everything in one SSH command.
Distances are as for the drift check.
"""


def metrics(ground: Ground) -> Section:
    """Processor and memory of one run of the collector."""
    host = ground.in_sync(SHAPE)
    runs = [[float(word) for word in host.run(METER).stdout.split()] for _ in range(ground.runs)]
    return Section(
        "A run of the hardware's metrics",
        METRICS,
        (
            Row("processor time", "s", tuple(cpu for cpu, _ in runs), CPU_SECONDS, below=True),
            Row("main memory", "MB", tuple(memory for _, memory in runs), MEMORY_MEGABYTES, below=True),
        ),
    )


METRICS = """
What `rigwright-health.timer` starts, as the kernel counts it, asked for every kind of hardware.
A lab host has none, so that no device's tool is among it: `nvidia-smi -q -x` takes another 0.07 s on an H100.
"""
