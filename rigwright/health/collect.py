"""What the host tells Prometheus of its hardware, every half minute.

It runs on the host as ``/usr/local/lib/rigwright/health/collect.pyz SECONDS KIND…``, under the host's own
Python (3.10 and newer): ``SECONDS`` is what one tool may take, the kinds are what is asked: ``gpu``,
``nvme``, ``sata``, ``zfs``, ``snapshots``. It writes one file for the node exporter, and its memory.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rigwright.health import memory, textfile
from rigwright.host import health, tool_output
from rigwright.host.textfile_writer import FOLDER, write

PATH = f"{FOLDER}/rigwright_health.prom"
MEMORY = f"{os.environ.get('RUNTIME_DIRECTORY', '/run/rigwright-health')}/memory.json"
BOOT = "/proc/sys/kernel/random/boot_id"
GPU = ("gpu", "xid", "driver", "library")
ASLEEP = ("-n", "standby,3")
"""Leave a disk alone that has spun down, and tell so by an exit status that nothing else has."""


def questions(found: Mapping[str, Any], kinds: frozenset[str]) -> dict[str, memory.Command]:
    """The commands of ``rig health`` for these kinds of devices, and the list of snapshots."""
    every = health.questions({**found, "mounts": []})
    sata = {f"smart {one['name']}" for one in found["disks"] if one["bus"] == "sata"}
    kind_of = {
        **dict.fromkeys(GPU, "gpu"),
        **{name: "nvme" for name in every if name.startswith(("nvme ", "nvme-id "))},
        **dict.fromkeys(sata, "sata"),
        **{name: "zfs" for name in every if name.startswith("zpool-")},
    }
    wanted = {name: command for name, command in every.items() if kind_of.get(name) in kinds}
    asked = {
        name: (command[0], *ASLEEP, *command[1:]) if name in sata else command
        for name, command in wanted.items()
    }
    return {**asked, "snapshots": health.SNAPSHOTS} if found["zfs"] and "snapshots" in kinds else asked


def still_there(process: str) -> bool:
    """Whether a process that was killed is still there."""
    number = process.split(" ", maxsplit=1)[0]
    return number.isdigit() and tool_output.identity(int(number)) == process


def look(limit_seconds: float, kinds: frozenset[str], before: memory.Memory) -> dict[str, Any]:
    """The hardware as it is now; what need not be asked again is as it was."""
    now = time.time()
    found = {"gpus": health.gpus(), "disks": health.disks(), "zfs": health.zfs()}
    asked, stand = memory.due(questions(found, kinds), before, now, still_there)
    new = {name: {**told, "at": now} for name, told in tool_output.answers(asked, limit_seconds).items()}
    return {
        **found,
        "now_seconds": now,
        "reboot": health.reboot(),
        "answers": {**stand, **memory.joined(new, before)},
    }


def main() -> int:
    """Look, tell, and remember."""
    limit_seconds, kinds = float(sys.argv[1]), frozenset(sys.argv[2:])
    before = memory.load(tool_output.read(MEMORY) or "", (tool_output.read(BOOT) or "").strip(), time.time())
    seen = look(limit_seconds, kinds, before)
    told = textfile.told(seen, kinds, before.read)
    after = replace(
        before,
        now_seconds=seen["now_seconds"],
        answers=memory.kept(seen["answers"], before),
        read=told.read,
    )
    try:
        write(PATH, told.text, 0o644)
    except FileNotFoundError:
        return 0  # without a node exporter nobody would read it
    write(MEMORY, memory.dump(after), 0o600)
    sys.stdout.flush()
    os._exit(0)  # a thread that waits for a process in the kernel would hold the exit up
