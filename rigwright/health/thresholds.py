"""From where on something is a warning or critical: one table, with the source of every number."""

from __future__ import annotations

from dataclasses import dataclass

from facts import commands


@dataclass(frozen=True)
class Threshold:
    """Two limits. ``falling``: small values are the bad ones."""

    what: str
    warning: float
    critical: float
    unit: str
    source: str
    falling: bool = False


FILE_SYSTEM = Threshold("file system used", 0.80, 0.90, "%", "room to act; ext4 keeps 5 % for root")
INODES = Threshold("inodes used", 0.80, 0.90, "%", "the same: without inodes no file can be made")
MEMORY = Threshold(
    "memory available", 0.10, 0.05, "%", "MemAvailable and what ZFS's cache can give back", falling=True
)
GPU_BELOW_SLOWDOWN = Threshold(
    "GPU below its slowdown temperature",
    7,
    3,
    "°C",
    "the card's own threshold; as many as by margin",
    falling=True,
)
GPU_MARGIN = Threshold(
    "GPU margin (T.Limit)", 5, 1, "°C", "slowdown is at -2 where a card reports it", falling=True
)
GPU_BELOW_MAXIMUM = Threshold(
    "GPU below its maximum, where it reports no slowdown",
    5,
    -3,
    "°C",
    "slowdown is 6 °C above the maximum on a GeForce card that reports both",
    falling=True,
)
GPU_TEMPERATURE = Threshold("GPU without thresholds of its own", 85, 93, "°C", "an RTX 5090's own")
NVME_TEMPERATURE = Threshold("NVMe without thresholds of its own", 70, 80, "°C", "usual WCTEMP and CCTEMP")
NVME_USED = Threshold("NVMe endurance used", 0.80, 1.00, "%", "100 % is the maker's warranted endurance")
SATA_TEMPERATURE = Threshold("SATA disk", 55, 65, "°C", "makers allow 60 to 70")
SATA_LIFE = Threshold("SATA SSD life left", 0.10, 0.05, "%", "the attribute falls to 0", falling=True)
SENSOR_BELOW_CRITICAL = Threshold(
    "temperature below the sensor's own critical one",
    5,
    0,
    "°C",
    "where chip and driver report a limit of the hardware; a processor slows down there",
    falling=True,
)
POOL_CAPACITY = Threshold("pool used", 0.80, 0.90, "%", "ZFS slows down when full; sanoid has 80 and 95")
SCRUB_AGE = Threshold(
    "days since the last scrub",
    40,
    80,
    "days",
    "second Sundays are up to 35 days apart; 5 to run, and twice that",
)

TABLE = (
    FILE_SYSTEM,
    INODES,
    MEMORY,
    GPU_BELOW_SLOWDOWN,
    GPU_MARGIN,
    GPU_BELOW_MAXIMUM,
    GPU_TEMPERATURE,
    NVME_TEMPERATURE,
    NVME_USED,
    SATA_TEMPERATURE,
    SATA_LIFE,
    SENSOR_BELOW_CRITICAL,
    POOL_CAPACITY,
    SCRUB_AGE,
)

MEMORY_CORRECTED = 10
"""Corrected errors of a memory controller since the start: mcelog's own trigger for a module is 10 a day."""
DRIVE_LOG_SECONDS = 86400
"""A time-out, a reset or an error of a drive is a warning for a day, as an Xid is."""

XID_CRITICAL, XID_APPLICATION = commands.XID_CRITICAL, commands.XID_APPLICATION
XID_WARNING_SECONDS = 86400
"""Every other code is a warning for a day; sources disagree on 109."""
