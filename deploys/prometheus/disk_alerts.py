"""The rules about file systems, and about ZFS pools, managed by Rigwright or not."""

from __future__ import annotations

from collections.abc import Iterator

from rigwright.desired import AlertRule

DAY_SECONDS = 86_400


WHERE = "{{ $labels.mountpoint }}"


def rules(ignored: str) -> Iterator[AlertRule]:
    """Every file system but those of the ignored types. The data sets of one pool share what is free."""
    watched = f'{{fstype!~"{ignored}"}}'
    yield from _space(watched)
    yield from _state(watched)


def _space(watched: str) -> Iterator[AlertRule]:
    available = f"node_filesystem_avail_bytes{watched} / node_filesystem_size_bytes{watched}"
    yield AlertRule(
        "DiskFull",
        f"{available} < 0.1",
        300,
        "critical",
        f"{WHERE} is nearly full",
        "{{ $value | humanizePercentage }} of it is free.",
        "disk-full",
        inhibits=("DiskFilling", "DiskFullSoon"),
    )
    yield AlertRule(
        "DiskFilling",
        f"1 - {available} > 0.8",
        300,
        "warning",
        f"{WHERE} fills up",
        "{{ $value | humanizePercentage }} of it is used.",
        "disk-full",
    )
    yield AlertRule(
        "DiskFullSoon",
        # What is half empty is no emergency, however fast one large file fills it.
        f"predict_linear(node_filesystem_avail_bytes{watched}[6h], {DAY_SECONDS}) < 0 and {available} < 0.4",
        3600,
        "warning",
        f"{WHERE} will be full within a day",
        "So it is if it goes on as in the last 6 hours.",
        "disk-full",
    )


def _state(watched: str) -> Iterator[AlertRule]:
    yield AlertRule(
        "DiskOutOfInodes",
        f"node_filesystem_files_free{watched} / (node_filesystem_files{watched} > 0) < 0.1",
        300,
        "critical",
        f"{WHERE} has nearly no inodes left",
        "{{ $value | humanizePercentage }} of them are free; without any, no file can be made.",
        "inodes",
    )
    yield AlertRule(
        "DiskReadOnly",
        f"node_filesystem_readonly{watched} == 1",
        60,
        "critical",
        f"{WHERE} is mounted read-only",
        "The kernel does that to a file system whose disk fails.",
        "disk-read-only",
    )
    yield AlertRule(
        "DiskUnreadable",
        f"node_filesystem_device_error{watched} == 1",
        300,
        "warning",
        f"{WHERE} cannot be measured",
        "The kernel reports nothing of it: the mount hangs, or it is closed to the exporter.",
        "disk-unreadable",
    )


POOL_NOT_ONLINE = AlertRule(
    "PoolNotOnline",
    # The node exporter's own, of the kernel's files: it works where a pool hangs, managed or not.
    'label_replace(node_zfs_zpool_state{state!="online"} == 1, "pool", "$1", "zpool", "(.+)")',
    60,
    "critical",
    "The pool {{ $labels.pool }} is {{ $labels.state }}",
    "A disk of it is missing or fails. A degraded pool works on without its redundancy; a suspended one "
    "takes no more writes.",
    "pool-state",
    inhibits=("PoolDeviceNotOnline",),
)
