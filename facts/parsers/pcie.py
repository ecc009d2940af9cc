"""Errors of PCIe devices by advanced error reporting: files ``aer_dev_*`` of ``/sys/bus/pci/devices``.

Counts are since the kernel found the device; the kernel's Documentation/ABI, sysfs-bus-pci-devices-aer_stats.
Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from facts.parsers.sysfs import grouped
from facts.tool_output import ToolOutput
from facts.values import Failed, Value, count

LINE = re.compile(
    r"^/sys/bus/pci/devices/([0-9A-Fa-f:.]{7,20})/aer_dev_(correctable|nonfatal|fatal):(\w{1,40}) (\S+)\s*$"
)
TOTAL = "TOTAL_ERR_"


@dataclass(frozen=True)
class Device:
    """One device that reports its errors.

    ``corrected_errors`` cost time only; of the others a transfer was lost, and of fatal ones the link.
    ``kinds`` are the specification's names of the uncorrected ones.
    """

    address: str
    corrected_errors: Value[int]
    nonfatal_errors: Value[int]
    fatal_errors: Value[int]
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class PcieErrors:
    """The devices; none is empty: firmware can keep the reports to itself."""

    devices: Value[tuple[Device, ...]]


def from_output(output: ToolOutput) -> PcieErrors:
    """The devices by the files that ``facts.commands.PCIE`` prints."""
    if failed := output.failure("grep"):
        return PcieErrors(failed)
    return parse(output.out) if output.code == 0 else PcieErrors(output.complaint)


def parse(raw: bytes | str) -> PcieErrors:
    """The devices; a line that is none of these files makes the whole an error."""
    found = grouped(raw, LINE)
    if isinstance(found, Failed):
        return PcieErrors(found)
    return PcieErrors(tuple(_device(address, files) for address, files in sorted(found.items())))


def _device(address: str, files: Mapping[str, Mapping[str, str]]) -> Device:
    kinds = (_kinds(files.get(severity, {})) for severity in ("fatal", "nonfatal"))
    return Device(
        address,
        _total(files.get("correctable", {})),
        _total(files.get("nonfatal", {})),
        _total(files.get("fatal", {})),
        tuple(dict.fromkeys(name for names in kinds for name in names)),
    )


def _total(rows: Mapping[str, str]) -> Value[int]:
    return count(next((value for name, value in rows.items() if name.startswith(TOTAL)), None))


def _kinds(rows: Mapping[str, str]) -> list[str]:
    counts = {name: count(value) for name, value in rows.items() if not name.startswith(TOTAL)}
    return [name for name, number in counts.items() if isinstance(number, int) and number]
