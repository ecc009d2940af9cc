"""What this host's health tools say, as JSON on standard output. It reads and runs, and judges nothing.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
Every question is a process of its own, all run at once, each with a time limit: a device that hangs holds
up its own answer and no other. A process that cannot be killed is left behind and not waited for.
"""

from __future__ import annotations

import contextlib
import glob
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from typing import Any

MAX_BYTES = 4194304
ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
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
SHARED_MEMORY = "/dev/shm"  # noqa: S108  looked at, never written
DEVICE_FIELD, PATH_FIELD = 2, 4
OCTAL = re.compile(r"\\([0-7]{3})")
ARCSTATS = "/proc/spl/kstat/zfs/arcstats"
ARC = ("size", "c_min", "c_max")
ARC_FIELDS = 3
GROUP_FIELD, START_FIELD = 2, 19
"""Of /proc/PID/stat behind the name: proc_pid_stat(5) counts them as the 5th and the 22nd."""
GONE_SECONDS = 0.5
"""A killed process that is still there after that waits inside the kernel."""
SNAPSHOTS = ("zfs", "list", "-H", "-p", "-t", "snapshot", "-o", "name,creation")
MODULES = ("nvidia", "nvidia-current", "nvidia-current-open")  # the others are Debian's names for it
DRIVER = ("sh", "-c", " || ".join(f"modinfo -F version {name}" for name in MODULES))
LIBRARY = (
    "sh",
    "-c",
    r"readlink -f $(ldconfig -p | sed -n 's/.* => \(.*libnvidia-ml\.so\.1\)$/\1/p' | head -n 1)",
)
"""Where the library is that programs start with; nothing, and exit code 1, where there is none."""
VIRTUAL = ("QEMU", "VMware", "VBOX", "Msft", "Google", "Virtual")


def read(path: str) -> str | None:
    """Text of a small file, None when there is none."""
    try:
        with open(path, "rb") as file:
            return file.read(MAX_BYTES).decode("utf-8", "replace")
    except OSError:
        return None


def line(path: str) -> str:
    """A file's text without the space around it, empty when there is none."""
    return (read(path) or "").strip()


def ask(command: tuple[str, ...], limit_seconds: float) -> dict[str, Any]:
    """What a command said, how it ended, or why it said nothing; never waits longer than the limit."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
            start_new_session=True,
        )
    except FileNotFoundError:
        return {"missing": True}
    except OSError as error:
        return {"error": f"{command[0]}: {error.strerror}"}
    try:
        out, err = process.communicate(timeout=limit_seconds)
    except subprocess.TimeoutExpired:
        return {"error": f"{command[0]}: no answer within {limit_seconds:g} s", **ended(process)}
    return {
        "code": process.returncode,
        "out": out[:MAX_BYTES].decode("utf-8", "replace"),
        "err": err[-2000:].decode("utf-8", "replace"),
    }


def ended(process: subprocess.Popen[bytes]) -> dict[str, str]:
    """Kill a process and its children; ``stuck`` is one that the kernel does not let go."""
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    end = time.monotonic() + GONE_SECONDS
    while (process.poll() is None or left(process.pid)) and time.monotonic() < end:
        time.sleep(0.02)
    stuck = left(process.pid)
    return {"stuck": stuck} if stuck else {}


def left(group: int) -> str:
    """A process of this group that is still there, by its identity; empty where there is none."""
    for path in glob.glob("/proc/[0-9]*/stat"):
        fields = (read(path) or "").rpartition(")")[2].split()
        if len(fields) > START_FIELD and fields[GROUP_FIELD] == str(group) and fields[0] != "Z":
            return identity(int(path.split("/")[2]))
    return ""


def identity(pid: int) -> str:
    """A process by number and time of its start, so that none takes another's place; empty without one."""
    fields = (read(f"/proc/{pid}/stat") or "").rpartition(")")[2].split()
    return f"{pid} {fields[START_FIELD]}" if len(fields) > START_FIELD else ""


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


def gpus() -> list[str]:
    """PCI addresses of NVIDIA's display devices; a container without their nodes has none."""
    found = [
        os.path.basename(os.path.dirname(path))
        for path in glob.glob("/sys/bus/pci/devices/*/vendor")
        if line(path) == NVIDIA and line(path[: -len("vendor")] + "class").startswith(DISPLAY_CLASSES)
    ]
    inside = os.path.exists("/run/systemd/container") and not os.path.exists("/dev/nvidiactl")
    return [] if inside else sorted(found)


def disks() -> list[dict[str, str]]:
    """Whole disks that have a node here, NVMe drives by their controller.

    A disk behind a SATA, SAS or RAID controller is asked as a SATA disk; one that refuses says so itself.
    """
    names = [os.path.basename(path) for path in glob.glob("/sys/class/nvme/nvme*")]
    found = [{"name": name, "bus": "nvme"} for name in names]
    for path in glob.glob("/sys/block/*"):
        name = os.path.basename(path)
        if name.startswith(("nvme", *NOT_DISKS)):
            continue
        real = name.startswith("sd") and not line(f"{path}/device/vendor").startswith(VIRTUAL)
        if line(f"{path}/removable") != "1":
            found.append({"name": name, "bus": "sata" if real else "virtual"})
    here = (one for one in found if os.path.exists(f"/dev/{one['name']}"))
    return sorted(here, key=lambda one: one["name"])


def zfs() -> bool:
    """Whether ZFS is loaded and can be asked."""
    return os.path.exists("/sys/module/zfs") and os.path.exists("/dev/zfs")


def questions(found: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """The commands that this host's devices call for, by the name of their answer."""
    asked: dict[str, tuple[str, ...]] = {
        "units": ("systemctl", "list-units", "--failed", "--plain", "--no-legend", "--full", "--no-pager"),
        "system": ("systemctl", "is-system-running"),
    }
    for mount in found["mounts"]:
        asked[f"mount {mount['path']}"] = ("stat", "-f", "-c", STAT_FORMAT, "--", mount["path"])
    if found["gpus"] or os.path.exists("/dev/nvidiactl"):
        asked["gpu"] = ("nvidia-smi", "-q", "-x")
        asked["xid"] = ("journalctl", "-k", "-b", "-o", "json", "-g", "NVRM: Xid", "--no-pager", "-n", "500")
        asked["driver"] = DRIVER
        asked["library"] = LIBRARY
    for disk in found["disks"]:
        device = f"/dev/{disk['name']}"
        if disk["bus"] == "nvme":
            asked[f"nvme {disk['name']}"] = ("nvme", "smart-log", "-o", "json", device)
            asked[f"nvme-id {disk['name']}"] = ("nvme", "id-ctrl", "-o", "json", device)
        if disk["bus"] != "virtual":
            asked[f"smart {disk['name']}"] = ("smartctl", "--json", "-a", device)
    if found["zfs"]:
        status = "zpool status -j -p --json-int 2>/dev/null || zpool status -p"
        asked["zpool-status"] = ("sh", "-c", status)
        columns = "name,size,allocated,free,fragmentation,capacity,health"
        asked["zpool-list"] = ("zpool", "list", "-H", "-p", "-o", columns)
        asked["zpool-created"] = ("zfs", "list", "-H", "-p", "-d", "0", "-o", "name,creation")
    return asked


def answers(asked: dict[str, tuple[str, ...]], limit_seconds: float) -> dict[str, Any]:
    """All answers; a thread that is stuck in the kernel is told as such."""
    told: dict[str, Any] = {}
    threads = {
        name: threading.Thread(
            target=lambda n=name, c=command: told.update({n: ask(c, limit_seconds)}), daemon=True
        )
        for name, command in asked.items()
    }
    for thread in threads.values():
        thread.start()
    end = time.monotonic() + limit_seconds + 2
    for thread in threads.values():
        thread.join(max(end - time.monotonic(), 0))
    stuck = {"error": f"no answer within {limit_seconds:g} s"}
    return {name: told.get(name, stuck) for name in asked}


def arc() -> dict[str, int] | None:
    """Sizes of ZFS's cache in bytes, None where there is no ZFS."""
    rows = [row.split() for row in (read(ARCSTATS) or "").splitlines()]
    told = [row for row in rows if len(row) == ARC_FIELDS and row[0] in ARC]
    return {name: int(value) for name, _, value in told if value.isdigit()} or None


def reboot() -> dict[str, Any]:
    """What speaks for a reboot, but for the driver on disk."""
    return {
        "asked": os.path.exists("/run/reboot-required"),
        "packages": read("/run/reboot-required.pkgs") or "",
        "running": os.uname().release,
        "images": [os.path.basename(path) for path in glob.glob("/boot/vmlinuz-*")],
        "driver_loaded": read("/sys/module/nvidia/version"),
    }


def look(limit_seconds: float) -> dict[str, Any]:
    """Everything at once."""
    found: dict[str, Any] = {
        "mounts": mounts(),
        "gpus": gpus(),
        "disks": disks(),
        "zfs": zfs(),
    }
    return {
        **found,
        "now_seconds": time.time(),
        "container": os.path.exists("/run/systemd/container"),
        "meminfo": read("/proc/meminfo") or "",
        "arc": arc(),
        "load": line("/proc/loadavg"),
        "uptime": line("/proc/uptime"),
        "reboot": reboot(),
        "answers": answers(questions(found), limit_seconds),
    }


if __name__ == "__main__":
    json.dump(look(float(sys.argv[1])), sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # a thread that waits for a process in the kernel would hold the exit up
