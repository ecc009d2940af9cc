"""The metrics of hardware: for each field of a fact its name and its meaning. Names are units too.

``_total`` are counts of a device's life, which only grow but for a device that is replaced.
Fields that are text stand in ``…_info``.
"""

from __future__ import annotations

from rigwright.health.exposition import Family

GPU = {
    "temperature_celsius": ("", "Temperature of the GPU."),
    "temperature_margin_celsius": (
        "",
        "Degrees that are left until the card slows down, where reported.",
    ),
    "temperature_maximum_celsius": ("", "The card's own maximum operating temperature."),
    "temperature_slowdown_celsius": ("", "Temperature at which the card slows down."),
    "temperature_shutdown_celsius": ("", "Temperature at which the card turns itself off."),
    "memory_temperature_celsius": ("", "Temperature of the card's memory."),
    "power_watts": ("", "Power that the card draws."),
    "power_limit_watts": ("", "Power that the card may draw."),
    "fan_ratio": ("", "Speed of the fan, of 1; 0 is usual at rest."),
    "utilization_ratio": ("", "Share of the last moments in which the card worked, of 1."),
    "memory_used_bytes": ("", "Memory of the card in use."),
    "memory_total_bytes": ("gpu_memory_bytes", "Memory of the card."),
    "performance_state": ("", "0 is full performance, 15 the deepest rest."),
    "hardware_slowdown": ("", "Whether the hardware slows the card down."),
    "hardware_thermal_slowdown": ("", "Whether the hardware slows the card down for its heat."),
    "software_thermal_slowdown": ("", "Whether the driver slows the card down for its heat."),
    "power_brake": ("", "Whether the power supply slows the card down."),
    "power_capped": ("", "Whether the card is at its power limit."),
    "hardware_thermal_seconds": (
        "gpu_hardware_thermal_slowdown_seconds_total",
        "How long the hardware slowed the card down for its heat, since its driver was loaded.",
    ),
    "software_thermal_seconds": (
        "gpu_software_thermal_slowdown_seconds_total",
        "How long the driver slowed the card down for its heat, since it was loaded.",
    ),
    "power_brake_seconds": (
        "gpu_power_brake_seconds_total",
        "How long the power supply slowed the card down, since its driver was loaded.",
    ),
    "power_capped_seconds": (
        "gpu_power_capped_seconds_total",
        "How long the card was at its power limit, since its driver was loaded.",
    ),
    "pcie_generation": ("", "Generation of the PCIe link now; a lower one is usual at rest."),
    "pcie_generation_maximum": ("", "Highest generation that card and slot can do."),
    "pcie_width": ("", "Lanes of the PCIe link now."),
    "pcie_width_maximum": ("", "Lanes that the card can do; the slot may have fewer."),
    "pcie_replays": ("gpu_pcie_replays_total", "Packets of the PCIe link that were sent again."),
    "uncorrected_ecc_errors": ("gpu_uncorrected_ecc_errors_total", "Uncorrected memory errors since boot."),
    "lifetime_uncorrected_ecc_errors": (
        "gpu_lifetime_uncorrected_ecc_errors_total",
        "Uncorrected memory errors in the card's life.",
    ),
    "row_remap_failed": ("", "Whether a memory row could not be replaced."),
    "row_remap_pending": ("", "Whether a memory row waits for a reset to be replaced."),
    "persistence": ("", "Whether the driver stays loaded while no program uses the card."),
}
NVME = {
    "critical_warning": ("", "The drive's warnings as a bit field; 0 is none."),
    "temperature_celsius": ("", "Temperature of the drive."),
    "temperature_warning_celsius": ("", "Temperature from which on the drive itself warns."),
    "temperature_critical_celsius": ("", "Temperature from which on the drive may fail."),
    "spare_ratio": ("", "Spare blocks that are left, of 1."),
    "spare_threshold_ratio": ("", "Spare blocks below which the drive warns, of 1."),
    "used_ratio": ("", "Warranted endurance that is used; it may exceed 1."),
    "read_bytes": ("nvme_read_bytes_total", "Bytes read in the drive's life."),
    "written_bytes": ("nvme_written_bytes_total", "Bytes written in the drive's life."),
    "power_on_seconds": ("nvme_power_on_seconds_total", "How long the drive was on."),
    "power_cycles": ("nvme_power_cycles_total", "How often the drive was turned on."),
    "unsafe_shutdowns": ("nvme_unsafe_shutdowns_total", "How often power went without notice."),
    "media_errors": ("nvme_media_errors_total", "Errors of data that the drive could not correct."),
    "error_log_entries": ("nvme_error_log_entries_total", "Entries of its error log; many are harmless."),
    "warning_temperature_seconds": ("nvme_warning_temperature_seconds_total", "How long it was too warm."),
    "critical_temperature_seconds": ("nvme_critical_temperature_seconds_total", "How long it was too hot."),
    "self_tests_failed": ("", "Failed self-tests that no newer extended one has outdated."),
    "logged_errors": (
        "",
        "Entries of the error log about media, transfers or the drive itself, of the newest 16.",
    ),
}
SATA = {
    "passed": ("", "Whether the disk reports that it is well."),
    "solid_state": ("", "Whether it is a solid state disk."),
    "temperature_celsius": ("", "Temperature of the disk."),
    "reallocated_sectors": ("", "Sectors that were replaced."),
    "pending_sectors": ("", "Sectors that could not be read and wait for a write."),
    "offline_uncorrectable_sectors": ("", "Sectors that the disk's own test could not read."),
    "uncorrected_errors": ("sata_uncorrected_errors_total", "Reads that the disk could not correct."),
    "grown_defects": ("", "Sectors that a SAS disk replaced since it was made."),
    "uncorrected_reads": ("sata_uncorrected_reads_total", "Reads that a SAS disk could not correct."),
    "uncorrected_writes": ("sata_uncorrected_writes_total", "Writes that a SAS disk could not correct."),
    "uncorrected_verifies": (
        "sata_uncorrected_verifies_total",
        "Verifications that a SAS disk could not correct.",
    ),
    "self_tests_failed": ("", "Failed self-tests that no newer extended one has outdated."),
    "error_log_entries": ("sata_error_log_entries_total", "Entries of the disk's error log."),
    "command_timeouts": ("sata_command_timeouts_total", "Commands that the disk gave up."),
    "crc_errors": ("sata_crc_errors_total", "Errors on the way to the disk: cable or plug."),
    "life_left_ratio": ("", "Life that is left of a solid state disk, of 1."),
    "power_on_seconds": ("sata_power_on_seconds_total", "How long the disk was on."),
    "power_cycles": ("sata_power_cycles_total", "How often the disk was turned on."),
    "exit_status": ("", "The exit status of smartctl, a bit field."),
}
POOL = {
    "size_bytes": ("", "Size of the pool."),
    "allocated_bytes": ("", "Bytes of the pool in use."),
    "free_bytes": ("", "Bytes of the pool that are free."),
    "capacity_ratio": ("", "Share of the pool in use, of 1."),
    "fragmentation_ratio": ("", "Fragmentation of the pool's free space, of 1."),
    "data_errors": ("", "Errors of data that nothing could repair."),
    "scan_errors": ("", "Errors in the last scrub or resilver."),
    "resilvering": ("", "Whether a device of the pool is being written anew."),
    "created_seconds": ("zpool_created_timestamp_seconds", "When the pool was made."),
    "scan_started_seconds": (
        "zpool_scan_started_timestamp_seconds",
        "When the last scrub or resilver started, where reported.",
    ),
    "scan_ended_seconds": (
        "zpool_scan_ended_timestamp_seconds",
        "When the last scrub or resilver ended or was canceled.",
    ),
}


def families(table: dict[str, tuple[str, str]], prefix: str) -> dict[str, Family]:
    """The metric of each field; its own name stands first where it is not the field's."""
    return {
        field: Family(f"rigwright_{name or f'{prefix}_{field}'}", words)
        for field, (name, words) in table.items()
    }


TABLES = {
    "gpu": families(GPU, "gpu"),
    "nvme": families(NVME, "nvme"),
    "sata": families(SATA, "sata"),
    "zpool": families(POOL, "zpool"),
}

GPU_LOST = Family("rigwright_gpu_lost", "Whether a card or its driver is gone.")
GPU_MISMATCH = Family(
    "rigwright_gpu_driver_mismatch",
    "Whether loaded module, module on disk and library have different versions.",
)
GPU_RECOVERY = Family("rigwright_gpu_recovery_needed", "Whether the driver requires a reset of the card.")
GPU_INFO = Family("rigwright_gpu_info", "The card, and the driver that reports it.")
XID = Family("rigwright_gpu_xid_last_timestamp_seconds", "When this Xid error last stood in the kernel log.")
NVME_SENSOR = Family("rigwright_nvme_sensor_celsius", "Temperature of one sensor of the drive.")
NVME_INFO = Family("rigwright_nvme_info", "The drive's model.")
SATA_INFO = Family("rigwright_sata_info", "The disk's model.")
SATA_ASLEEP = Family("rigwright_sata_asleep", "Whether the disk has spun down; then it is not queried.")
SATA_FAILING = Family("rigwright_sata_attributes_failing", "Attributes that are below their threshold.")
SATA_FAILED_BEFORE = Family(
    "rigwright_sata_attributes_failed_before",
    "Attributes that were below their threshold, but for those of heat.",
)
POOL_ONLINE = Family("rigwright_zpool_online", "Whether the pool is ONLINE.")
POOL_CHECKED = Family(
    "rigwright_zpool_checked_timestamp_seconds",
    "Since when at least nothing has read all of the pool: the last scrub's end, else when it was made.",
)
SCRUB_UNKNOWN = Family(
    "rigwright_zpool_scrub_unknown",
    "Whether it is unknown when the last scrub ended, and the pool is so old that it may be overdue.",
)
POOL_STATE = Family("rigwright_zpool_state_info", "The pool's state as ZFS names it.")
DEVICE_ONLINE = Family("rigwright_zpool_device_online", "Whether the pool's device works, or is a spare.")
DEVICE_ERRORS = Family("rigwright_zpool_device_errors", "Errors that the pool counted at its device.")
DEVICE_SLOW = Family(
    "rigwright_zpool_device_slow_ios",
    "Reads and writes of the pool's device that took longer than 30 seconds.",
)
GROUP_ERRORS = Family(
    "rigwright_zpool_group_errors", "Errors that the pool counted at itself or at a group, such as raidz2-0."
)
SNAPSHOTS = Family("rigwright_zfs_snapshots", "Snapshots of the dataset.")
NEWEST = Family("rigwright_zfs_newest_snapshot_timestamp_seconds", "When the newest snapshot was taken.")

SENSOR = Family("rigwright_sensor_celsius", "Temperature of a sensor of the board, but for those of drives.")
SENSOR_CRITICAL = Family(
    "rigwright_sensor_critical_celsius", "The hardware's own critical temperature of the sensor."
)
SENSOR_ALARM = Family("rigwright_sensor_critical_alarm", "Whether the chip says that it is too hot.")
FAN = Family("rigwright_fan_rpm", "Turns a minute; 0 is a fan at rest, or a plug without one.")
FAN_FAULT = Family("rigwright_fan_fault", "Whether the chip says that the fan is faulty.")
MEMORY_CORRECTED = Family("rigwright_memory_corrected_errors_total", "Errors that ECC corrected since boot.")
MEMORY_UNCORRECTED = Family(
    "rigwright_memory_uncorrected_errors_total", "Errors that ECC could not correct since boot."
)
MODULE_CORRECTED = Family(
    "rigwright_memory_module_corrected_errors_total", "The same of one module, where it is known."
)
MODULE_UNCORRECTED = Family(
    "rigwright_memory_module_uncorrected_errors_total", "The same of one module, where it is known."
)
PCIE_DEVICES = Family("rigwright_pcie_devices", "PCIe devices that report their errors.")
PCIE_CORRECTED = Family(
    "rigwright_pcie_corrected_errors_total", "Errors that the link corrected, of a device that has any."
)
PCIE_NONFATAL = Family(
    "rigwright_pcie_nonfatal_errors_total", "Errors that lost a transfer, of a device that has any."
)
PCIE_FATAL = Family(
    "rigwright_pcie_fatal_errors_total", "Errors that lost the link, of a device that has any."
)
DRIVE_LOG = Family(
    "rigwright_drive_log_last_timestamp_seconds",
    "When the kernel last logged this of a drive: gone, timeout, reset or error.",
)

DEVICES = Family("rigwright_health_devices", "Devices of each kind that the host shows.")
UP = Family("rigwright_health_collector_up", "Whether the collector succeeded at its last run.")
SUCCEEDED = Family("rigwright_health_collector_timestamp_seconds", "When the collector last succeeded.")
RUN = Family("rigwright_health_timestamp_seconds", "When all collectors last ran.")
