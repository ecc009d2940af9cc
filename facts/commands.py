"""The commands that facts are read from: of ``rig health``, of the metrics and of pyinfra's facts alike.

Standard library only. One that names a device takes it as a last argument.
"""

from __future__ import annotations

Command = tuple[str, ...]

GPU: Command = ("nvidia-smi", "-q", "-x")
XID_CRITICAL = (48, 62, 64, 74, 79, 95, 119, 120, 140, 143, 154)
"""The card needs a reset, a reboot or a replacement: NVIDIA's Xid catalogue."""
XID_APPLICATION = (13, 31, 43, 45, 63, 68, 92)
"""An application's fault, or for information: the catalogue, and what NVIDIA's device plugin ignores."""
_XID, _CRITICAL = r"NVRM: Xid \([^)]*\): ", "|".join(map(str, XID_CRITICAL))
XID: Command = (
    "sh",
    "-c",
    'for one; do journalctl -k -b -o json --no-pager -n 500 -g "$one"; done',
    "sh",
    rf"{_XID}(?:{_CRITICAL}|14[4-9]|150)\b",
    rf"{_XID}(?!(?:{'|'.join(map(str, XID_APPLICATION))})\b)",
    "NVRM: Xid",
)
"""Critical ones and those of NVLink, then all but applications', then all, the last 500 of each: a program
that fails in a loop writes thousands, and hides nothing. The exit code is that of the last."""
DRIVE_GONE = (
    r"^(?:nvme nvme\d+: (?:Removing after probe|Disabling device after reset) failure"
    r"|ata\d+\.\d+: disabled?\b|sd [\d:]+: .*(?:Device offlined|to offline device))"
)
DRIVE_ERRORS = (
    r"^(?:nvme nvme\d+: (?:I/O .*timeout|controller is down|resetting controller|Device not ready)"
    r"|ata\d+(?:\.\d+)?: (?:exception Emask|(?:hard|soft) resetting|COMRESET|limiting SATA|failed command)"
    r"|sd [\d:]+: .*(?:DID_TIME_OUT|_reset_handler start|attempting ))"
    r"|\b(?:I/O|critical \w+) error, dev (?:sd|nvme)|^Buffer I/O error on dev(?:ice)? (?:sd|nvme)"
)
DRIVE_LOG: Command = (*XID[:4], DRIVE_GONE, DRIVE_ERRORS)
"""Drives that are gone, then their time-outs, resets and errors, the last 500 of each."""
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

NO_CONTAINER = "[ ! -e /run/systemd/container ] || exit 0"
"""A container shows the machine's files, and has no hardware of its own."""
SENSORS: Command = (
    "sh",
    "-c",
    NO_CONTAINER
    + """
for chip in /sys/class/hwmon/hwmon*; do
    name=
    read -r name 2>/dev/null <"$chip/name" || [ -n "$name" ] || continue
    case $name in drivetemp | nvme) continue ;; esac
    (cd -P "$chip/device" 2>/dev/null && printf '%s/device:%s\\n' "$chip" "${PWD##*/}")
    grep -sH . "$chip"/name "$chip"/temp*_input "$chip"/temp*_label "$chip"/temp*_fault "$chip"/temp*_crit \\
        "$chip"/temp*_crit_alarm "$chip"/fan*_input "$chip"/fan*_label "$chip"/fan*_fault
done
:""",
)
"""Not those of drives, which their own tools read without waking them up."""
EDAC: Command = (
    "sh",
    "-c",
    NO_CONTAINER
    + """
cd /sys/devices/system/edac/mc 2>/dev/null || exit 0
grep -sH . "$PWD"/mc*/[cu]e_count "$PWD"/mc*/*/dimm_label "$PWD"/mc*/*/dimm_[cu]e_count
:""",
)
PCIE: Command = (
    "sh",
    "-c",
    NO_CONTAINER
    + """
cd /sys/bus/pci/devices 2>/dev/null || exit 0
grep -sHE '^TOTAL_ERR_|[^0-9][1-9][0-9]*$' "$PWD"/*/aer_dev_*
:""",
)
"""The totals, and each kind of error that there was."""

SMART_LOG: Command = ("nvme", "smart-log", "-o", "json")
ID_CTRL: Command = ("nvme", "id-ctrl", "-o", "json")
SELF_TESTS: Command = ("nvme", "self-test-log", "-o", "json")
ERROR_LOG: Command = ("nvme", "error-log", "-e", "16", "-o", "json")
"""The newest entries: a drive may keep hundreds, which are empty or of refused commands."""
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
