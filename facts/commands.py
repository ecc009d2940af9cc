"""The commands that facts are read from: of ``rig health``, of the metrics and of pyinfra's facts alike.

Standard library only. One that names a device takes it as a last argument.
"""

from __future__ import annotations

Command = tuple[str, ...]

GPU: Command = ("nvidia-smi", "-q", "-x")
XID: Command = ("journalctl", "-k", "-b", "-o", "json", "-g", "NVRM: Xid", "--no-pager", "-n", "500")
JOURNAL: Command = ("journalctl", "-k", "-b", "--no-pager", "-n", "1")
"""Warns a user who may not read the kernel log, which ``-o json`` shows as a log without entries."""
MODULES = ("nvidia", "nvidia-current", "nvidia-current-open")  # the others are Debian's names for it
DRIVER_LOADED = "/sys/module/nvidia/version"
DRIVER: Command = ("sh", "-c", " || ".join(f"modinfo -F version {name}" for name in MODULES))
LIBRARY: Command = (
    "sh",
    "-c",
    r"readlink -f $(ldconfig -p | sed -n 's/.* => \(.*libnvidia-ml\.so\.1\)$/\1/p' | head -n 1)",
)
"""Where the library is that programs start with; nothing, and exit code 1, where there is none."""

SMART_LOG: Command = ("nvme", "smart-log", "-o", "json")
ID_CTRL: Command = ("nvme", "id-ctrl", "-o", "json")
SMARTCTL: Command = ("smartctl", "--json", "-a")

POOL_STATUS: Command = (
    "sh",
    "-c",
    """json=$(zpool status -j -p -s --json-int 2>/dev/null) || json=
case $json in
*'}') printf '%s\\n' "$json" ;;
*) zpool status -p -s ;;
esac""",
)
"""As text where there is no JSON, or where it ends too early: ZFS 2.3 cuts it, with exit code 0, at the first
byte that is no character in its locale."""
POOL_LIST: Command = (
    "zpool",
    "list",
    "-H",
    "-p",
    "-o",
    "name,size,allocated,free,fragmentation,capacity,health",
)
POOL_CREATED: Command = ("zfs", "list", "-H", "-p", "-d", "0", "-o", "name,creation")
SNAPSHOTS: Command = ("zfs", "list", "-H", "-p", "-t", "snapshot", "-o", "name,creation")

REBOOT_REQUIRED = "/run/reboot-required"
REBOOT_PACKAGES = "/run/reboot-required.pkgs"
KERNELS = "/boot/vmlinuz-*"
