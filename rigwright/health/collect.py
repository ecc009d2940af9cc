"""The hardware's metrics for Prometheus, every half minute.

It runs on the host as ``/usr/local/lib/rigwright/health/collect.pyz SECONDS KIND… DISK…``, under the host's
own Python (3.10 and newer): ``SECONDS`` is what one tool may take, the kinds are what is queried: ``gpu``,
``nvme``, ``sata``, ``zfs``, ``snapshots``; sensors, memory and PCIe always. The disks are those of
``rigwright.host.health.declared``. It writes one file for the node exporter, and its memory.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from facts import commands
from rigwright.health import memory, textfile
from rigwright.host import health, tool_output
from rigwright.host.textfile_writer import FOLDER, write

PATH = f"{FOLDER}/rigwright_health.prom"
MEMORY = f"{os.environ.get('RUNTIME_DIRECTORY', '/run/rigwright-health')}/memory.json"
BOOT = "/proc/sys/kernel/random/boot_id"
GPU = ("gpu", "xid", "driver", "library")
MACHINE = ("sensors", "ecc", "pcie")
"""Of every machine, whatever it is declared to have."""
ASLEEP = ("-n", "standby,3")
"""Leave a disk alone that has spun down, and report that by an exit status that nothing else has."""


def queries(found: Mapping[str, Any], kinds: frozenset[str]) -> dict[str, memory.Command]:
    """The commands of ``rig health`` for these kinds of devices, and the list of snapshots."""
    every = health.queries({**found, "mounts": []})
    sata = {f"smart {one['name']}" for one in found["disks"] if one["bus"] == "sata"}
    bridged = {f"smart {one['name']}" for one in found["disks"] if one["bus"] == "nvme" and "type" in one}
    kind_of = {
        **dict.fromkeys(GPU, "gpu"),
        **{name: "nvme" for name in every if name.startswith("nvme")},
        **dict.fromkeys(sata, "sata"),
        **dict.fromkeys(bridged, "nvme"),
        **{name: "zfs" for name in every if name.startswith("zpool-")},
        **dict.fromkeys(MACHINE, "machine"),
        "drive-log": "nvme" if "nvme" in kinds else "sata",
    }
    of_kinds = {name: command for name, command in every.items() if kind_of.get(name) in {*kinds, "machine"}}
    chosen = {
        name: (command[0], *ASLEEP, *command[1:]) if name in sata else command
        for name, command in of_kinds.items()
    }
    return {**chosen, "snapshots": commands.SNAPSHOTS} if found["zfs"] and "snapshots" in kinds else chosen


def kinds_of(words: Sequence[str]) -> frozenset[str]:
    """The kinds among the arguments, whose others are disks."""
    return frozenset(word for word in words if ":" not in word)


def still_there(process: str) -> bool:
    """Whether a process that was killed is still there."""
    number = process.split(" ", maxsplit=1)[0]
    return number.isdigit() and tool_output.identity(int(number)) == process


def survey(limit_seconds: float, words: Sequence[str], before: memory.Memory) -> dict[str, Any]:
    """The hardware as it is now; what need not be queried again is as it was."""
    now = time.time()
    kinds = kinds_of(words)
    found = {
        "gpus": health.gpus(),
        "disks": health.disks(words),
        "zfs": health.zfs(),
        "container": health.container(),
    }
    due, kept = memory.due(queries(found, kinds), before, now, still_there)
    new = {name: {**output, "at": now} for name, output in tool_output.outputs(due, limit_seconds).items()}
    return {
        **found,
        "now_seconds": now,
        "reboot": health.reboot(),
        "outputs": {**kept, **memory.joined(new, before)},
    }


def main() -> int:
    """Query, expose, and remember."""
    limit_seconds, words = float(sys.argv[1]), sys.argv[2:]
    before = memory.load(tool_output.read(MEMORY) or "", (tool_output.read(BOOT) or "").strip(), time.time())
    seen = survey(limit_seconds, words, before)
    snapshot = textfile.snapshot(seen, kinds_of(words), before.succeeded)
    after = replace(
        before,
        now_seconds=seen["now_seconds"],
        outputs=memory.kept(seen["outputs"], before),
        succeeded=snapshot.succeeded,
    )
    try:
        write(PATH, snapshot.text, 0o644)
    except FileNotFoundError:
        return 0  # there is no node exporter that reads it
    write(MEMORY, memory.dump(after), 0o600)
    sys.stdout.flush()
    os._exit(0)  # a thread that waits for a process in the kernel would hold the exit up
