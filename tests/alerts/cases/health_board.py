"""The rules about the board: sensors and fans, memory with ECC, PCIe, and drives in the kernel log."""

from __future__ import annotations

from tests.alerts.case import NODE, Case, Fires
from tests.alerts.health_case import exposed, pair

HEAT = {"chip": "coretemp.0", "sensor": "Package id 0"}
FAN = {"chip": "nct6798", "fan": "CPU fan"}
CONTROLLER = {"controller": "mc0"}
PORT = {"device": "0000:01:00.0"}
TOO_HOT = (
    "The sensor Package id 0 of coretemp.0 is too hot",
    "It is at the hardware's own critical temperature.",
)
STOPPED = (
    "The fan CPU fan of nct6798 has stopped",
    "It turned for most of the last 7 days, or its chip calls it faulty.",
)
LOGGED = "drive_log_last_timestamp_seconds"
RESET, GONE = {"device": "ata3", "kind": "reset"}, {"device": "ata3", "kind": "gone"}
GIVEN_UP = (
    "The kernel gave up the drive ata3",
    "It logged that since the host started; a reboot ends this alert.",
)

CASES = (
    *pair(
        "SensorTooHot",
        HEAT,
        {"sensor_critical_celsius": 100, "sensor_celsius": 100},
        {"sensor_critical_celsius": 100, "sensor_celsius": 96, "sensor_critical_alarm": 0},
        TOO_HOT,
    ),
    *pair("SensorTooHot", HEAT, {"sensor_critical_alarm": 1}, {"sensor_celsius": 120}, TOO_HOT),
    *pair(
        "SensorHot",
        HEAT,
        {"sensor_critical_celsius": 100, "sensor_celsius": 96},
        {"sensor_critical_celsius": 100, "sensor_celsius": 94},
        (
            "The sensor Package id 0 of coretemp.0 is hot",
            "It is 4 °C below the hardware's own critical temperature.",
        ),
    ),
    *pair("FanStopped", FAN, {"fan_rpm": "900x40 0x400"}, {"fan_rpm": "900x10 0x400"}, STOPPED, at="35m"),
    *pair("FanStopped", FAN, {"fan_fault": 1}, {"fan_fault": 0, "fan_rpm": 0}, STOPPED, at="35m"),
    *pair(
        "MemoryErrorsUncorrected",
        CONTROLLER,
        {"memory_uncorrected_errors_total": 1},
        {"memory_uncorrected_errors_total": 0},
        (
            "Main memory has errors that ECC could not correct",
            "The controller mc0 counts 1 since the start.",
        ),
    ),
    *pair(
        "MemoryErrorsCorrected",
        CONTROLLER,
        {"memory_corrected_errors_total": 10},
        {"memory_corrected_errors_total": 9},
        ("Main memory has errors that ECC corrects", "The controller mc0 counts 10 since the start."),
    ),
    *pair(
        "PcieErrorsFatal",
        PORT,
        {"pcie_fatal_errors_total": 1},
        {"pcie_nonfatal_errors_total": 1},
        ("The PCIe device 0000:01:00.0 had errors that lost its link", "It counts 1 since the start."),
    ),
    *pair(
        "PcieErrors",
        PORT,
        {"pcie_nonfatal_errors_total": 3},
        {"pcie_corrected_errors_total": 90_000},
        (
            "The PCIe device 0000:01:00.0 makes errors",
            "Transfers were lost, or an hour had more corrected errors than PCIe allows: 3.",
        ),
    ),
    Case("DriveGone", exposed(GONE, **{LOGGED: 60}), Fires(*GIVEN_UP, {**NODE, **GONE})),
    Case("DriveGone", exposed(RESET, **{LOGGED: 60})),
    Case(
        "DriveLogged",
        exposed(RESET, **{LOGGED: 60}),
        Fires(
            "The drive ata3 makes errors: reset",
            "The kernel logged it in the last day.",
            {**NODE, **RESET},
        ),
    ),
    Case("DriveLogged", exposed(GONE, **{LOGGED: 60})),
)
