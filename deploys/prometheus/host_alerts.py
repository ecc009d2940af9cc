"""The rules about the host: memory, processors, clock and units."""

from __future__ import annotations

from rigwright.desired import AlertRule

MEMORY = (
    AlertRule(
        "HostMemoryFull",
        # The ZFS cache gives its memory back on demand, but the kernel does not count it as available.
        "1 - (node_memory_MemAvailable_bytes + (node_zfs_arc_size or node_memory_MemAvailable_bytes * 0))"
        " / node_memory_MemTotal_bytes > 0.9",
        300,
        "warning",
        "Main memory is nearly full",
        "{{ $value | humanizePercentage }} of it is taken, the ZFS cache not counted.",
        "memory",
    ),
    AlertRule(
        "HostOutOfMemory",
        "increase(node_vmstat_oom_kill[10m]) > 0",
        0,
        "critical",
        "The kernel killed a process for lack of memory",
        "It killed about {{ $value | humanize }} in 10 minutes.",
        "out-of-memory",
    ),
)

PROCESSORS = (
    AlertRule(
        "HostProcessorsBusy",
        '1 - avg without (cpu, mode) (rate(node_cpu_seconds_total{mode="idle"}[5m])) > 0.9',
        900,
        "warning",
        "The processors are busy without a pause",
        "They work {{ $value | humanizePercentage }} of the time.",
        "processors",
    ),
    AlertRule(
        "HostLoadHigh",
        'node_load15 / count without (cpu, mode) (node_cpu_seconds_total{mode="idle"}) > 2',
        900,
        "warning",
        "More processes wait than the processors can take",
        "{{ $value | humanize }} of them for each hardware thread, in the mean of 15 minutes.",
        "load",
    ),
)

CLOCK = (
    AlertRule(
        "HostClockNotSynchronised",
        # 16 s is where the kernel stops to believe its clock (timex).
        "node_timex_sync_status == 0 and node_timex_maxerror_seconds >= 16",
        600,
        "warning",
        "Nothing keeps the clock right",
        "The kernel has heard from no time server.",
        "clock",
    ),
    AlertRule(
        "HostClockWrong",
        "abs(node_timex_offset_seconds) > 0.05",
        600,
        "warning",
        "The clock is wrong",
        "It differs by {{ $value | humanizeDuration }} from the time servers.",
        "clock",
    ),
)

UNITS = (
    AlertRule(
        "UnitFailed",
        'node_systemd_unit_state{state="failed"} == 1',
        60,
        "critical",
        "{{ $labels.name }} has failed",
        "systemd has given up on it.",
        "unit-failed",
    ),
)

RULES = (*MEMORY, *PROCESSORS, *CLOCK, *UNITS)
