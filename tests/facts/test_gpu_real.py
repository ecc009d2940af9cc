"""A real card, where this machine has one: the library and nvidia-smi must tell the same of it."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import fields

import pynvml
import pytest

from facts import gpu, gpu_nvml
from facts.values import Failed, NotSupported
from rigwright.health.cards import judged_cards
from rigwright.health.check import Verdict

pytestmark = pytest.mark.skipif(
    shutil.which("nvidia-smi") is None, reason="this machine has no NVIDIA driver"
)

STILL = (
    *("address", "name", "uuid", "memory_total_bytes", "power_limit_watts", "persistence"),
    *("pcie_generation_maximum", "pcie_width", "pcie_width_maximum", "recovery_action"),
    *("uncorrected_ecc_errors", "row_remap_failed", "row_remap_pending"),
)
"""What stays the same from one question to the next."""
MOVING = (
    *("temperature_celsius", "memory_temperature_celsius", "power_watts", "fan_ratio", "utilization_ratio"),
    *("performance_state", "pcie_generation", "pcie_replays", "hardware_slowdown", "power_brake"),
    *("hardware_thermal_slowdown", "software_thermal_slowdown", "memory_used_bytes"),
)
"""What moves, so that only its kind is compared: a value, or not supported."""


@pytest.fixture(scope="module")
def by_library() -> gpu.Gpus:
    return gpu_nvml.read(pynvml)


@pytest.fixture(scope="module")
def by_tool() -> gpu.Gpus:
    done = subprocess.run(["nvidia-smi", "-q", "-x"], capture_output=True, check=False)
    return gpu.parse(done.stdout or done.stderr)


def pairs(one: gpu.Gpus, other: gpu.Gpus) -> list[tuple[gpu.Gpu, gpu.Gpu]]:
    assert isinstance(one.gpus, tuple), one.gpus
    assert isinstance(other.gpus, tuple), other.gpus
    assert len(one.gpus) == len(other.gpus) > 0
    return list(zip(one.gpus, other.gpus, strict=True))


def test_both_name_the_same_driver(by_library: gpu.Gpus, by_tool: gpu.Gpus) -> None:
    assert by_library.driver_version == by_tool.driver_version
    assert isinstance(by_library.driver_version, str)


@pytest.mark.parametrize("field", STILL)
def test_both_tell_the_same_of_what_stays(by_library: gpu.Gpus, by_tool: gpu.Gpus, field: str) -> None:
    for one, other in pairs(by_library, by_tool):
        assert getattr(one, field) == getattr(other, field)


@pytest.mark.parametrize("field", MOVING)
def test_both_agree_on_what_a_card_has(by_library: gpu.Gpus, by_tool: gpu.Gpus, field: str) -> None:
    for one, other in pairs(by_library, by_tool):
        assert type(getattr(one, field)) is type(getattr(other, field)), (one, other)


def test_no_field_of_a_card_is_an_error(by_library: gpu.Gpus, by_tool: gpu.Gpus) -> None:
    for card in (card for pair in pairs(by_library, by_tool) for card in pair):
        wrong = {one.name: getattr(card, one.name) for one in fields(card)}
        assert {name: value for name, value in wrong.items() if isinstance(value, Failed)} == {}


def test_a_card_tells_how_hot_it_is_and_how_hot_it_may_become(by_library: gpu.Gpus) -> None:
    for card, _ in pairs(by_library, by_library):
        assert isinstance(card.temperature_celsius, float)
        assert 0 < card.temperature_celsius < 120
        limits = (card.temperature_maximum_celsius, card.temperature_margin_celsius)
        assert any(not isinstance(one, NotSupported) for one in limits), card


def test_both_earn_the_same_verdict_and_it_is_a_known_one(by_library: gpu.Gpus, by_tool: gpu.Gpus) -> None:
    for one, other in pairs(by_library, by_tool):
        first, second = (next(iter(judged_cards((card,), 1))) for card in (one, other))
        assert (first.where, first.verdict) == (second.where, second.verdict)
        assert first.verdict is not Verdict.UNKNOWN, first.summary
