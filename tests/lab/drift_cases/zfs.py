"""ZFS: no container has it, so the lab's shapes are without. ``tests/lab/test_vm_zfs.py`` makes ``VM``."""

CHANGES: dict[tuple[str, str], str] = {}

VM = {
    ("runtime_state.value", "datasets: data/media recordsize"): "zfs set recordsize=4K data/media",
    ("runtime_state.value", "datasets: data/media mounted"): "zfs unmount data/media",
    ("runtime_state.value", "pools: data failmode"): "zpool set failmode=panic data",
    (
        "runtime_state.value",
        "pools: data org.debian:periodic-scrub",
    ): "zfs set org.debian:periodic-scrub=disable data",
    (
        "runtime_state.value",
        "read cache: zfs_arc_max",
    ): "echo 268435456 >/sys/module/zfs/parameters/zfs_arc_max",
    ("runtime_state.value", "read cache: limit that the kernel keeps to"): ":",
    ("runtime_state.value", "timetable of scrubs and trims: other timers"): (
        "systemctl enable -q zfs-scrub-weekly@data.timer"
    ),
    ("runtime_state.value", "zfs at boot: zfs-mount.service"): "systemctl disable -q zfs-mount.service",
    (
        "file.content",
        "/etc/sanoid/sanoid.conf",
    ): "sed -i 's/^hourly = .*/hourly = 0/' /etc/sanoid/sanoid.conf",
    ("unit.state", "zfs-zed.service"): "systemctl stop zfs-zed.service",
}
