"""Health of one NVMe drive, from ``nvme smart-log -o json`` (1.16 and newer) or ``smartctl --json -a``.

Units and meanings: NVM Express Base Specification 2.0, SMART / Health Information log page (02h).
Standard library only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from facts.parsers import nvme_logs
from facts.tool_output import ToolOutput, message
from facts.values import (
    Failed,
    NotSupported,
    Value,
    at,
    celsius,
    count,
    document,
    figure,
    ratio,
    scaled,
    shown,
    text,
)

UNQUERIED = ToolOutput()
ZERO_CELSIUS_KELVIN = 273.15
SMARTCTL_NONE = -273
DATA_UNIT_BYTES = 512_000
"""1000 blocks of 512 bytes, whatever the size of the drive's own blocks."""
WARNING_BITS = (
    "spare below its threshold",
    "temperature",
    "reliability degraded",
    "read-only",
    "volatile memory backup failed",
    "persistent memory region unreliable",
)


@dataclass(frozen=True)
class Nvme:
    """One drive. ``*_ratio`` are of 1; ``used_ratio`` may exceed it. Counters are of the drive's whole life.

    ``critical_warning`` is the specification's bit field; :data:`WARNING_BITS` names its bits from 0 on.
    The two thresholds of temperature are the drive's own, and are not for its single ``sensors``.
    The last two are :class:`facts.parsers.nvme_logs.Logs`.
    """

    model: Value[str]
    critical_warning: Value[int]
    temperature_celsius: Value[float]
    temperature_warning_celsius: Value[float]
    temperature_critical_celsius: Value[float]
    spare_ratio: Value[float]
    spare_threshold_ratio: Value[float]
    used_ratio: Value[float]
    read_bytes: Value[int]
    written_bytes: Value[int]
    power_on_seconds: Value[int]
    power_cycles: Value[int]
    unsafe_shutdowns: Value[int]
    media_errors: Value[int]
    error_log_entries: Value[int]
    warning_temperature_seconds: Value[int]
    critical_temperature_seconds: Value[int]
    sensors: tuple[nvme_logs.Sensor, ...]
    self_tests_failed: Value[int]
    logged_errors: Value[int]


@dataclass(frozen=True)
class Names:
    """How one tool calls what others call differently, and how it reports a temperature."""

    spare: str
    spare_threshold: str
    used: str
    celsius: Callable[[object], Value[float]]


def _from_kelvin(raw: object) -> Value[float]:
    """Kelvin, whole; zero is how a drive reports that it does not know."""
    found = figure(raw)
    if isinstance(found, (NotSupported, Failed)):
        return found
    return celsius(round(found - ZERO_CELSIUS_KELVIN, 2)) if found > 0 else NotSupported()


def _celsius(raw: object) -> Value[float]:
    """Whole degrees; smartctl subtracts 273 from the zero of a drive that does not know."""
    return NotSupported() if figure(raw) == SMARTCTL_NONE else celsius(raw)


NVME_CLI = Names("avail_spare", "spare_thresh", "percent_used", _from_kelvin)
SMARTCTL = Names("available_spare", "available_spare_threshold", "percentage_used", _celsius)


def parse(
    smart_log: bytes | str,
    id_ctrl: bytes | str = "{}",
    self_tests: ToolOutput = UNQUERIED,
    errors: ToolOutput = UNQUERIED,
) -> Nvme:
    """One drive from the outputs of nvme-cli.

    Args:
        smart_log: ``nvme smart-log -o json``: temperatures in kelvin, counters as numbers, floats or strings.
        id_ctrl: ``nvme id-ctrl -o json``, which names the drive and its own temperature thresholds.
        self_tests: ``nvme self-test-log -o json``.
        errors: ``nvme error-log -o json``.
    """
    log = document(smart_log)
    if isinstance(log, Mapping) and "critical_warning" not in log:
        log = message(f"no SMART log: {_complaint(log)}")
    identity = document(id_ctrl)
    about = identity if isinstance(identity, Mapping) else None
    lost = identity if isinstance(identity, Failed) else None
    return _build(
        log,
        NVME_CLI,
        model=lost or text(at(about, "mn")),
        warning=lost or _from_kelvin(at(about, "wctemp")),
        critical=lost or _from_kelvin(at(about, "cctemp")),
        logs=nvme_logs.from_nvme_cli(self_tests, errors, about),
    )


def parse_smartctl(raw: bytes | str) -> Nvme:
    """The same drive from ``smartctl --json -a``: temperatures in degrees Celsius, other names."""
    whole = document(raw)
    log: Value[Mapping[str, object]] = Failed("no SMART log")
    if isinstance(whole, Mapping):
        part = at(whole, "nvme_smart_health_information_log")
        log = part if isinstance(part, Mapping) else message(f"no SMART log: {_complaint(whole)}")
    elif isinstance(whole, Failed):
        log = whole
    limits = at(whole, "nvme_composite_temperature_threshold")
    return _build(
        log,
        SMARTCTL,
        model=text(at(whole, "model_name")),
        warning=_celsius(at(limits, "warning")),
        critical=_celsius(at(limits, "critical")),
        logs=nvme_logs.from_smartctl(whole),
    )


def from_outputs(
    smart_log: ToolOutput,
    id_ctrl: ToolOutput,
    smartctl: ToolOutput,
    self_tests: ToolOutput = UNQUERIED,
    errors: ToolOutput = UNQUERIED,
) -> Nvme | Failed:
    """One drive by nvme-cli, else by smartctl where that was run too."""
    alone = smartctl.missing or not smartctl.queried
    if smart_log.missing and alone:
        return Failed("not installed: nvme-cli", "not_installed")
    if smart_log.out.lstrip().startswith("{"):  # nvme-cli 1.16 prints its usage where it fails
        found = parse(smart_log.out, id_ctrl.out or "{}", self_tests, errors)
        if isinstance(found.critical_warning, int) or alone:
            return found
    if smartctl.out:
        return parse_smartctl(smartctl.out)
    return (smart_log if not smart_log.missing else smartctl).complaint


def _complaint(found: Mapping[str, object]) -> str:
    """What a tool reports in JSON instead of a log."""
    messages = at(found, "smartctl", "messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    words = at(first, "string") or found.get("error") or found.get("message")
    return shown(words or "the tool gave none")


def _warning(raw: object) -> Value[int]:
    """The bit field; with ``-v`` newer versions of nvme-cli make an object of it."""
    return count(at(raw, "value") if isinstance(raw, Mapping) else raw)


def _build(
    log: Value[Mapping[str, object]],
    names: Names,
    *,
    model: Value[str],
    warning: Value[float],
    critical: Value[float],
    logs: nvme_logs.Logs,
) -> Nvme:
    lost = log if isinstance(log, (Failed, NotSupported)) else None
    found = log if isinstance(log, Mapping) else {}

    def of(key: str, factor: int = 1) -> Value[int]:
        return lost or scaled(count(found.get(key)), factor)

    def share(key: str) -> Value[float]:
        return lost or ratio(figure(found.get(key)))

    return Nvme(
        model=model,
        critical_warning=lost or _warning(found.get("critical_warning")),
        temperature_celsius=lost or names.celsius(found.get("temperature")),
        temperature_warning_celsius=warning,
        temperature_critical_celsius=critical,
        spare_ratio=share(names.spare),
        spare_threshold_ratio=share(names.spare_threshold),
        used_ratio=share(names.used),
        read_bytes=of("data_units_read", DATA_UNIT_BYTES),
        written_bytes=of("data_units_written", DATA_UNIT_BYTES),
        power_on_seconds=of("power_on_hours", 3600),
        power_cycles=of("power_cycles"),
        unsafe_shutdowns=of("unsafe_shutdowns"),
        media_errors=of("media_errors"),
        error_log_entries=of("num_err_log_entries"),
        warning_temperature_seconds=of("warning_temp_time", 60),
        critical_temperature_seconds=of("critical_comp_time", 60),
        sensors=nvme_logs.sensors(found, names.celsius),
        self_tests_failed=lost or logs.self_tests_failed,
        logged_errors=lost or logs.logged_errors,
    )
