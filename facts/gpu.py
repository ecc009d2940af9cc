"""NVIDIA GPUs as ``nvidia-smi -q -x`` tells them, branches 535 to 595. Standard library only.

Elements come and go with branch and card: what is absent or ``N/A`` is not supported, ``Unknown Error`` and
``ERR!`` are errors, and neither is ever zero. :mod:`facts.gpu_nvml` gives the same result from the library.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from xml.etree import ElementTree as ET

from facts.values import Failed, NotSupported, Value, count, decoded, figure, ratio, shown, text, yes

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
)
PERFORMANCE = re.compile(r"^P(\d{1,2})$")
LOST = re.compile(r"GPU is lost|Unable to determine the device handle|No devices were found", re.IGNORECASE)
MISMATCH = re.compile(r"Driver/library version mismatch", re.IGNORECASE)
NOT_LOADED = re.compile(r"couldn't communicate with the NVIDIA driver|driver is not loaded", re.IGNORECASE)


@dataclass(frozen=True)
class Gpu:
    """One card.

    Thresholds of temperature are the card's own. GeForce cards tell them in degrees; others tell margins
    only, and then ``temperature_margin_celsius`` is what is left until the card slows down.
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
    """The cards; a message instead of a document is the error that it tells."""
    told = decoded(raw)
    if "<!ENTITY" in told:
        return _lost("a document with entities, which nvidia-smi never writes")
    start = told.find("<")
    try:
        root = ET.fromstring(told[max(start, 0) :])  # noqa: S314  entities are refused above
    except (ET.ParseError, ValueError, RecursionError):
        return _lost(complaint(told))
    if root.tag != ROOT:
        return _lost(f"no answer of nvidia-smi: {shown(told)!r}")
    cards = tuple(_gpu(node) for node in root.iter("gpu"))
    return Gpus(_text(root, "driver_version"), cards)


def complaint(told: str) -> str:
    """What nvidia-smi says instead of an answer, in the words that name the cure."""
    if MISMATCH.search(told):
        return "driver and library have different versions: reboot, or reload the driver"
    if NOT_LOADED.search(told):
        return "the driver is not loaded"
    if LOST.search(told):
        return f"a GPU is lost: {shown(told)}"
    return f"no answer of nvidia-smi: {shown(told)!r}" if told.strip() else "no output"


def lost_gpu(address: str, reason: str) -> Gpu:
    """A card that is there and cannot be asked: every field carries the reason."""
    failed = {field.name: Failed(reason) for field in fields(Gpu) if field.name != "address"}
    return Gpu(address=address, **failed)


def _lost(reason: str) -> Gpus:
    return Gpus(Failed(reason), Failed(reason))


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
        row_remap_pending=_yes(node, "remapped_rows/remapped_row_pending"),
        recovery_action=_text(node, "gpu_recovery_action"),
        persistence=_yes(node, "persistence_mode"),
    )


def total(found: Iterable[Value[int]]) -> Value[int]:
    """The sum of what is told; an error where one part is an error, not supported where nobody tells."""
    parts = list(found)
    failed = next((one for one in parts if isinstance(one, Failed)), None)
    numbers = [one for one in parts if isinstance(one, int)]
    return failed or (sum(numbers) if numbers else NotSupported())


def _raw(node: ET.Element, *paths: str) -> str | None:
    """The first of these elements that says something."""
    told = [node.findtext(path) for path in paths]
    return next((one for one in told if one and not isinstance(text(one), NotSupported)), None)


def _text(node: ET.Element, path: str) -> Value[str]:
    found = text(_raw(node, path))
    bad = isinstance(found, str) and found.strip("[]").lower() in ("unknown error", "err!", "gpu is lost")
    return Failed(f"nvidia-smi says {found!r}") if bad else found


def _figure(node: ET.Element, *paths: str) -> Value[float]:
    return figure(_raw(node, *paths), UNITS)


def _count(node: ET.Element, *paths: str) -> Value[int]:
    return count(_raw(node, *paths), UNITS)


def _yes(node: ET.Element, path: str) -> Value[bool]:
    return yes(_raw(node, path), ("yes", "enabled"), ("no", "disabled"))


def _reason(node: ET.Element, name: str) -> Value[bool]:
    return yes(_raw(node, *(prefix + name for prefix in REASONS)), ("active",), ("not active",))


def _performance(raw: str | None) -> Value[int]:
    match = PERFORMANCE.match(raw.strip()) if raw else None
    if match:
        return int(match[1])
    return NotSupported() if raw is None else Failed(f"unreadable: {shown(raw)!r}")
