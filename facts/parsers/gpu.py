"""NVIDIA GPUs as ``nvidia-smi -q -x`` reports them, branches 535 to 595. Standard library only.

Elements come and go with branch and card: what is absent or ``N/A`` is not supported, ``Unknown Error`` and
``ERR!`` are errors, and neither is ever zero.
:mod:`facts.parsers.gpu_nvml` gives the same result from the library.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any
from xml.etree import ElementTree as ET

from facts.parsers import gpu_document, gpu_ecc
from facts.parsers.gpu_document import UNKNOWN
from facts.parsers.gpu_elements import (
    REPORTED,
    any_yes_of,
    count_of,
    error_of,
    figure_of,
    performance_of,
    reason_of,
    slowed_of,
    text_of,
    threshold_of,
    yes_of,
)
from facts.tool_output import ToolOutput
from facts.values import Failed, NotSupported, Value, decoded, ratio, shown, text

__all__ = ("REPORTED", "UNKNOWN", "Gpu", "Gpus", "failed_gpu", "from_output", "parse")

LINK = "pci/pci_gpu_link_info"
POWER = ("gpu_power_readings", "power_readings")
DRAW = ("instant_power_draw", "power_draw", "average_power_draw")
LIMIT = ("current_power_limit", "enforced_power_limit", "power_limit")
RETIREMENT = ("retired_pages/pending_retirement", "retired_pages/pending_blacklist")
"""What cards before Ampere have in the place of a row that waits to be remapped."""


@dataclass(frozen=True)
class Gpu:
    """One card.

    Thresholds of temperature are the card's own. GeForce cards report them in degrees; others report
    margins only, and then ``temperature_margin_celsius`` is what is left until the card slows down.
    ``*_slowdown``, ``power_brake`` and ``power_capped`` are true while they are in force.
    ``*_seconds`` are for how long they were, since the driver was loaded; older branches do not report it.
    ``recovery_action`` is the driver's word, ``None`` as text where nothing is to be done.
    """

    address: str
    name: Value[str]
    uuid: Value[str]
    temperature_celsius: Value[float]
    temperature_margin_celsius: Value[float]
    temperature_maximum_celsius: Value[float]
    temperature_slowdown_celsius: Value[float]
    temperature_shutdown_celsius: Value[float]
    memory_temperature_celsius: Value[float]
    power_watts: Value[float]
    power_limit_watts: Value[float]
    fan_ratio: Value[float]
    utilization_ratio: Value[float]
    memory_used_bytes: Value[int]
    memory_total_bytes: Value[int]
    performance_state: Value[int]
    hardware_slowdown: Value[bool]
    hardware_thermal_slowdown: Value[bool]
    software_thermal_slowdown: Value[bool]
    power_brake: Value[bool]
    power_capped: Value[bool]
    hardware_thermal_seconds: Value[float]
    software_thermal_seconds: Value[float]
    power_brake_seconds: Value[float]
    power_capped_seconds: Value[float]
    pcie_generation: Value[int]
    pcie_generation_maximum: Value[int]
    pcie_width: Value[int]
    pcie_width_maximum: Value[int]
    pcie_replays: Value[int]
    uncorrected_ecc_errors: Value[int]
    lifetime_uncorrected_ecc_errors: Value[int]
    row_remap_failed: Value[bool]
    row_remap_pending: Value[bool]
    recovery_action: Value[str]
    persistence: Value[bool]


@dataclass(frozen=True)
class Gpus:
    """All cards that the driver sees, and the driver's version."""

    driver_version: Value[str]
    gpus: Value[tuple[Gpu, ...]]


def parse(raw: bytes | str, beside: str = "") -> Gpus:
    """The cards; a message instead of a document is the error that it reports.

    Of a document that is not well-formed each card is read up to where it breaks; its other values are
    errors.

    Args:
        raw: Standard output of nvidia-smi.
        beside: Its standard error.
    """
    found = gpu_document.read(decoded(raw), beside)
    if isinstance(found, Failed):
        return _failed(found)
    return Gpus(text(found.driver), tuple(_known(one) for one in found.cards))


def from_output(output: ToolOutput) -> Gpus:
    """The cards by ``nvidia-smi -q -x``, which comes with the driver; its messages stand in either stream."""
    failed = output.failure("nvidia-smi, which comes with the driver")
    if failed:
        return _failed(failed)
    return parse(output.out, output.err) if output.out.strip() else parse(output.err)


def failed_gpu(address: str, failed: Failed) -> Gpu:
    """A card that is there and reports nothing: every field carries the reason."""
    every = {field.name: failed for field in fields(Gpu) if field.name != "address"}
    return Gpu(address=address, **every)


def _failed(failed: Failed) -> Gpus:
    return Gpus(failed, failed)


def _known(card: gpu_document.Card) -> Gpu:
    """A card, in which an error stands for each value that is not known."""
    found = _gpu(card.node)
    if found.memory_total_bytes == 0:  # how a card that does not respond can write that it has no value
        found = replace(found, memory_total_bytes=NotSupported(), memory_used_bytes=NotSupported())
    failed = card.failed or _lost(card.node)
    said = (getattr(found, one.name) for one in fields(Gpu))
    if failed is None or (not card.failed and failed in said):
        return found
    absent = [one.name for one in fields(Gpu) if isinstance(getattr(found, one.name), NotSupported)]
    errors: dict[str, Any] = dict.fromkeys(absent, failed)
    return replace(found, **errors)


def _lost(node: ET.Element) -> Failed | None:
    """That the card is lost or needs a reset, wherever in its elements that stands."""
    errors = (error_of(one.text) for one in node.iter() if one.text)
    return next((one for one in errors if one and one.code in ("lost", "needs_reset")), None)


def _gpu(node: ET.Element) -> Gpu:
    return Gpu(
        address=shown(node.get("id") or UNKNOWN),
        name=text_of(node, "product_name"),
        uuid=text_of(node, "uuid"),
        temperature_celsius=figure_of(node, "temperature/gpu_temp"),
        temperature_margin_celsius=figure_of(node, "temperature/gpu_temp_tlimit"),
        temperature_maximum_celsius=threshold_of(node, "temperature/gpu_temp_max_gpu_threshold"),
        temperature_slowdown_celsius=threshold_of(node, "temperature/gpu_temp_slow_threshold"),
        temperature_shutdown_celsius=threshold_of(node, "temperature/gpu_temp_max_threshold"),
        memory_temperature_celsius=figure_of(node, "temperature/memory_temp"),
        power_watts=figure_of(node, *(f"{part}/{key}" for part in POWER for key in DRAW)),
        power_limit_watts=figure_of(node, *(f"{part}/{key}" for part in POWER for key in LIMIT)),
        fan_ratio=ratio(figure_of(node, "fan_speed")),
        utilization_ratio=ratio(figure_of(node, "utilization/gpu_util")),
        memory_used_bytes=count_of(node, "fb_memory_usage/used"),
        memory_total_bytes=count_of(node, "fb_memory_usage/total"),
        performance_state=performance_of(node, "performance_state"),
        hardware_slowdown=reason_of(node, "hw_slowdown"),
        hardware_thermal_slowdown=reason_of(node, "hw_thermal_slowdown"),
        software_thermal_slowdown=reason_of(node, "sw_thermal_slowdown"),
        power_brake=reason_of(node, "hw_power_brake_slowdown"),
        power_capped=reason_of(node, "sw_power_cap"),
        hardware_thermal_seconds=slowed_of(node, "hw_therm_slowdown"),
        software_thermal_seconds=slowed_of(node, "sw_therm_slowdown"),
        power_brake_seconds=slowed_of(node, "hw_power_brake"),
        power_capped_seconds=slowed_of(node, "sw_power_cap"),
        pcie_generation=count_of(node, f"{LINK}/pcie_gen/current_link_gen"),
        pcie_generation_maximum=count_of(node, f"{LINK}/pcie_gen/max_link_gen"),
        pcie_width=count_of(node, f"{LINK}/link_widths/current_link_width"),
        pcie_width_maximum=count_of(node, f"{LINK}/link_widths/max_link_width"),
        pcie_replays=count_of(node, "pci/replay_counter"),
        uncorrected_ecc_errors=gpu_ecc.uncorrected(node, "volatile"),
        lifetime_uncorrected_ecc_errors=gpu_ecc.uncorrected(node, "aggregate"),
        row_remap_failed=yes_of(node, "remapped_rows/remapped_row_failure"),
        row_remap_pending=any_yes_of(node, "remapped_rows/remapped_row_pending", *RETIREMENT),
        recovery_action=text_of(node, "gpu_recovery_action"),
        persistence=yes_of(node, "persistence_mode"),
    )
