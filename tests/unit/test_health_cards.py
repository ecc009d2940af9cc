"""Verdicts on GPUs and on the errors of the kernel log."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from facts.parsers import gpu, xid
from facts.values import Failed, NotSupported
from rigwright.health import cards
from rigwright.health.check import Verdict
from tests.support.health import (
    CRITICAL,
    DAY,
    HOUR,
    OK,
    UNKNOWN,
    WARNING,
    fixture,
    output,
    rows,
    seen,
)

NO_LIMITS = dict.fromkeys(("temperature_slowdown_celsius", "temperature_maximum_celsius"), NotSupported())


def test_a_driver_of_three_versions_is_shown_with_all_of_them() -> None:
    outputs = {
        "gpu": output(fixture("nvidia-smi-570-rtx5090-idle.xml")),
        "xid": output("", 1),
        "driver": output("580.95.05\n"),
        "library": output("/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.580.126.09\n"),
    }
    found = rows(
        seen(gpus=["0000:01:00.0"], outputs=outputs, reboot={"driver_loaded": "570.86.16\n", "running": "6"})
    )
    verdict, words = found["gpu driver"]
    assert verdict is CRITICAL
    assert words.startswith("570.86.16 loaded, 580.95.05 on disk, 580.126.09 in the library")
    same = {**outputs, "library": output("/usr/lib/libnvidia-ml.so.580.95.05\n")}
    well = seen(gpus=["0000:01:00.0"], outputs=same, reboot={"driver_loaded": "580.95.05\n", "running": "6"})
    assert "gpu driver" not in rows(well)


@pytest.mark.parametrize(
    ("name", "expected", "words"),
    [
        ("nvidia-smi-570-rtx5090-idle.xml", OK, "38 °C, 0.5 of 31.8 GiB used, 22 W"),
        ("nvidia-smi-535-rtx4090.xml", OK, "38 °C"),
        ("nvidia-smi-595-rtx5090-hot.xml", CRITICAL, "slowed down by heat"),
        ("nvidia-smi-595-errors.xml", CRITICAL, "the driver requires: Reset"),
        ("nvidia-smi-mismatch.txt", CRITICAL, "different versions"),
        ("nvidia-smi-no-driver.txt", CRITICAL, "not loaded"),
        ("nvidia-smi-lost.txt", CRITICAL, "lost"),
    ],
)
def test_a_card_is_judged(name: str, expected: Verdict, words: str) -> None:
    found = rows(seen(gpus=["0000:01:00.0"], outputs={"gpu": output(fixture(name)), "xid": output("", 1)}))
    ((_, (state, summary)),) = (
        one for one in found.items() if one[0].startswith("gpu") and "log" not in one[0]
    )
    assert (state, words in summary) == (expected, True), summary
    assert found["gpu kernel log"] == (OK, "no GPU errors since the machine started")


def test_a_card_that_does_not_respond_beside_one_that_does_is_critical() -> None:
    outputs = {"gpu": output(fixture("nvidia-smi-570-rtx5090-idle.xml")), "xid": output("", 1)}
    found = rows(seen(gpus=["0000:01:00.0", "0000:02:00.0"], outputs=outputs))
    assert found["gpu GPU"] == (CRITICAL, "1 of 2 cards on the bus respond")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, OK),
        ({"temperature_celsius": 88.0}, OK),
        ({"temperature_celsius": 89.0}, WARNING),
        ({"temperature_celsius": 93.0}, CRITICAL),
        ({"temperature_celsius": Failed("x")}, UNKNOWN),
        ({"temperature_slowdown_celsius": NotSupported(), "temperature_margin_celsius": 5.0}, WARNING),
        ({"temperature_slowdown_celsius": NotSupported(), "temperature_margin_celsius": 1.0}, CRITICAL),
        ({"temperature_slowdown_celsius": NotSupported(), "temperature_celsius": 85.0}, WARNING),
        ({"temperature_slowdown_celsius": NotSupported(), "temperature_celsius": 93.0}, CRITICAL),
        ({**NO_LIMITS, "temperature_celsius": 85.0}, WARNING),
        ({**NO_LIMITS, "temperature_celsius": 93.0}, CRITICAL),
        ({"power_watts": Failed("x")}, UNKNOWN),
        ({"memory_used_bytes": Failed("x", "lost")}, CRITICAL),
        ({"lifetime_uncorrected_ecc_errors": 1}, WARNING),
        ({"lifetime_uncorrected_ecc_errors": 1, "uncorrected_ecc_errors": 1}, CRITICAL),
        ({"power_brake": True}, CRITICAL),
        ({"software_thermal_slowdown": True}, WARNING),
        ({"uncorrected_ecc_errors": 1}, CRITICAL),
        ({"row_remap_pending": True}, WARNING),
        ({"recovery_action": "action 9"}, CRITICAL),
        ({"recovery_action": NotSupported()}, OK),
        ({"pcie_width": 8}, OK),
        ({"pcie_generation": 1, "performance_state": 8}, OK),
        ({"pcie_generation": 4, "performance_state": 0}, WARNING),
        ({"fan_ratio": 0.0}, OK),
    ],
)
def test_a_value_of_a_card_is_judged(changes: dict[str, Any], expected: Verdict) -> None:
    found = gpu.parse(fixture("nvidia-smi-570-rtx5090-idle.xml")).gpus
    assert isinstance(found, tuple)
    assert cards.judged_card(replace(found[0], **changes)).verdict is expected


@pytest.mark.parametrize(
    ("code", "age_seconds", "expected"),
    [(79, 30 * DAY, CRITICAL), (31, 0.0, OK), (109, HOUR, WARNING), (999, HOUR, WARNING), (999, 2 * DAY, OK)],
)
def test_an_xid_is_judged_by_its_code_and_age(code: int, age_seconds: float, expected: Verdict) -> None:
    now = 1795240900.0
    error = xid.Xid(code, "0000:01:00", now - age_seconds, "")
    assert cards.judged_xids((error,), now).verdict is expected
    assert cards.judged_xids(Failed("cut"), now).verdict is UNKNOWN
