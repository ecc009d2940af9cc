"""The real nvidia-ml-py on the stand-in of tests/support/nvml: facts of cards, and verdicts on them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support import nvml

NONE = {"not_supported": True}
LOST = {"error": "the GPU is lost: it fell off the bus", "code": "lost"}
RESET = {"error": "the GPU needs a reset", "code": "needs_reset"}
MISMATCH = {
    "error": "driver and library have different versions: reboot, or reload the driver",
    "code": "mismatch",
}
NOT_LOADED = {"error": "the driver is not loaded", "code": "not_loaded"}
BRAKE = "the power supply's brake"
BUSY = "71 °C, 24.0 of 31.8 GiB used, 561 W"
GEFORCE, L40S = "GeForce RTX 5090 0000:01:00.0", "L40S 0000:41:00.0"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the stand-in."""
    return nvml.build(tmp_path_factory.mktemp("nvml")).parent


def cards(read: dict[str, Any]) -> list[dict[str, Any]]:
    found = read["facts"]["gpus"]
    assert isinstance(found, list), found
    return found


def verdicts(read: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(check["where"], check["verdict"], check["summary"]) for check in read["checks"]]


def test_an_idle_geforce_card_has_every_field_or_reports_that_it_has_none(library: Path) -> None:
    read = nvml.read(library, "idle")
    assert read["facts"] == {
        "driver_version": "580.105.08",
        "gpus": [
            {
                "address": "00000000:01:00.0",
                "name": "NVIDIA GeForce RTX 5090",
                "uuid": "GPU-00000000-0000-0000-0000-000000000001",
                "temperature_celsius": 38.0,
                "temperature_margin_celsius": NONE,
                "temperature_maximum_celsius": 90.0,
                "temperature_slowdown_celsius": 96.0,
                "temperature_shutdown_celsius": 101.0,
                "memory_temperature_celsius": NONE,
                "power_watts": 21.5,
                "power_limit_watts": 575.0,
                "fan_ratio": 0.0,
                "utilization_ratio": 0.0,
                "memory_used_bytes": 512 * 2**20,
                "memory_total_bytes": 32607 * 2**20,
                "performance_state": 8,
                "hardware_slowdown": False,
                "hardware_thermal_slowdown": False,
                "software_thermal_slowdown": False,
                "power_brake": False,
                "power_capped": False,
                "hardware_thermal_seconds": 0.0,
                "software_thermal_seconds": 0.0,
                "power_brake_seconds": 0.0,
                "power_capped_seconds": 0.0,
                "pcie_generation": 1,
                "pcie_generation_maximum": 5,
                "pcie_width": 16,
                "pcie_width_maximum": 16,
                "pcie_replays": 0,
                "uncorrected_ecc_errors": NONE,
                "lifetime_uncorrected_ecc_errors": NONE,
                "row_remap_failed": NONE,
                "row_remap_pending": NONE,
                "recovery_action": "None",
                "persistence": True,
            }
        ],
    }
    assert verdicts(read) == [(GEFORCE, "ok", "38 °C, 0.5 of 31.8 GiB used, 22 W")]


def test_a_data_centre_card_has_what_a_geforce_lacks_and_the_other_way_round(library: Path) -> None:
    read = nvml.read(library, "data-centre")
    (card,) = cards(read)
    assert (card["temperature_margin_celsius"], card["memory_temperature_celsius"]) == (36.0, 60.0)
    assert (card["temperature_maximum_celsius"], card["fan_ratio"]) == (NONE, NONE)
    assert (card["uncorrected_ecc_errors"], card["row_remap_pending"], card["row_remap_failed"]) == (
        0,
        False,
        False,
    )
    assert verdicts(read) == [(L40S, "ok", "52 °C, 36 °C of margin, 40.0 of 45.0 GiB used, 301 W")]


@pytest.mark.parametrize(
    ("scenario", "fact", "judged"),
    [
        ("busy", ("utilization_ratio", 0.99), ("ok", "71 °C, 24.0 of 31.8 GiB used, 561 W")),
        (
            "hot",
            ("hardware_thermal_slowdown", True),
            ("critical", "97 °C, slowed down by heat, slowed down by the hardware"),
        ),
        (
            "brake",
            ("power_brake", True),
            ("critical", "slowed down by the power supply's brake, slowed down by the hardware"),
        ),
        ("narrow", ("pcie_width", 8), ("ok", "71 °C, 24.0 of 31.8 GiB used, 561 W, PCIe x8 of x16")),
        ("slow", ("pcie_generation", 1), ("warning", "PCIe generation 1 of 5 at work")),
        (
            "hot-before",
            ("hardware_thermal_seconds", 91.403239),
            (
                "ok",
                f"{BUSY}, 91 s slowed down by heat so far, 8 s slowed down by {BRAKE} so far",
            ),
        ),
        ("recovery", ("recovery_action", "Reboot"), ("critical", "the driver requires: Reboot")),
        ("recovery-newer", ("recovery_action", "action 9"), ("critical", "the driver requires: action 9")),
        (
            "ecc",
            ("uncorrected_ecc_errors", 3),
            ("critical", "3 uncorrected memory errors, a memory row waits for a reset to be replaced"),
        ),
        ("remap-failed", ("row_remap_failed", True), ("critical", "a memory row could not be replaced")),
    ],
)
def test_what_is_wrong_with_a_card_is_its_verdict(
    library: Path, scenario: str, fact: tuple[str, object], judged: tuple[str, str]
) -> None:
    read = nvml.read(library, scenario)
    (card,) = cards(read)
    field, value = fact
    assert card[field] == value
    assert [(check["verdict"], check["summary"]) for check in read["checks"]] == [judged]


@pytest.mark.parametrize(
    ("scenario", "failed"),
    [("lost", LOST), ("lost-later", LOST), ("needs-reset", RESET)],
)
def test_a_card_that_reports_nothing_is_critical_once_and_no_field_of_it_is_zero(
    library: Path, scenario: str, failed: dict[str, str]
) -> None:
    read = nvml.read(library, scenario)
    (card,) = cards(read)
    assert card.pop("address") == "number 0"
    assert {str(value) for value in card.values()} == {str(failed)}
    assert verdicts(read) == [("GPU number 0", "critical", failed["error"])]


def test_two_cards_are_two_rows(library: Path) -> None:
    assert [(where, verdict) for where, verdict, _ in verdicts(nvml.read(library, "two"))] == [
        (GEFORCE, "ok"),
        (L40S, "ok"),
    ]


def test_a_lost_card_does_not_hide_the_one_beside_it(library: Path) -> None:
    assert [row[:2] for row in verdicts(nvml.read(library, "two-one-lost"))] == [
        (L40S, "ok"),
        ("GPU number 1", "critical"),
    ]


@pytest.mark.parametrize(("scenario", "failed"), [("mismatch", MISMATCH), ("not-loaded", NOT_LOADED)])
def test_a_driver_that_does_not_start_is_critical_and_names_the_remedy(
    library: Path, scenario: str, failed: dict[str, str]
) -> None:
    read = nvml.read(library, scenario)
    assert read["facts"] == {"driver_version": failed, "gpus": failed}
    assert verdicts(read) == [("GPU", "critical", failed["error"])]


def test_a_driver_that_sees_no_card_where_the_bus_has_one_is_critical(library: Path) -> None:
    read = nvml.read(library, "none")
    assert cards(read) == []
    assert verdicts(read) == [("GPU", "critical", "0 of 1 cards on the bus respond")]


@pytest.mark.skipif(shutil.which("nvidia-smi") is not None, reason="this machine has a driver of its own")
def test_a_host_without_the_library_is_unknown(tmp_path: Path) -> None:
    reason = "libnvidia-ml.so is not installed"
    read = nvml.read(tmp_path, "idle")
    assert read["facts"]["gpus"] == {"error": reason, "code": "not_installed"}
    assert verdicts(read) == [("GPU", "unknown", reason)]
