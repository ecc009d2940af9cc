"""What this machine is made of and what queries print on it, as JSON on standard output.

The queries come as JSON on standard input: shell commands by name.
Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
"""

from __future__ import annotations

import glob
import json
import os
import re
import sys
from typing import Any

from rigwright.host import health
from rigwright.host.tool_output import answers, ask, line, read

BY_ID = "/dev/disk/by-id"
SECTOR_BYTES = 512
"""The unit of /sys/block/NAME/size, whatever the disk's own sectors are (Linux, sysfs-block)."""
LIMIT_SECONDS = 20


def memory_bytes() -> int | None:
    """Main memory that the kernel manages; None where it is unknown."""
    found = re.search(r"^MemTotal:\s+(\d+) kB$", read("/proc/meminfo") or "", re.MULTILINE)
    return int(found[1]) * 1024 if found else None


def gpus() -> list[str]:
    """PCI id of each NVIDIA card, such as ``10de:2b85``."""
    return [f"10de:{line(f'/sys/bus/pci/devices/{address}/device')[2:]}" for address in health.gpus()]


def stable_names() -> dict[str, list[str]]:
    """Names in ``/dev/disk/by-id`` of each whole disk, by its kernel name."""
    found: dict[str, list[str]] = {}
    for path in sorted(glob.glob(f"{BY_ID}/*")):
        found.setdefault(os.path.basename(os.path.realpath(path)), []).append(os.path.basename(path))
    return found


def nodes(device: dict[str, Any]) -> list[dict[str, Any]]:
    """A device of lsblk and all that is made of it."""
    return [device, *(node for child in device.get("children", ()) for node in nodes(child))]


def contents() -> dict[str, list[dict[str, Any]]] | None:
    """Mount points and signatures of each whole disk and all that is made of it; None where unknown."""
    output = ask(("lsblk", "--json", "--output", "NAME,MOUNTPOINTS,FSTYPE,LABEL"), LIMIT_SECONDS)
    if output.get("code") != 0:
        return None
    return {root["name"]: nodes(root) for root in json.loads(output["out"])["blockdevices"]}


def disks() -> list[dict[str, Any]]:
    """Whole disks that have a node here and cannot be taken out, by their kernel name."""
    ids, inside = stable_names(), contents()
    buses = {one["name"]: one["bus"] for one in health.disks()}
    found = []
    for path in sorted(glob.glob("/sys/block/*")):
        name = os.path.basename(path)
        bus = buses.get(name) or buses.get(name.rpartition("n")[0])  # nvme0n1 is a disk of nvme0
        size = int(line(f"{path}/size") or 0) * SECTOR_BYTES
        if bus and size and os.path.exists(f"/dev/{name}"):
            parts = None if inside is None else inside.get(name, [])
            found.append({"name": name, "bus": bus, "size": size, "ids": ids.get(name, []), "inside": parts})
    return found


def survey(queries: dict[str, str]) -> dict[str, Any]:
    """Everything at once."""
    commands: dict[str, tuple[str, ...]] = {name: ("sh", "-c", text) for name, text in queries.items()}
    return {
        "name": os.uname().nodename,
        "os_release": read("/etc/os-release") or "",
        "cpu_threads": os.cpu_count(),
        "memory": memory_bytes(),
        "gpus": gpus(),
        "disks": disks(),
        "queries": answers(commands, LIMIT_SECONDS),
    }


if __name__ == "__main__":
    json.dump(survey(json.load(sys.stdin)), sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # a thread that waits for a process in the kernel would hold the exit up
