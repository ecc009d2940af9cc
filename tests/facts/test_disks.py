"""NVMe and SATA drives are read from every version's output, and mean the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from facts.parsers import disk, nvme, nvme_logs
from facts.values import Failed, NotSupported

FIXTURES = Path(__file__).parent / "fixtures"


def raw(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


@pytest.mark.parametrize("version", ["1.16", "2.3", "2.8"])
def test_every_nvme_cli_describes_the_same_drive(version: str) -> None:
    found = nvme.parse(raw(f"nvme-{version}-smart-log.json"), raw("nvme-id-ctrl.json"))
    assert found == nvme.Nvme(
        model="Example SSD 9 PRO 4TB",
        critical_warning=0,
        temperature_celsius=40.85,  # 314 K
        temperature_warning_celsius=81.85,
        temperature_critical_celsius=84.85,
        spare_ratio=1.0,
        spare_threshold_ratio=0.1,
        used_ratio=0.03,
        read_bytes=12345678 * 512000,
        written_bytes=23456789 * 512000,
        power_on_seconds=4321 * 3600,
        power_cycles=42,
        unsafe_shutdowns=7,
        media_errors=0,
        error_log_entries=12,
        warning_temperature_seconds=120,
        critical_temperature_seconds=0,
        sensors=(nvme_logs.Sensor(1, 40.85), nvme_logs.Sensor(2, 47.85)),
        self_tests_failed=NotSupported(),
        logged_errors=NotSupported(),
    )


def test_smartctl_describes_the_same_drive_in_other_units() -> None:
    found = nvme.parse_smartctl(raw("smartctl-7.4-nvme.json"))
    other = nvme.parse(raw("nvme-2.8-smart-log.json"), raw("nvme-id-ctrl.json"))
    assert found == replace(
        other,
        temperature_celsius=41.0,
        temperature_warning_celsius=82.0,
        temperature_critical_celsius=85.0,
        sensors=(nvme_logs.Sensor(1, 41.0), nvme_logs.Sensor(2, 48.0)),
    )


def test_a_warning_that_is_an_object_is_read() -> None:
    found = nvme.parse(raw("nvme-2.13-smart-log-verbose-failing.json"))
    assert found.critical_warning == 0b101
    assert found.model == NotSupported(), "id-ctrl was not run"


def test_a_drive_that_is_not_there_is_an_error_in_every_field() -> None:
    found = nvme.parse(raw("nvme-2.13-captured-no-device.json"))
    reason = Failed("no SMART log: /dev/nvme0: No such file or directory")
    assert found.critical_warning == found.media_errors == reason
    found = nvme.parse(raw("nvme-2.13-captured-no-ioctl.json"), raw("nvme-2.13-captured-no-ioctl.json"))
    assert found.critical_warning == Failed("no SMART log: smart log: Inappropriate ioctl for device")


def test_a_temperature_of_zero_kelvin_is_none() -> None:
    assert nvme.parse('{"critical_warning":0,"temperature":0}').temperature_celsius == NotSupported()
    assert nvme.parse("{}", '{"wctemp":0}').temperature_warning_celsius == NotSupported()


def test_a_sata_disk_in_good_health() -> None:
    found = disk.parse(raw("smartctl-7.2-sata-ssd.json"))
    assert found == disk.Disk(
        model="Example SATA SSD 8TB",
        passed=True,
        solid_state=True,
        temperature_celsius=34.0,
        reallocated_sectors=0,
        pending_sectors=NotSupported(),
        offline_uncorrectable_sectors=NotSupported(),
        uncorrected_errors=0,
        grown_defects=NotSupported(),
        uncorrected_reads=NotSupported(),
        uncorrected_writes=NotSupported(),
        uncorrected_verifies=NotSupported(),
        self_tests_failed=NotSupported(),
        error_log_entries=NotSupported(),
        command_timeouts=NotSupported(),
        crc_errors=0,
        life_left_ratio=0.97,
        attributes_failing=(),
        attributes_failed_before=(),
        power_on_seconds=8765 * 3600,
        power_cycles=31,
        exit_status=0,
    )


def test_a_failing_disk_is_read_although_smartctl_ends_with_its_bits() -> None:
    found = disk.parse(raw("smartctl-7.3-sata-hdd-failing.json"))
    assert (found.passed, found.exit_status) == (False, 216)
    assert (found.reallocated_sectors, found.pending_sectors) == (4096, 16)
    assert (found.offline_uncorrectable_sectors, found.uncorrected_errors) == (16, 4)
    assert found.attributes_failing == ("Reallocated_Sector_Ct",)
    assert found.temperature_celsius == 36.0, "the low byte of 77309411364"
    assert found.command_timeouts == 2, "the low word of 8590065666"
    assert found.life_left_ratio == NotSupported(), "no disk with platters reports one"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("smartctl-7.4-open-failed.json", "Permission denied"),
        ("smartctl-7.4-behind-controller.json", "megaraid"),
        ("smartctl-7.2-captured-no-device.json", "No such device"),
        ("smartctl-7.3-captured-no-device.json", "No such device"),
        ("smartctl-7.4-captured-no-device.json", "No such device"),
        ("smartctl-7.3-captured-no-type.json", "Unable to detect device type"),
        ("smartctl-7.4-captured-no-type.json", "Unable to detect device type"),
    ],
)
def test_a_disk_that_cannot_be_opened_says_why_in_every_field(name: str, words: str) -> None:
    found = disk.parse(raw(name))
    for value in (found.passed, found.reallocated_sectors, found.temperature_celsius):
        assert isinstance(value, Failed)
        assert words in value.reason
