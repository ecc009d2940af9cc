"""NVIDIA GPUs as ``nvidia-smi -q -x`` reports them, branches 535 to 595. Standard library only.

Elements come and go with branch and card: what is absent or ``N/A`` is not supported, ``Unknown Error`` and
``ERR!`` are errors, and neither is ever zero.
:mod:`facts.parsers.gpu_nvml` gives the same result from the library.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from xml.etree import ElementTree as ET

from facts.parsers.gpu_messages import complaint
from facts.tool_output import ToolOutput
from facts.values import (
    Code,
    Failed,
    NotSupported,
    Value,
    count,
    decoded,
    figure,
    ratio,
    shown,
    text,
    unreadable,
    yes,
)

ROOT = "nvidia_smi_log"
UNITS = {"C": 1.0, "W": 1.0, "mW": 1e-3, "%": 1.0, "x": 1.0, "MiB": 2.0**20, "KiB": 1024.0, "GiB": 2.0**30}
LINK = "pci/pci_gpu_link_info"
POWER = ("gpu_power_readings", "power_readings")
DRAW = ("instant_power_draw", "power_draw", "average_power_draw")
LIMIT = ("current_power_limit", "enforced_power_limit", "power_limit")
REASONS = ("clocks_event_reasons/clocks_event_reason_", "clocks_throttle_reasons/clocks_throttle_reason_")
UNCORRECTED = (
    "sram_uncorrectable",
    "sram_uncorrectable_parity",
    "sram_uncorrectable_secded",
    "dram_uncorrectable",
    "double_bit/total",
)
"""The last one stands for all of them on cards before Turing."""
RETIREMENT = ("retired_pages/pending_retirement", "retired_pages/pending_blacklist")
"""What cards before Ampere have in the place of a row that waits to be remapped."""
PERFORMANCE = re.compile(r"^P(\d{1,2})$")
ERRORS: dict[str, Code] = {"unknown error": "unreadable", "err!": "unreadable", "gpu is lost": "lost"}
"""What stands in the place of a value that the driver could not read."""
CLOCKS = re.compile(r"<supported_clocks>.*?</supported_clocks>", re.DOTALL)
"""A part that no fact reads, and that some drivers write so that the document is not well-formed."""


@dataclass(frozen=True)
class Gpu:
    """One card.

    Thresholds of temperature are the card's own. GeForce cards report them in degrees; others report
    margins only, and then ``temperature_margin_celsius`` is what is left until the card slows down.
    ``*_slowdown`` and ``power_brake`` are true while they are in force.
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
    pcie_generation: Value[int]
    pcie_generation_maximum: Value[int]
    pcie_width: Value[int]
    pcie_width_maximum: Value[int]
    pcie_replays: Value[int]
    uncorrected_ecc_errors: Value[int]
    row_remap_failed: Value[bool]
    row_remap_pending: Value[bool]
    recovery_action: Value[str]
    persistence: Value[bool]


@dataclass(frozen=True)
class Gpus:
    """All cards that the driver sees, and the driver's version."""

    driver_version: Value[str]
    gpus: Value[tuple[Gpu, ...]]


def parse(raw: bytes | str) -> Gpus:
    """The cards; a message instead of a document is the error that it reports."""
    printed = decoded(raw)
    if "<!ENTITY" in printed:
        return _failed(Failed("a document with entities, which nvidia-smi never writes"))
    start = printed.find("<")
    try:
        document = CLOCKS.sub("", printed[max(start, 0) :])
        root = ET.fromstring(document)  # noqa: S314  entities are refused above
    except (ET.ParseError, ValueError, RecursionError) as error:
        if f"<{ROOT}" in printed:
            return _failed(Failed(f"nvidia-smi printed a broken document: {shown(error)}"))
        return _failed(complaint(printed))
    if root.tag != ROOT:
        return _failed(Failed(f"no output of nvidia-smi: {shown(printed)!r}"))
    cards = tuple(_gpu(node) for node in root.iter("gpu"))
    return Gpus(_text(root, "driver_version"), cards)


def from_output(output: ToolOutput) -> Gpus:
    """The cards by ``nvidia-smi -q -x``, which comes with the driver; its messages stand in either stream."""
    failed = output.failure("nvidia-smi, which comes with the driver")
    return _failed(failed) if failed else parse(output.out or output.err)


def failed_gpu(address: str, failed: Failed) -> Gpu:
    """A card that is there and reports nothing: every field carries the reason."""
    every = {field.name: failed for field in fields(Gpu) if field.name != "address"}
    return Gpu(address=address, **every)


def _failed(failed: Failed) -> Gpus:
    return Gpus(failed, failed)


def _gpu(node: ET.Element) -> Gpu:
    ecc = "ecc_errors/volatile/"
    return Gpu(
        address=shown(node.get("id") or "unknown"),
        name=_text(node, "product_name"),
        uuid=_text(node, "uuid"),
        temperature_celsius=_figure(node, "temperature/gpu_temp"),
        temperature_margin_celsius=_figure(node, "temperature/gpu_temp_tlimit"),
        temperature_maximum_celsius=_figure(node, "temperature/gpu_temp_max_gpu_threshold"),
        temperature_slowdown_celsius=_figure(node, "temperature/gpu_temp_slow_threshold"),
        temperature_shutdown_celsius=_figure(node, "temperature/gpu_temp_max_threshold"),
        memory_temperature_celsius=_figure(node, "temperature/memory_temp"),
        power_watts=_figure(node, *(f"{part}/{key}" for part in POWER for key in DRAW)),
        power_limit_watts=_figure(node, *(f"{part}/{key}" for part in POWER for key in LIMIT)),
        fan_ratio=ratio(_figure(node, "fan_speed")),
        utilization_ratio=ratio(_figure(node, "utilization/gpu_util")),
        memory_used_bytes=_count(node, "fb_memory_usage/used"),
        memory_total_bytes=_count(node, "fb_memory_usage/total"),
        performance_state=_performance(_raw(node, "performance_state")),
        hardware_slowdown=_reason(node, "hw_slowdown"),
        hardware_thermal_slowdown=_reason(node, "hw_thermal_slowdown"),
        software_thermal_slowdown=_reason(node, "sw_thermal_slowdown"),
        power_brake=_reason(node, "hw_power_brake_slowdown"),
        pcie_generation=_count(node, f"{LINK}/pcie_gen/current_link_gen"),
        pcie_generation_maximum=_count(node, f"{LINK}/pcie_gen/max_link_gen"),
        pcie_width=_count(node, f"{LINK}/link_widths/current_link_width"),
        pcie_width_maximum=_count(node, f"{LINK}/link_widths/max_link_width"),
        pcie_replays=_count(node, "pci/replay_counter"),
        uncorrected_ecc_errors=total([_count(node, ecc + key) for key in UNCORRECTED]),
        row_remap_failed=_yes(node, "remapped_rows/remapped_row_failure"),
        row_remap_pending=_any_yes(node, "remapped_rows/remapped_row_pending", *RETIREMENT),
        recovery_action=_text(node, "gpu_recovery_action"),
        persistence=_yes(node, "persistence_mode"),
    )


def total(found: Iterable[Value[int]]) -> Value[int]:
    """The sum of what is reported; an error where one part is an error, not supported where no part is."""
    parts = list(found)
    failed = next((one for one in parts if isinstance(one, Failed)), None)
    numbers = [one for one in parts if isinstance(one, int)]
    return failed or (sum(numbers) if numbers else NotSupported())


def _raw(node: ET.Element, *paths: str) -> str | None:
    """The first of these elements that has a value."""
    found = [node.findtext(path) for path in paths]
    return next((one for one in found if one and not isinstance(text(one), NotSupported)), None)


def _error(raw: str | None) -> Failed | None:
    """The error that stands in the place of a value."""
    word = (raw or "").strip()
    code = ERRORS.get(word.strip("[]").lower())
    return Failed(f"nvidia-smi reports {word!r}", code) if code else None


def _text(node: ET.Element, path: str) -> Value[str]:
    raw = _raw(node, path)
    return _error(raw) or text(raw)


def _figure(node: ET.Element, *paths: str) -> Value[float]:
    raw = _raw(node, *paths)
    return _error(raw) or figure(raw, UNITS)


def _count(node: ET.Element, *paths: str) -> Value[int]:
    raw = _raw(node, *paths)
    return _error(raw) or count(raw, UNITS)


def _yes(node: ET.Element, path: str) -> Value[bool]:
    raw = _raw(node, path)
    return _error(raw) or yes(raw, ("yes", "enabled"), ("no", "disabled"))


def _any_yes(node: ET.Element, *paths: str) -> Value[bool]:
    """Whether one of these elements says yes; an error where none does and one is an error."""
    found = [_yes(node, path) for path in paths]
    failed = next((one for one in found if isinstance(one, Failed)), None)
    known = [one for one in found if isinstance(one, bool)]
    return any(known) or failed or (False if known else NotSupported())


def _reason(node: ET.Element, name: str) -> Value[bool]:
    raw = _raw(node, *(prefix + name for prefix in REASONS))
    return _error(raw) or yes(raw, ("active",), ("not active",))


def _performance(raw: str | None) -> Value[int]:
    match = PERFORMANCE.match(raw.strip()) if raw else None
    if match:
        return int(match[1])
    return _error(raw) or (NotSupported() if raw is None else unreadable(raw))
