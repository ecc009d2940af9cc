"""What board and buses report, for Prometheus."""

from __future__ import annotations

from collections.abc import Mapping

from facts.parsers import drive_log, edac, pcie, sensors
from facts.values import Failed, Value
from rigwright.health import board, devices, families
from rigwright.health.exposition import Exposition


def add(page: Exposition, seen: Mapping[str, object]) -> dict[str, Value[tuple[object, ...]]]:
    """The samples of all that was queried, and what each collector found."""
    chips, controllers = devices.chips(seen), devices.controllers(seen)
    ports, errors = devices.pcie_devices(seen), devices.drive_errors(seen)
    for chip in chips if isinstance(chips, tuple) else ():
        _chip(page, chip)
    for controller in controllers if isinstance(controllers, tuple) else ():
        _memory(page, controller)
    if isinstance(ports, tuple):
        _pcie(page, ports)
    if isinstance(errors, tuple):
        _log(page, errors, devices.now(seen))
    return {"sensors": chips, "ecc": controllers, "pcie": ports, "drive-log": errors}


def _chip(page: Exposition, chip: sensors.Chip) -> None:
    name = board.label(chip) or chip.name
    for one in chip.temperatures:
        where = {"chip": name, "sensor": one.name}
        page.add_value(families.SENSOR, one.temperature_celsius, "sensors", **where)
        page.add_value(families.SENSOR_CRITICAL, board.limit(chip, one), "sensors", **where)
        page.add_value(families.SENSOR_ALARM, board.alarm(chip, one), "sensors", **where)
    for fan in chip.fans:
        where = {"chip": name, "fan": fan.name}
        page.add_value(families.FAN, fan.rpm, "sensors", **where)
        page.add_value(families.FAN_FAULT, fan.fault, "sensors", **where)


def _memory(page: Exposition, one: edac.Controller) -> None:
    own = {"controller": one.name}
    page.add_value(families.MEMORY_CORRECTED, one.corrected_errors, "ecc", **own)
    page.add_value(families.MEMORY_UNCORRECTED, one.uncorrected_errors, "ecc", **own)
    for module in one.modules:
        where = {**own, "module": module.name}
        page.add_value(families.MODULE_CORRECTED, module.corrected_errors, "ecc", **where)
        page.add_value(families.MODULE_UNCORRECTED, module.uncorrected_errors, "ecc", **where)


def _pcie(page: Exposition, ports: tuple[pcie.Device, ...]) -> None:
    """Of hundreds of devices only those with errors; how many report is a sample of its own."""
    page.add_sample(families.PCIE_DEVICES, len(ports))
    for one in ports:
        for family, count in (
            (families.PCIE_CORRECTED, one.corrected_errors),
            (families.PCIE_NONFATAL, one.nonfatal_errors),
            (families.PCIE_FATAL, one.fatal_errors),
        ):
            if count or isinstance(count, Failed):
                page.add_value(family, count, "pcie", device=one.address)


def _log(page: Exposition, errors: tuple[drive_log.DriveError, ...], now_seconds: float) -> None:
    last: dict[tuple[str, str], float] = {}
    for one in errors:
        # An error without a time counts as of now: it may be the one that matters.
        when = one.at_seconds if isinstance(one.at_seconds, float) else now_seconds
        last[one.device, one.kind] = max(last.get((one.device, one.kind), 0.0), when)
    for (device, kind), when in sorted(last.items()):
        page.add_sample(families.DRIVE_LOG, when, device=device, kind=kind)
