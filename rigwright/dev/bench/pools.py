"""What thousands of snapshots cost those who look at a host, on a lab VM with a pool of its own."""

from __future__ import annotations

from rigwright.dev.bench import clock
from rigwright.dev.bench.ground import Ground
from rigwright.dev.bench.result import Row, Section
from rigwright.errors import Exit
from rigwright.host import textfile_writer
from rigwright.lab import LabHost
from rigwright.remote.archive import archive

DATASETS, EACH = 50, 100
POOL = "zpool create -f -O mountpoint=none many /dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_RIGLAB-NVME0"
DATASET = "many/all"
COLLECTOR = "/run/rigwright-bench/collect.pyz"
INSTALL = f"mkdir -p {textfile_writer.FOLDER} /run/rigwright-bench && cat >{COLLECTOR}"
# Without its memory it asks for all that it would ask every few minutes.
METER = f"""\
cd /run/rigwright-bench && rm -f memory.json
RUNTIME_DIRECTORY=/run/rigwright-bench python3 -c "
import resource, subprocess, time
started = time.monotonic()
subprocess.run('/usr/bin/python3 -I {COLLECTOR} 60 zfs snapshots'.split(), check=True)
found = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.monotonic() - started, found.ru_utime + found.ru_stime)"
"""
ANSWERED = (Exit.OK, Exit.CHANGES, Exit.UNKNOWN)
"""Nothing was applied to this host, so that it need not be well: measured is how long it takes to tell."""

HOW = f"""
A lab VM with a pool, before and after {DATASETS * EACH:,} snapshots of {DATASETS} datasets were taken.
`./rig health` asks for pools and not for snapshots.
The metrics of pools list them every few minutes, and here in every run.
Where the machine that measures has no KVM the VM's processor is emulated, and about ten
times slower than a real one.
"""


def snapshots(ground: Ground) -> Section:
    """The look at a host, and a run of its metrics, without any snapshots and with thousands."""
    host = ground.machine()
    host.run(POOL)
    host.run(INSTALL, archive("rigwright.health.collect"))
    rows: list[Row] = []
    for count in (0, DATASETS * EACH):
        if count:
            host.run(f"zfs create {DATASET}\n{taken(DATASET)}")
        rows += _rows(host, f"{count:,} snapshots", ground.runs)
    return Section("Thousands of snapshots", HOW, tuple(rows))


def _rows(host: LabHost, state: str, runs: int) -> list[Row]:
    command = clock.rig("health", "--limit", host.name)
    looks = tuple(clock.seconds(command, fine=ANSWERED) for _ in range(runs))
    metered = [[float(word) for word in host.run(METER).stdout.split()] for _ in range(runs)]
    return [
        Row(f"`./rig health`, {state}", "s", looks),
        Row(f"metrics of pools, {state}", "s", tuple(whole for whole, _ in metered)),
        Row(f"processor time of that, {state}", "s", tuple(cpu for _, cpu in metered)),
    ]


def taken(dataset: str) -> str:
    """Commands that give a dataset all its children, and each of them its snapshots.

    ZFS takes at most one snapshot of a dataset in one command.
    """
    return f"""
set -e
for child in $(seq {DATASETS - 1}); do zfs create {dataset}/$child; done
for number in $(seq {EACH}); do zfs snapshot -r {dataset}@$number; done"""
