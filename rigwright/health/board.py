"""What board and buses report: sensors and fans, memory with ECC, PCIe, and drives in the kernel log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from facts.parsers import drive_log, edac, pcie, sensors
from facts.values import Failed, NotSupported, Value
from rigwright.health import devices, thresholds
from rigwright.health.check import Check, Row, Verdict, judge

LIMITS_OF_FIRMWARE = (
    *("nct", "it8", "w83", "f71", "f81", "sch", "smsc", "vt1", "pc87", "lm7", "lm8", "lm9", "adt", "adm"),
    *("asus", "gigabyte", "acpitz", "dell", "hp", "thinkpad", "corsair"),
)
"""How names of chips begin whose limits are what a board's firmware left there, which is often anything."""
NAMED = 3
"""More modules with errors than these are counted, not named."""
LOGGED: Mapping[drive_log.Kind, str] = {"timeout": "time-outs", "reset": "resets", "error": "errors"}


def checks(seen: Mapping[str, object]) -> Iterator[Check]:
    """All of it; nothing where it was not queried, as in a container."""
    chips, controllers = devices.chips(seen), devices.controllers(seen)
    ports, errors = devices.pcie_devices(seen), devices.drive_errors(seen)
    for area, found in (("sensors", chips), ("ecc", controllers), ("pcie", ports), ("log", errors)):
        if isinstance(found, Failed):
            yield Check(area, area, Verdict.UNKNOWN, found.reason)
        elif found == () and area != "log":
            yield Check(area, area, Verdict.NONE, "none")
    yield from map(judged_chip, chips if isinstance(chips, tuple) else ())
    yield from map(judged_memory, controllers if isinstance(controllers, tuple) else ())
    if isinstance(ports, tuple) and ports:
        yield from judged_pcie(ports)
    if isinstance(errors, tuple):
        yield from judged_log(errors, devices.now(seen))


def limit(chip: sensors.Chip, one: sensors.Temperature) -> Value[float]:
    """The critical temperature of a sensor, where it is the hardware's and not a firmware's."""
    return NotSupported() if chip.name.startswith(LIMITS_OF_FIRMWARE) else one.critical_celsius


def alarm(chip: sensors.Chip, one: sensors.Temperature) -> Value[bool]:
    """Whether the chip itself says that a sensor is too hot, in the same way."""
    return NotSupported() if chip.name.startswith(LIMITS_OF_FIRMWARE) else one.critical_alarm


def label(chip: sensors.Chip) -> str:
    """The chip, with its device where that says more."""
    device = chip.device if isinstance(chip.device, str) else ""
    return device if not device or device.startswith(chip.name) else f"{chip.name} {device}"


def judged_chip(chip: sensors.Chip) -> Check:
    """One chip: its sensors by their own limits, and its fans by the chip's own verdict."""
    row = Row("sensors", label(chip) or chip.name)
    for one in chip.temperatures:
        _temperature(row, chip, one)
    for fan in chip.fans:
        _unread(row, fan.name, fan.rpm, fan.fault)
        if isinstance(fan.rpm, int):
            row.add(Verdict.OK, f"{fan.name} {fan.rpm} rpm")
        if fan.fault is True:
            row.add(Verdict.WARNING, f"{fan.name} is faulty")
    return row.check()


def _temperature(row: Row, chip: sensors.Chip, one: sensors.Temperature) -> None:
    value, critical, too_hot = one.temperature_celsius, limit(chip, one), alarm(chip, one)
    _unread(row, one.name, value, critical, too_hot)
    if isinstance(value, float):
        below = critical - value if isinstance(critical, float) else None
        verdict = Verdict.OK if below is None else judge(below, thresholds.SENSOR_BELOW_CRITICAL)
        row.add(verdict, f"{one.name} {value:.0f} °C")
    if too_hot is True:
        row.add(Verdict.CRITICAL, f"{one.name} is too hot by the chip's own alarm")


def _unread(row: Row, name: str, *values: object) -> None:
    for one in values:
        if isinstance(one, Failed):
            row.add(Verdict.UNKNOWN, f"{name}: {one.reason}")


def judged_memory(controller: edac.Controller) -> Check:
    """One memory controller by the errors since the start."""
    row = Row("ecc", controller.name)
    counts = (controller.uncorrected_errors, controller.corrected_errors)
    if all(isinstance(one, NotSupported) for one in counts):
        return Check("ecc", controller.name, Verdict.NONE, "it reports no counts")
    row.none_of(controller.uncorrected_errors, Verdict.CRITICAL, "uncorrected errors")
    corrected = controller.corrected_errors
    if isinstance(corrected, Failed):
        row.add(Verdict.UNKNOWN, f"corrected errors: {corrected.reason}")
    elif isinstance(corrected, int):
        many = corrected >= thresholds.MEMORY_CORRECTED
        words = f"{corrected} corrected errors" if corrected else "no corrected errors"
        row.add(Verdict.WARNING if many else Verdict.OK, words)
    named = [one.name for one in controller.modules if any(map(_counted, _errors(one)))]
    if named and (row.check().verdict is not Verdict.OK or _counted(corrected)):
        shown = ", ".join(named[:NAMED]) if len(named) <= NAMED else f"{len(named)} modules"
        row.add(row.check().verdict, f"of {shown}")
    return row.check()


def _errors(module: edac.Module) -> tuple[Value[int], Value[int]]:
    return module.corrected_errors, module.uncorrected_errors


def _counted(found: Value[int]) -> bool:
    return isinstance(found, int) and found > 0


def judged_pcie(ports: tuple[pcie.Device, ...]) -> Iterator[Check]:
    """The devices with errors that were not corrected, one row each; corrected ones are no fault."""
    bad = [row for row in map(_port, ports) if row.verdict is not Verdict.OK]
    yield from bad
    if not bad:
        corrected = sum(one.corrected_errors for one in ports if isinstance(one.corrected_errors, int))
        words = f"no uncorrected errors of {len(ports)} devices"
        yield Check("pcie", "pcie", Verdict.OK, f"{words}, {corrected} corrected" if corrected else words)


def _port(one: pcie.Device) -> Check:
    row = Row("pcie", one.address)
    kinds = f" ({', '.join(one.kinds)})" if one.kinds else ""
    row.none_of(one.fatal_errors, Verdict.CRITICAL, f"fatal errors{kinds}")
    row.none_of(one.nonfatal_errors, Verdict.WARNING, f"errors that lost a transfer{kinds}")
    if isinstance(one.corrected_errors, Failed):
        row.add(Verdict.UNKNOWN, f"corrected errors: {one.corrected_errors.reason}")
    return row.check()


def judged_log(errors: tuple[drive_log.DriveError, ...], now_seconds: float) -> Iterator[Check]:
    """The drives that the kernel gave up since the start, and those with other lines of the last day."""
    bad = False
    for device in dict.fromkeys(one.device for one in errors):
        row = Row("log", device)
        of_device = [one for one in errors if one.device == device]
        gone = [one for one in of_device if one.kind == "gone"]
        if gone:
            row.add(Verdict.CRITICAL, f"the kernel gave it up: {gone[-1].message}")
        recent = [one for one in of_device if one.kind in LOGGED and _recent(one, now_seconds)]
        for kind, words in LOGGED.items():
            if number := sum(one.kind == kind for one in recent):
                row.add(Verdict.WARNING, f"{number} {words} in the last day")
        if recent:
            row.add(Verdict.WARNING, f"the last one: {recent[-1].message}")
        if gone or recent:
            bad = True
            yield row.check()
    if not bad:
        yield Check("log", "drives", Verdict.OK, "no time-outs, resets or errors of drives in the last day")


def _recent(one: drive_log.DriveError, now_seconds: float) -> bool:
    when = one.at_seconds if isinstance(one.at_seconds, float) else now_seconds
    return now_seconds - when < thresholds.DRIVE_LOG_SECONDS
