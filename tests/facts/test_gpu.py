"""Cards are read from every branch of nvidia-smi and from NVML, and what a card lacks is never zero."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from facts.parsers import gpu, gpu_nvml
from facts.values import Failed, NotSupported

FIXTURES = Path(__file__).parent / "fixtures"
NONE = NotSupported()


def cards(name: str) -> tuple[gpu.Gpu, ...]:
    found = gpu.parse((FIXTURES / name).read_bytes()).gpus
    assert isinstance(found, tuple)
    return found


def test_an_idle_geforce_card() -> None:
    (card,) = cards("nvidia-smi-570-rtx5090-idle.xml")
    assert (card.name, card.address) == ("NVIDIA GeForce RTX 5090", "00000000:01:00.0")
    assert (card.temperature_celsius, card.temperature_margin_celsius) == (38.0, NONE)
    assert (card.temperature_maximum_celsius, card.temperature_slowdown_celsius) == (90.0, 96.0)
    assert (card.temperature_shutdown_celsius, card.memory_temperature_celsius) == (101.0, NONE)
    assert (card.power_watts, card.power_limit_watts, card.fan_ratio) == (21.5, 575.0, 0.0)
    assert (card.memory_used_bytes, card.memory_total_bytes) == (512 * 2**20, 32607 * 2**20)
    assert (card.pcie_generation, card.pcie_generation_maximum, card.pcie_width) == (1, 5, 16)
    assert (card.uncorrected_ecc_errors, card.row_remap_failed, card.row_remap_pending) == (NONE, NONE, NONE)
    assert (card.hardware_thermal_slowdown, card.power_brake, card.performance_state) == (False, False, 8)
    assert (card.recovery_action, card.persistence) == ("None", True)


def test_a_data_centre_card_reports_margins_and_memory_errors() -> None:
    geforce, card = cards("nvidia-smi-580-rtx5090-l40s.xml")
    assert geforce.uuid != card.uuid
    assert (card.temperature_margin_celsius, card.temperature_slowdown_celsius) == (48.0, NONE)
    assert (card.uncorrected_ecc_errors, card.row_remap_pending, card.row_remap_failed) == (1, True, False)
    assert (card.fan_ratio, card.utilization_ratio) == (NONE, 0.97)


@pytest.mark.parametrize(
    ("capture", "name", "size_mib", "celsius"),
    [
        ("nvidia-smi-580.159-captured-h100.xml", "NVIDIA H100 80GB HBM3", 81559, (41.0, 46.0, 44.0)),
        ("nvidia-smi-580.159-captured-h200.xml", "NVIDIA H200", 143771, (32.0, 55.0, 33.0)),
    ],
)
def test_a_real_data_centre_card(
    capture: str, name: str, size_mib: int, celsius: tuple[float, float, float]
) -> None:
    (card,) = cards(capture)
    assert (card.name, card.memory_used_bytes, card.memory_total_bytes) == (name, 0, size_mib * 2**20)
    values = (card.temperature_celsius, card.temperature_margin_celsius, card.memory_temperature_celsius)
    assert values == celsius
    assert isinstance(card.power_watts, float)
    assert (card.power_limit_watts, 60 < card.power_watts < 90) == (700.0, True)
    assert (card.pcie_generation, card.pcie_width, card.performance_state) == (5, 16, 0)
    assert (card.uncorrected_ecc_errors, card.row_remap_failed, card.recovery_action) == (0, False, "None")
    assert (card.temperature_maximum_celsius, card.fan_ratio) == (NONE, NONE)


def test_a_hot_card_on_a_narrow_link() -> None:
    (card,) = cards("nvidia-smi-595-rtx5090-hot.xml")
    assert (card.temperature_celsius, card.hardware_thermal_slowdown, card.hardware_slowdown) == (
        97.0,
        True,
        True,
    )
    assert (card.pcie_width, card.pcie_width_maximum, card.performance_state) == (8, 16, 0)


@pytest.mark.parametrize(
    ("name", "watts"), [("nvidia-smi-525-rtx3090.xml", 350.0), ("nvidia-smi-535-rtx4090.xml", 450.0)]
)
def test_older_branches_name_things_differently(name: str, watts: float) -> None:
    (card,) = cards(name)
    assert (card.power_watts, card.power_limit_watts) == (18.2, watts)
    assert (card.hardware_thermal_slowdown, card.power_brake) == (False, False)
    assert card.recovery_action == NONE


def test_a_field_that_the_driver_cannot_read_is_an_error() -> None:
    (card,) = cards("nvidia-smi-595-errors.xml")
    for value in (card.temperature_celsius, card.fan_ratio, card.power_watts, card.performance_state):
        assert isinstance(value, Failed)
    assert card.uncorrected_ecc_errors == card.memory_temperature_celsius == NONE
    assert card.recovery_action == "Reset"


@pytest.mark.parametrize(
    ("name", "words", "code"),
    [
        ("nvidia-smi-mismatch.txt", "driver and library have different versions", "mismatch"),
        ("nvidia-smi-no-driver.txt", "the driver is not loaded", "not_loaded"),
        ("nvidia-smi-lost.txt", "a GPU is lost", "lost"),
    ],
)
def test_a_message_instead_of_a_document_is_an_error_that_names_the_remedy(
    name: str, words: str, code: str
) -> None:
    found = gpu.parse((FIXTURES / name).read_bytes())
    assert isinstance(found.gpus, Failed)
    assert words in found.gpus.reason
    assert found.gpus.code == code


def test_a_card_that_is_lost_in_a_document_has_the_code_of_a_lost_one() -> None:
    text = (FIXTURES / "nvidia-smi-570-rtx5090-idle.xml").read_text()
    found = gpu.parse(text.replace("<gpu_temp>38 C<", "<gpu_temp>GPU is lost<")).gpus
    assert isinstance(found, tuple)
    assert found[0].temperature_celsius == Failed("nvidia-smi reports 'GPU is lost'", "lost")


class NvmlError(Exception):
    """As pynvml raises it."""

    def __init__(self, value: int) -> None:
        self.value = value


class Library:
    """NVML's calls return from a table of values; an integer of errors is raised as NVML does."""

    def __init__(self, values: dict[str, Any], errors: dict[str, int]) -> None:
        self.values, self.errors = values, errors

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: object) -> Any:
            if name in self.errors:
                raise NvmlError(self.errors[name])
            found = self.values[name]
            return found[arguments[-1]] if isinstance(found, dict) else found

        if name not in self.values and name not in self.errors:
            raise AttributeError(name)
        return call


def field(value: int, code: int = 0) -> list[SimpleNamespace]:
    return [SimpleNamespace(nvmlReturn=code, value=SimpleNamespace(uiVal=value))]


class Fields(dict[Any, Any]):
    """Field values by their number, which NVML takes in a list."""

    def __getitem__(self, key: Any) -> Any:
        return field(0) if key == [230] else field(0, 3)


def geforce() -> Library:
    """The card of nvidia-smi-570-rtx5090-idle.xml."""
    device = {
        "HandleByIndex": object(),
        "PciInfo": SimpleNamespace(busId="00000000:01:00.0"),
        "Name": "NVIDIA GeForce RTX 5090",
        "UUID": "GPU-00000000-0000-0000-0000-000000000001",
        "Temperature": 38,
        "TemperatureThreshold": {0: 101, 1: 96, 3: 90},
        "PowerUsage": 21500,
        "EnforcedPowerLimit": 575000,
        "FanSpeed": 0,
        "UtilizationRates": SimpleNamespace(gpu=0, memory=0),
        "MemoryInfo": SimpleNamespace(used=512 * 2**20, total=32607 * 2**20),
        "PerformanceState": 8,
        "CurrentClocksEventReasons": 1,
        "CurrPcieLinkGeneration": 1,
        "MaxPcieLinkGeneration": 5,
        "CurrPcieLinkWidth": 16,
        "MaxPcieLinkWidth": 16,
        "PcieReplayCounter": 0,
        "PersistenceMode": 1,
        "FieldValues": Fields(),
        "Count": 1,
    }
    values = {f"nvmlDeviceGet{name}": value for name, value in device.items()}
    errors = {"MarginTemperature": 3, "RemappedRows": 3, "TotalEccErrors": 3}
    started = {"nvmlInit": None, "nvmlShutdown": None, "nvmlSystemGetDriverVersion": "570.86.16"}
    return Library({**values, **started}, {f"nvmlDeviceGet{name}": code for name, code in errors.items()})


def test_nvml_and_nvidia_smi_report_the_same_card() -> None:
    other = gpu.parse((FIXTURES / "nvidia-smi-570-rtx5090-idle.xml").read_bytes())
    assert gpu_nvml.read(geforce()) == other


def test_an_older_library_lacks_calls_and_the_rest_still_works() -> None:
    library = geforce()
    library.errors["nvmlDeviceGetMarginTemperature"] = 13
    del library.values["nvmlDeviceGetCurrentClocksEventReasons"]
    library.values["nvmlDeviceGetCurrentClocksThrottleReasons"] = 0x48
    found = gpu_nvml.read(library).gpus
    assert isinstance(found, tuple)
    assert (found[0].hardware_thermal_slowdown, found[0].power_brake) == (True, False)
    assert found[0].temperature_margin_celsius == NONE


@pytest.mark.parametrize(
    ("code", "words", "name"),
    [
        (4, "no permission", "no_permission"),
        (9, "not loaded", "not_loaded"),
        (12, "not installed", "not_installed"),
        (18, "different versions", "mismatch"),
        (77, "NVML reports", "unreadable"),
    ],
)
def test_a_library_that_does_not_start_is_an_error_with_its_reason(code: int, words: str, name: str) -> None:
    found = gpu_nvml.read(Library({}, {"nvmlInit": code}))
    assert isinstance(found.gpus, Failed)
    assert words in found.gpus.reason
    assert found.gpus.code == name


def test_a_lost_card_is_an_error_in_every_field_beside_a_healthy_one() -> None:
    library = geforce()
    library.values["nvmlDeviceGetCount"] = 2
    healthy = library.values["nvmlDeviceGetHandleByIndex"]

    class Handles(dict[Any, Any]):
        def __getitem__(self, key: Any) -> Any:
            if key == 1:
                raise NvmlError(15)
            return healthy

    library.values["nvmlDeviceGetHandleByIndex"] = Handles()
    found = gpu_nvml.read(library).gpus
    assert isinstance(found, tuple)
    assert found[0].temperature_celsius == 38.0
    lost = {getattr(found[1], one.name) for one in fields(gpu.Gpu) if one.name != "address"}
    assert lost == {Failed("the GPU is lost: it fell off the bus", "lost")}


def test_a_call_that_loses_the_card_is_an_error_of_that_field() -> None:
    library = geforce()
    library.errors["nvmlDeviceGetTemperature"] = 15
    found = gpu_nvml.read(library).gpus
    assert isinstance(found, tuple)
    assert isinstance(found[0].temperature_celsius, Failed)
    assert found[0].power_watts == 21.5


def test_a_document_with_entities_is_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "b">]><nvidia_smi_log><gpu id="&a;"/></nvidia_smi_log>'
    assert isinstance(gpu.parse(bomb).gpus, Failed)
