"""The rules about the host itself."""

from __future__ import annotations

from tests.alerts.case import NODE, Case, Fires, Measured, pair, series

DISK = {**NODE, "device": "/dev/sda1", "fstype": "ext4", "mountpoint": "/srv"}


DATA = "/srv"


def disk(metric: str, samples: str, /, **labels: str) -> Measured:
    """One series about a file system."""
    return series(metric, samples, **{**DISK, **labels})


def memory(total: int, available: int, arc: int | None = None) -> Measured:
    """Main memory in bytes."""
    return {
        **series("node_memory_MemTotal_bytes", f"{total}+0x120"),
        **series("node_memory_MemAvailable_bytes", f"{available}+0x120"),
        **({} if arc is None else series("node_zfs_arc_size", f"{arc}+0x120")),
    }


def space(available: int, size: int = 100, **labels: str) -> Measured:
    """A file system's bytes."""
    return {
        **disk("node_filesystem_avail_bytes", f"{available}+0x120", **labels),
        **disk("node_filesystem_size_bytes", f"{size}+0x120", **labels),
    }


def processors(idle_seconds: int) -> Measured:
    """Two hardware threads, each idle for so long in 30 seconds."""
    return {
        key: value
        for cpu in "01"
        for key, value in series(
            "node_cpu_seconds_total", f"0+{idle_seconds}x120", cpu=cpu, mode="idle"
        ).items()
    }


HOST = (
    Case(
        "HostMemoryFull",
        memory(1000, 50),
        Fires("Main memory is nearly full", "95% of it is taken, the ZFS cache not counted.", NODE),
    ),
    Case(
        "HostMemoryFull",
        memory(1000, 40, arc=10),
        Fires("Main memory is nearly full", "95% of it is taken, the ZFS cache not counted.", NODE),
    ),
    Case("HostMemoryFull", memory(1000, 110)),
    Case("HostMemoryFull", memory(1000, 50, arc=500)),  # the cache gives it back
    Case("HostMemoryFull", memory(1000, 50), at="4m"),  # not yet
    *pair(
        "HostOutOfMemory",
        {},
        {"node_vmstat_oom_kill": "3+0x50 4+0x60"},
        {"node_vmstat_oom_kill": 3},  # long ago
        ("The kernel killed a process for lack of memory", "It killed about 1 in 10 minutes."),
    ),
    Case(
        "HostProcessorsBusy",
        processors(1),
        Fires("The processors are busy without a pause", "They work 96.67% of the time.", NODE),
    ),
    Case("HostProcessorsBusy", processors(6)),
    Case(
        "HostLoadHigh",
        {**series("node_load15", "5+0x120"), **processors(1)},
        Fires(
            "More processes wait than the processors can take",
            "2.5 of them for each hardware thread, in the mean of 15 minutes.",
            NODE,
        ),
    ),
    Case("HostLoadHigh", {**series("node_load15", "4+0x120"), **processors(1)}),
    *pair(
        "HostClockNotSynchronised",
        {},
        {"node_timex_sync_status": 0, "node_timex_maxerror_seconds": 16},
        {"node_timex_sync_status": 1, "node_timex_maxerror_seconds": 16},
        ("Nothing keeps the clock right", "The kernel has heard from no time server."),
    ),
    *pair(
        "HostClockWrong",
        {},
        {"node_timex_offset_seconds": -2},
        {"node_timex_offset_seconds": -0.01},
        ("The clock is wrong", "It differs by 2s from the time servers."),
    ),
    Case(
        "UnitFailed",
        {
            **series("node_systemd_unit_state", "1+0x120", name="app.service", state="failed"),
            **series("node_systemd_unit_state", "0+0x120", name="app.service", state="active"),
        },
        Fires(
            "app.service has failed",
            "systemd has given up on it.",
            {**NODE, "name": "app.service", "state": "failed"},
        ),
    ),
    Case(
        "UnitFailed",
        {
            **series("node_systemd_unit_state", "0+0x120", name="app.service", state="failed"),
            **series("node_systemd_unit_state", "1+0x120", name="app.service", state="active"),
        },
    ),
)


DISKS = (
    Case("DiskFull", space(9), Fires(f"{DATA} is nearly full", "9% of it is free.", DISK)),
    Case("DiskFull", space(11)),
    Case("DiskFull", space(1, fstype="tmpfs")),
    Case("DiskFilling", space(15), Fires(f"{DATA} fills up", "85% of it is used.", DISK)),
    Case("DiskFilling", space(21)),
    Case(
        "DiskFullSoon",
        {
            **disk("node_filesystem_avail_bytes", "4000-8x240"),
            **disk("node_filesystem_size_bytes", "10000+0x240"),
        },
        Fires(f"{DATA} will be full within a day", "So it is if it goes on as in the last 6 hours.", DISK),
        at="2h",
    ),
    Case(
        "DiskFullSoon",  # as fast, but half of it is free
        {
            **disk("node_filesystem_avail_bytes", "100000-8x240"),
            **disk("node_filesystem_size_bytes", "100000+0x240"),
        },
        at="2h",
    ),
    Case(
        "DiskFullSoon",  # nearly full, but still
        {
            **disk("node_filesystem_avail_bytes", "3000+0x240"),
            **disk("node_filesystem_size_bytes", "10000+0x240"),
        },
        at="2h",
    ),
    Case(
        "DiskOutOfInodes",
        {**disk("node_filesystem_files_free", "5+0x120"), **disk("node_filesystem_files", "100+0x120")},
        Fires(
            f"{DATA} has nearly no inodes left",
            "5% of them are free; without any, no file can be made.",
            DISK,
        ),
    ),
    Case(
        "DiskOutOfInodes",
        {**disk("node_filesystem_files_free", "50+0x120"), **disk("node_filesystem_files", "100+0x120")},
    ),
    Case(
        "DiskOutOfInodes",  # btrfs and vfat count none
        {**disk("node_filesystem_files_free", "0+0x120"), **disk("node_filesystem_files", "0+0x120")},
    ),
    Case(
        "DiskReadOnly",
        disk("node_filesystem_readonly", "1+0x120"),
        Fires(
            f"{DATA} is mounted read-only",
            "The kernel does that to a file system whose disk fails.",
            DISK,
        ),
    ),
    Case("DiskReadOnly", disk("node_filesystem_readonly", "0+0x120")),
    Case("DiskReadOnly", disk("node_filesystem_readonly", "1+0x120", fstype="squashfs")),
    Case(
        "DiskUnreadable",
        disk("node_filesystem_device_error", "1+0x120"),
        Fires(
            f"{DATA} cannot be measured",
            "The kernel reports nothing of it: the mount hangs, or it is closed to the exporter.",
            DISK,
        ),
    ),
    Case("DiskUnreadable", disk("node_filesystem_device_error", "0+0x120")),
)


POOL = {"zpool": "data"}


def pool(state: str, samples: str) -> Measured:
    """What the node exporter exposes of a pool that was online for 10 minutes."""
    return {
        **series("node_zfs_zpool_state", "1+0x20 0+0x100", **POOL, state="online"),
        **series("node_zfs_zpool_state", samples, **POOL, state=state),
    }


POOLS = (
    *(
        Case(
            "PoolNotOnline",
            pool(state, "0+0x20 1+0x100"),
            Fires(
                f"The pool data is {state}",
                "A disk of it is missing or fails. A degraded pool works on without its redundancy; a "
                "suspended one takes no more writes.",
                {**NODE, **POOL, "pool": "data", "state": state},
            ),
        )
        for state in ("degraded", "faulted", "suspended", "unavail")
    ),
    Case("PoolNotOnline", series("node_zfs_zpool_state", "1+0x120", **POOL, state="online")),
    Case("PoolNotOnline", pool("degraded", "0+0x120")),
)

CASES = (*HOST, *DISKS, *POOLS)
