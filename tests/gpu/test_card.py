"""A real NVIDIA card: both ways to read it agree, with each other and with what a program does to it."""

from __future__ import annotations

import contextlib
import ctypes
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from facts.parsers import gpu, gpu_nvml
from facts.values import Failed
from rigwright.health.cards import judged_cards
from rigwright.health.check import Verdict

HEALTH = Path(__file__).parents[2] / "rigwright" / "host" / "health.py"
MOVING = {
    "temperature_celsius": 5.0,
    "temperature_margin_celsius": 5.0,
    "memory_temperature_celsius": 5.0,
    "power_watts": 60.0,
    "utilization_ratio": 1.0,
    "memory_used_bytes": 64 * 2**20,
    "performance_state": 15,
    "pcie_generation": 5,
    "fan_ratio": 0.2,
}
"""What may differ between two queries of the same second, and by how much."""
GIBIBYTE = 2**30


@pytest.fixture(scope="module", autouse=True)
def _needs_a_card() -> None:
    if not shutil.which("nvidia-smi") or not Path("/dev/nvidiactl").exists():
        pytest.fail("this tier needs an NVIDIA card with its driver: run it on such a machine")


def by_tool() -> gpu.Gpus:
    done = subprocess.run(["nvidia-smi", "-q", "-x"], capture_output=True, check=True)
    return gpu.parse(done.stdout)


def by_library() -> gpu.Gpus:
    import pynvml

    return gpu_nvml.read(pynvml)


def cards(found: gpu.Gpus) -> dict[object, gpu.Gpu]:
    assert isinstance(found.gpus, tuple), found
    assert found.gpus
    return {card.uuid: card for card in found.gpus}


def test_both_ways_name_the_same_driver_and_cards() -> None:
    one, other = by_tool(), by_library()
    assert isinstance(one.driver_version, str)
    assert one.driver_version == other.driver_version
    assert cards(one).keys() == cards(other).keys()


def test_no_field_is_an_error_on_a_card_that_works() -> None:
    for found in (by_tool(), by_library()):
        for card in cards(found).values():
            failed = {f.name for f in fields(card) if isinstance(getattr(card, f.name), Failed)}
            assert failed == set()


def test_both_ways_read_the_same_values() -> None:
    for uuid, one in cards(by_tool()).items():
        other = cards(by_library())[uuid]
        both_ways = {f.name: (getattr(one, f.name), getattr(other, f.name)) for f in fields(gpu.Gpu)}
        assert {name: both for name, both in both_ways.items() if not agree(name, *both)} == {}


def test_both_ways_earn_the_same_verdict_and_it_is_a_known_one() -> None:
    for uuid, one in cards(by_tool()).items():
        other = cards(by_library())[uuid]
        first, second = (next(iter(judged_cards((card,), 1))) for card in (one, other))
        assert (first.where, first.verdict) == (second.where, second.verdict)
        assert first.verdict is not Verdict.UNKNOWN, first.summary


def test_a_card_reports_how_hot_it_may_become_in_one_way_or_the_other() -> None:
    for card in cards(by_library()).values():
        limits = (card.temperature_maximum_celsius, card.temperature_margin_celsius)
        assert any(isinstance(one, float) for one in limits), card


def agree(name: str, one: Any, other: Any) -> bool:
    if name in MOVING and type(one) is type(other) and isinstance(one, (int, float)):
        return bool(abs(one - other) <= MOVING[name])
    return bool(one == other)


@contextlib.contextmanager
def taken(size: int) -> Iterator[None]:
    """A program that holds this much memory of the first card, through the driver's own interface."""
    hold = (
        "import ctypes, sys, time\n"
        "cuda = ctypes.CDLL('libcuda.so.1')\n"
        "context, place = ctypes.c_void_p(), ctypes.c_uint64()\n"
        "ok = cuda.cuInit(0) or cuda.cuCtxCreate_v2(ctypes.byref(context), 0, 0)\n"
        f"ok = ok or cuda.cuMemAlloc_v2(ctypes.byref(place), ctypes.c_size_t({size}))\n"
        "print(ok, flush=True); time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout
            assert program.stdout.readline() == "0\n"
            yield
        finally:
            program.kill()


@pytest.mark.parametrize("read", [by_tool, by_library])
def test_memory_that_a_program_takes_is_read_as_used_and_is_free_when_it_ends(read: Any) -> None:
    def used() -> int:
        first = next(iter(cards(read()).values()))
        assert isinstance(first.memory_used_bytes, int)
        return first.memory_used_bytes

    before = used()
    with taken(4 * GIBIBYTE):
        during = used()
    time.sleep(2)
    assert 4 * GIBIBYTE <= during - before < 6 * GIBIBYTE
    assert abs(used() - before) < GIBIBYTE


def test_the_survey_of_a_host_finds_the_card_on_its_bus_and_its_output() -> None:
    done = subprocess.run([sys.executable, "-I", str(HEALTH), "20"], capture_output=True, check=True)
    seen = json.loads(done.stdout)
    reported = gpu.parse(seen["outputs"]["gpu"]["out"])
    assert cards(reported).keys() == cards(by_tool()).keys()
    assert len(seen["gpus"]) >= len(cards(reported))


def test_the_library_is_the_one_that_the_driver_brought() -> None:
    """Not a stand-in of the tests."""
    library = ctypes.CDLL("libnvidia-ml.so.1")
    text = ctypes.create_string_buffer(96)
    assert library.nvmlInit_v2() == 0
    assert library.nvmlSystemGetDriverVersion(text, 96) == 0
    library.nvmlShutdown()
    loaded = Path("/sys/module/nvidia/version")
    if loaded.is_file():
        assert text.value.decode() == loaded.read_text().strip()
