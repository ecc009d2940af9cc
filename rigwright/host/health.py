"""The outputs of this host's health tools, as JSON on standard output. It reads and runs, and judges nothing.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
"""

from __future__ import annotations

import glob
import json
import os
import re
import sys
import time
from collections.abc import Iterable
from typing import Any

from facts import commands
from rigwright.host.tool_output import line, outputs, read

NVIDIA, DISPLAY_CLASSES = "0x10de", ("0x0300", "0x0302")
NOT_DISKS = ("loop", "ram", "zram", "sr", "fd", "dm-", "md", "nbd", "zd")
STAT_FORMAT = "%S %b %f %a %c %d"
NO_STORAGE = {
    *("squashfs", "iso9660", "erofs", "cramfs", "udf"),  # images, full by nature
    *("proc", "sysfs", "devpts", "cgroup", "cgroup2", "securityfs", "pstore", "efivarfs", "bpf", "tracefs"),
    *("debugfs", "configfs", "fusectl", "mqueue", "hugetlbfs", "autofs", "binfmt_misc", "rpc_pipefs", "nsfs"),
    *("ramfs", "devtmpfs", "selinuxfs", "fuse.lxcfs", "fuse.portal", "fuse.gvfsd-fuse", "nfsd", "rootfs"),
}
NO_DATA = ("/dev", "/proc", "/sys", "/run/credentials/", "/run/host/")
SHARED_MEMORY = "/dev/shm"  # noqa: S108  measured, never written
DEVICE_FIELD, PATH_FIELD = 2, 4
OCTAL = re.compile(r"\\([0-7]{3})")
ARCSTATS = "/proc/spl/kstat/zfs/arcstats"
ARC = ("size", "c_min", "c_max")
ARC_FIELDS = 3
EVENTS_DAEMON = "zfs-zed.service"
DECLARED_WORDS = 3
VIRTUAL = ("QEMU", "VMware", "VBOX", "Msft", "Google", "Virtual")


def mounts() -> list[dict[str, str]]:
    """What is mounted and holds data, each file system once, at its shortest path."""
    visible: dict[str, tuple[str, str, str]] = {}
    for row in (read("/proc/self/mountinfo") or "").splitlines():
        before, _, after = row.partition(" - ")
        fields, kind = before.split(" "), after.split(" ")[0]
        if len(fields) > PATH_FIELD:
            path = OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[PATH_FIELD])
            visible[path] = (fields[DEVICE_FIELD], path, kind)  # a later mount hides an earlier one
    found: dict[str, dict[str, str]] = {}
    for device, path, kind in sorted(visible.values(), key=lambda one: len(one[1])):
        if not hidden(path, kind):
            found.setdefault(device, {"path": path, "kind": kind})
    return list(found.values())


def hidden(path: str, kind: str) -> bool:
    """Whether a mount holds no data that can fill it up."""
    layered = kind == "overlay" and path != "/"
    return layered or kind in NO_STORAGE or (path != SHARED_MEMORY and path.startswith(NO_DATA))


def container() -> bool:
    """Whether this is a container, which shows the machine's files and has no hardware of its own."""
    return os.path.exists("/run/systemd/container")


def gpus() -> list[str]:
    """PCI addresses of NVIDIA's display devices; a container without their nodes has none."""
    found = [
        os.path.basename(os.path.dirname(path))
        for path in glob.glob("/sys/bus/pci/devices/*/vendor")
        if line(path) == NVIDIA and line(path[: -len("vendor")] + "class").startswith(DISPLAY_CLASSES)
    ]
    inside = container() and not os.path.exists("/dev/nvidiactl")
    return [] if inside else sorted(found)


def declared(arguments: Iterable[str]) -> list[dict[str, str]]:
    """The disks of arguments ``disk:NAME:TYPE:DEVICE``, which smartctl reaches by a type of their own."""
    found = []
    for argument in arguments:
        kind, *words = argument.split(":", maxsplit=3)
        if kind == "disk" and len(words) == DECLARED_WORDS:
            bus = "nvme" if words[1].startswith(("nvme", "snt")) else "sata"
            found.append({"name": words[0], "bus": bus, "type": words[1], "device": words[2]})
    return found


def disks(arguments: Iterable[str] = ()) -> list[dict[str, str]]:
    """Whole disks that have a node here, NVMe drives by their controller.

    A disk behind a SATA, SAS or RAID controller is queried as a SATA disk; one that refuses reports that.

    Args:
        arguments: Those of :func:`declared`, which stand in the place of the disks at their nodes.
    """
    return placed(attached(), declared(arguments))


def placed(there: list[dict[str, str]], own: list[dict[str, str]]) -> list[dict[str, str]]:
    """The disks, with declared ones in the place of those whose nodes they name."""
    taken = {os.path.realpath(one["device"]) for one in own}
    kept = [one for one in there if f"/dev/{one['name']}" not in taken]
    return sorted([*kept, *own], key=lambda one: one["name"])


def attached() -> list[dict[str, str]]:
    """Those with a node of their own."""
    names = [os.path.basename(path) for path in glob.glob("/sys/class/nvme/nvme*")]
    found = [{"name": name, "bus": "nvme"} for name in names]
    for path in glob.glob("/sys/block/*"):
        name = os.path.basename(path)
        if name.startswith(("nvme", *NOT_DISKS)):
            continue
        real = name.startswith("sd") and not line(f"{path}/device/vendor").startswith(VIRTUAL)
        if line(f"{path}/removable") != "1":
            found.append({"name": name, "bus": "sata" if real else "virtual"})
    return [one for one in found if os.path.exists(f"/dev/{one['name']}")]


def zfs() -> bool:
    """Whether ZFS is loaded and can be queried."""
    return os.path.exists("/sys/module/zfs") and os.path.exists("/dev/zfs")


def queries(found: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """The commands that this host's devices call for, by the name of their output."""
    named: dict[str, tuple[str, ...]] = {
        "units": ("systemctl", "list-units", "--failed", "--plain", "--no-legend", "--full", "--no-pager"),
        "system": ("systemctl", "is-system-running"),
    }
    for mount in found["mounts"]:
        named[f"mount {mount['path']}"] = ("stat", "-f", "-c", STAT_FORMAT, "--", mount["path"])
    if found["gpus"] or os.path.exists("/dev/nvidiactl"):
        named["gpu"] = commands.GPU
        named["xid"] = commands.XID
        named["driver"] = commands.DRIVER
        named["library"] = commands.LIBRARY
    if found.get("container") is False:
        named |= {"sensors": commands.SENSORS, "ecc": commands.EDAC, "pcie": commands.PCIE}
    if any(disk["bus"] != "virtual" for disk in found["disks"]):
        named["drive-log"] = commands.DRIVE_LOG
    for disk in found["disks"]:
        device = f"/dev/{disk['name']}"
        if "type" in disk:
            named[f"smart {disk['name']}"] = (*commands.SMARTCTL, "-d", disk["type"], disk["device"])
            continue
        if disk["bus"] == "nvme":
            named[f"nvme {disk['name']}"] = (*commands.SMART_LOG, device)
            named[f"nvme-id {disk['name']}"] = (*commands.ID_CTRL, device)
            named[f"nvme-test {disk['name']}"] = (*commands.SELF_TESTS, device)
            named[f"nvme-errors {disk['name']}"] = (*commands.ERROR_LOG, device)
        if disk["bus"] != "virtual":
            named[f"smart {disk['name']}"] = (*commands.SMARTCTL, device)
    if found["zfs"]:
        named["zpool-status"] = commands.POOL_STATUS
        named["zpool-list"] = commands.POOL_LIST
        named["zpool-created"] = commands.POOL_CREATED
        named["zed"] = ("systemctl", "is-active", EVENTS_DAEMON)
    return named


def arc() -> dict[str, int] | None:
    """Sizes of ZFS's cache in bytes, None where there is no ZFS."""
    rows = [row.split() for row in (read(ARCSTATS) or "").splitlines()]
    sizes = [row for row in rows if len(row) == ARC_FIELDS and row[0] in ARC]
    return {name: int(value) for name, _, value in sizes if value.isdigit()} or None


def reboot() -> dict[str, Any]:
    """The reasons for a reboot, but for the driver on disk."""
    return {
        "required": os.path.exists(commands.REBOOT_REQUIRED),
        "packages": read(commands.REBOOT_PACKAGES) or "",
        "running": os.uname().release,
        "images": [os.path.basename(path) for path in glob.glob(commands.KERNELS)],
        "driver_loaded": read(commands.DRIVER_LOADED),
    }


def survey(limit_seconds: float, arguments: Iterable[str] = ()) -> dict[str, Any]:
    """Everything at once."""
    found: dict[str, Any] = {
        "mounts": mounts(),
        "gpus": gpus(),
        "disks": disks(arguments),
        "zfs": zfs(),
        "container": container(),
    }
    return {
        **found,
        "now_seconds": time.time(),
        "meminfo": read("/proc/meminfo") or "",
        "arc": arc(),
        "load": line("/proc/loadavg"),
        "uptime": line("/proc/uptime"),
        "reboot": reboot(),
        "outputs": outputs(queries(found), limit_seconds),
    }


if __name__ == "__main__":
    json.dump(survey(float(sys.argv[1]), sys.argv[2:]), sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # a thread that waits for a process in the kernel would hold the exit up
