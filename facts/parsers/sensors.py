"""Temperatures and fans of the kernel's hardware monitoring: files of ``/sys/class/hwmon``, one a line.

Meanings and units: the kernel's Documentation/hwmon/sysfs-interface.rst: temperatures in thousandths of a
degree, fans in turns a minute. Drives are left out, which their own tools read. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from facts.tool_output import ToolOutput
from facts.values import (
    COLDEST_CELSIUS,
    HOTTEST_CELSIUS,
    Failed,
    NotSupported,
    Value,
    count,
    decoded,
    figure,
    shown,
    unreadable,
    yes,
)

LINE = re.compile(r"^/sys/class/hwmon/(hwmon\d{1,4})/(\w{1,40}):(.*)$")
SENSOR = re.compile(r"^(temp|fan)(\d{1,3})_(\w+)$")
MILLI = 1e-3
LEAST_CRITICAL_CELSIUS = 40
"""A critical temperature below is none: firmware leaves zero and other figures where nothing is limited."""


@dataclass(frozen=True)
class Temperature:
    """One sensor. The limit is what chip or firmware set; ``critical_alarm`` is true while it is too hot."""

    name: str
    temperature_celsius: Value[float]
    critical_celsius: Value[float]
    critical_alarm: Value[bool]


@dataclass(frozen=True)
class Fan:
    """One fan. Zero turns are a fan at rest, or a plug without one; ``fault`` is the chip's own verdict."""

    name: str
    rpm: Value[int]
    fault: Value[bool]


@dataclass(frozen=True)
class Chip:
    """One chip by the name of its driver, such as ``coretemp``, and of its device, such as ``coretemp.0``."""

    name: str
    device: Value[str]
    temperatures: tuple[Temperature, ...]
    fans: tuple[Fan, ...]


@dataclass(frozen=True)
class Sensors:
    """The chips; none is empty."""

    chips: Value[tuple[Chip, ...]]


def from_output(output: ToolOutput) -> Sensors:
    """The chips by the files that ``facts.commands.SENSORS`` prints."""
    if failed := output.failure("grep"):
        return Sensors(failed)
    return parse(output.out) if output.code == 0 else Sensors(output.complaint)


def parse(raw: bytes | str) -> Sensors:
    """The chips; a line that is none of these files makes the whole an error."""
    found: dict[str, dict[str, str]] = {}
    for line in decoded(raw).split("\n"):
        if not line.strip():
            continue
        match = LINE.match(line)
        if not match:
            return Sensors(unreadable(line))
        found.setdefault(match[1], {})[match[2]] = match[3]
    return Sensors(tuple(_chip(files) for _, files in sorted(found.items())))


def _chip(files: Mapping[str, str]) -> Chip:
    sensors: dict[tuple[str, int], dict[str, str]] = {}
    for name, value in files.items():
        if match := SENSOR.match(name):
            sensors.setdefault((match[1], int(match[2])), {})[match[3]] = value
    rows = sorted(sensors.items())
    device = files.get("device", "").strip()
    return Chip(
        shown(files.get("name", "unknown")),
        shown(device) if device else NotSupported(),
        tuple(_temperature(number, one) for (kind, number), one in rows if kind == "temp"),
        tuple(_fan(number, one) for (kind, number), one in rows if kind == "fan"),
    )


def _temperature(number: int, files: Mapping[str, str]) -> Temperature:
    critical = _degrees(files.get("crit"))
    if isinstance(critical, float) and critical < LEAST_CRITICAL_CELSIUS:
        critical = NotSupported()
    broken = _flag(files.get("fault")) is True
    return Temperature(
        _name(f"temp{number}", files),
        NotSupported() if broken else _degrees(files.get("input")),
        critical,
        _flag(files.get("crit_alarm")),
    )


def _fan(number: int, files: Mapping[str, str]) -> Fan:
    return Fan(_name(f"fan{number}", files), count(files.get("input")), _flag(files.get("fault")))


def _name(name: str, files: Mapping[str, str]) -> str:
    return shown(files.get("label", "").strip() or name)


def _degrees(raw: str | None) -> Value[float]:
    """Zero, and what no sensor measures, are how chips answer for a sensor that is not wired."""
    found = figure(raw)
    if isinstance(found, (NotSupported, Failed)):
        return found
    degrees = round(found * MILLI, 3)
    return degrees if degrees and COLDEST_CELSIUS <= degrees <= HOTTEST_CELSIUS else NotSupported()


def _flag(raw: str | None) -> Value[bool]:
    return yes(raw, ("1",), ("0",))
