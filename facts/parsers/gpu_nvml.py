"""The same result as :mod:`facts.parsers.gpu`, from NVML through nvidia-ml-py (module ``pynvml``).

The library comes in as an argument, so that this imports nothing. Every call is total: NVML's error codes
become not supported (3) or an error that names the remedy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from facts.parsers.gpu import Gpu, Gpus, failed_gpu
from facts.parsers.gpu_messages import MISMATCHED
from facts.values import Failed, NotSupported, T, Value, count, figure, ratio, shown, text

NOT_SUPPORTED = (3, 13)
"""NVML_ERROR_NOT_SUPPORTED, and FUNCTION_NOT_FOUND: an older driver."""
ERRORS = {
    4: Failed("NVML refuses: no permission", "no_permission"),
    9: Failed("the driver is not loaded", "not_loaded"),
    12: Failed("libnvidia-ml.so is not installed", "not_installed"),
    15: Failed("the GPU is lost: it fell off the bus", "lost"),
    16: Failed("the GPU needs a reset", "needs_reset"),
    18: MISMATCHED,
    999: Failed("NVML reports: unknown error"),
}
"""nvmlReturn_t."""
POWER_CAP, SLOWDOWN, SOFTWARE_THERMAL, HARDWARE_THERMAL, POWER_BRAKE = 0x4, 0x8, 0x20, 0x40, 0x80
SHUTDOWN, SLOWDOWN_TEMPERATURE, MAXIMUM = 0, 1, 3
"""nvmlTemperatureThresholds_t."""
MEMORY_TEMPERATURE_FIELD, RECOVERY_FIELD = 82, 230
RECOVERY = (
    "None",
    "Reset",
    "Reboot",
    "Drain P2P",
    "Drain and Reset",
    "Reset IMEX",
    "Reset Bus",
    "Reset System",
)
LONG = (2, 3)
"""nvmlValueType_t of 64 bits; all others that are read have 32."""
SLOWED_FIELDS = {"power_cap": 74, "software_thermal": 269, "hardware_thermal": 270, "power_brake": 271}
"""Nanoseconds since the driver was loaded."""
UNCORRECTED, VOLATILE, AGGREGATE = 1, 0, 1
REMAP_PENDING, REMAP_FAILED, REMAPPED_PARTS = 2, 3, 4
"""Places in what nvmlDeviceGetRemappedRows returns."""
MEMORY_VERSION_2 = 0x02000028
"""Called without it, NVML counts what the driver keeps for itself as used, and nvidia-smi does not."""


def read(nvml: Any) -> Gpus:
    """All cards that the library reports; the library is initialised before and shut down after."""
    started = _called(nvml, "nvmlInit")
    if isinstance(started, (Failed, NotSupported)):
        reason = started if isinstance(started, Failed) else Failed("NVML cannot be started")
        return Gpus(reason, reason)
    try:
        driver = _text(_called(nvml, "nvmlSystemGetDriverVersion"))
        cards = count(_called(nvml, "nvmlDeviceGetCount"))
        if not isinstance(cards, int):
            return Gpus(driver, cards)
        return Gpus(driver, tuple(_card(nvml, index) for index in range(min(cards, 256))))
    finally:
        _called(nvml, "nvmlShutdown")


def _called(nvml: Any, function: str, *arguments: object) -> Any:
    """What a function returns, True where it returns nothing; never an exception."""
    try:
        found = getattr(nvml, function)(*arguments)
    except Exception as error:  # noqa: BLE001  pynvml makes its classes when it is imported, so none can be named
        return refused(getattr(error, "value", None), error)
    return True if found is None else found


def refused(code: object, error: object) -> Failed | NotSupported:
    """One of NVML's return codes that is no success."""
    if code in NOT_SUPPORTED or isinstance(error, AttributeError):
        return NotSupported()
    if not isinstance(code, int):
        return Failed(shown(error))
    return ERRORS.get(code, Failed(f"NVML reports: {shown(error)}"))


def _text(raw: Any) -> Value[str]:
    if isinstance(raw, (Failed, NotSupported)):
        return raw
    return text(raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw)


def _number(raw: Any, factor: float = 1) -> Value[float]:
    found = raw if isinstance(raw, (Failed, NotSupported)) else figure(raw)
    return found if isinstance(found, (Failed, NotSupported)) else found * factor


def _count(raw: Any) -> Value[int]:
    return raw if isinstance(raw, (Failed, NotSupported)) else count(raw)


def _part(raw: Any, name: str) -> Any:
    return raw if isinstance(raw, (Failed, NotSupported)) else getattr(raw, name, NotSupported())


def _mapped(found: Value[int], of: Callable[[int], T]) -> Value[T]:
    return of(found) if isinstance(found, int) else found


def _field(nvml: Any, handle: Any, number: int) -> Value[int]:
    """One of NVML's field values; each carries a return code of its own."""
    found = _called(nvml, "nvmlDeviceGetFieldValues", handle, [number])
    if isinstance(found, (Failed, NotSupported)):
        return found
    try:
        code, kind = found[0].nvmlReturn, getattr(found[0], "valueType", None)
        value = getattr(found[0].value, "ullVal" if kind in LONG else "uiVal")
    except Exception:  # noqa: BLE001  whatever the library made of it
        return Failed("NVML gave no field value")
    return refused(code, f"code {code}") if code else count(value)


class Card:
    """One card by its handle, with what differs between branches of the driver."""

    def __init__(self, nvml: Any, handle: Any) -> None:
        self._nvml, self._handle = nvml, handle
        self.margin = _number(self.get("MarginTemperature"))
        reasons = _count(self.get("CurrentClocksEventReasons"))
        if isinstance(reasons, NotSupported):
            reasons = _count(self.get("CurrentClocksThrottleReasons"))  # its name before branch 535
        self._reasons = reasons
        self.memory = self.get("MemoryInfo", MEMORY_VERSION_2)
        if isinstance(self.memory, NotSupported):
            self.memory = self.get("MemoryInfo")  # before branch 510
        self._rows = self.get("RemappedRows")

    def get(self, function: str, *arguments: object) -> Any:
        """What a function of the card returns."""
        return _called(self._nvml, f"nvmlDeviceGet{function}", self._handle, *arguments)

    def field(self, number: int) -> Value[int]:
        """One of its field values."""
        return _field(self._nvml, self._handle, number)

    def slowed(self, reason: str) -> Value[float]:
        """For how long it was slowed down for a reason, in seconds."""
        return _mapped(self.field(SLOWED_FIELDS[reason]), lambda nanoseconds: nanoseconds / 1e9)

    def address(self, index: int) -> str:
        """Its PCI address, else its number."""
        found = _text(_part(self.get("PciInfo"), "busId"))
        return shown(found) if isinstance(found, str) else f"number {index}"

    def threshold(self, kind: int) -> Value[float]:
        """A threshold of temperature in degrees."""
        # A card that reports margins has thresholds in degrees too, which nvidia-smi does not print.
        if isinstance(self.margin, float):
            return NotSupported()
        found = _number(self.get("TemperatureThreshold", kind))
        return NotSupported() if isinstance(found, float) and found <= 0 else found

    def reason(self, bit: int) -> Value[bool]:
        """Whether it is slowed down for this reason."""
        return _mapped(self._reasons, lambda found: bool(found & bit))

    def remapped(self, place: int) -> Value[bool]:
        """A flag of its remapped rows."""
        if isinstance(self._rows, (Failed, NotSupported)):
            return self._rows
        if isinstance(self._rows, (tuple, list)) and len(self._rows) >= REMAPPED_PARTS:
            return bool(self._rows[place])
        return Failed("NVML gave no remapped rows")


def _card(nvml: Any, index: int) -> Gpu:
    handle = _called(nvml, "nvmlDeviceGetHandleByIndex", index)
    if isinstance(handle, (Failed, NotSupported)):
        failed = handle if isinstance(handle, Failed) else Failed("NVML gives no handle for it")
        return failed_gpu(f"number {index}", failed)
    card = Card(nvml, handle)
    get = card.get
    return Gpu(
        address=card.address(index),
        name=_text(get("Name")),
        uuid=_text(get("UUID")),
        temperature_celsius=_number(get("Temperature", 0)),
        temperature_margin_celsius=card.margin,
        temperature_maximum_celsius=card.threshold(MAXIMUM),
        temperature_slowdown_celsius=card.threshold(SLOWDOWN_TEMPERATURE),
        temperature_shutdown_celsius=card.threshold(SHUTDOWN),
        memory_temperature_celsius=_mapped(card.field(MEMORY_TEMPERATURE_FIELD), float),
        power_watts=_number(get("PowerUsage"), 1e-3),
        power_limit_watts=_number(get("EnforcedPowerLimit"), 1e-3),
        fan_ratio=ratio(_number(get("FanSpeed"))),
        utilization_ratio=ratio(_number(_part(get("UtilizationRates"), "gpu"))),
        memory_used_bytes=_count(_part(card.memory, "used")),
        memory_total_bytes=_count(_part(card.memory, "total")),
        performance_state=_count(get("PerformanceState")),
        hardware_slowdown=card.reason(SLOWDOWN),
        hardware_thermal_slowdown=card.reason(HARDWARE_THERMAL),
        software_thermal_slowdown=card.reason(SOFTWARE_THERMAL),
        power_brake=card.reason(POWER_BRAKE),
        power_capped=card.reason(POWER_CAP),
        hardware_thermal_seconds=card.slowed("hardware_thermal"),
        software_thermal_seconds=card.slowed("software_thermal"),
        power_brake_seconds=card.slowed("power_brake"),
        power_capped_seconds=card.slowed("power_cap"),
        pcie_generation=_count(get("CurrPcieLinkGeneration")),
        pcie_generation_maximum=_count(get("MaxPcieLinkGeneration")),
        pcie_width=_count(get("CurrPcieLinkWidth")),
        pcie_width_maximum=_count(get("MaxPcieLinkWidth")),
        pcie_replays=_count(get("PcieReplayCounter")),
        uncorrected_ecc_errors=_count(get("TotalEccErrors", UNCORRECTED, VOLATILE)),
        lifetime_uncorrected_ecc_errors=_count(get("TotalEccErrors", UNCORRECTED, AGGREGATE)),
        row_remap_failed=card.remapped(REMAP_FAILED),
        row_remap_pending=card.remapped(REMAP_PENDING),
        recovery_action=_mapped(card.field(RECOVERY_FIELD), _recovery),
        persistence=_mapped(_count(get("PersistenceMode")), bool),
    )


def _recovery(number: int) -> str:
    """Numbers that are newer than this table are shown as numbers, and are not ``None``."""
    return RECOVERY[number] if number < len(RECOVERY) else f"action {number}"
