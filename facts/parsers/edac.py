"""Errors of main memory that ECC found: files of ``/sys/devices/system/edac/mc``, one a line.

Counts are since the driver of the memory controller was loaded, which is the boot; the kernel's
Documentation/admin-guide/RAS. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from facts.parsers.sysfs import grouped
from facts.tool_output import ToolOutput
from facts.values import Failed, Value, count, shown

LINE = re.compile(r"^/sys/devices/system/edac/mc/(mc\d{1,4})/(?:((?:dimm|rank)\d{1,4})/)?(\w{1,40}):(.*)$")


@dataclass(frozen=True)
class Module:
    """One module, or one rank of it, by its label on the board where the firmware has one."""

    name: str
    corrected_errors: Value[int]
    uncorrected_errors: Value[int]


@dataclass(frozen=True)
class Controller:
    """One memory controller; its counts hold those of its modules, and errors of no known module."""

    name: str
    corrected_errors: Value[int]
    uncorrected_errors: Value[int]
    modules: tuple[Module, ...]


@dataclass(frozen=True)
class MemoryErrors:
    """The memory controllers; none is empty: without ECC, or without a driver for it."""

    controllers: Value[tuple[Controller, ...]]


def from_output(output: ToolOutput) -> MemoryErrors:
    """The controllers by the files that ``facts.commands.EDAC`` prints."""
    if failed := output.failure("grep"):
        return MemoryErrors(failed)
    return parse(output.out) if output.code == 0 else MemoryErrors(output.complaint)


def parse(raw: bytes | str) -> MemoryErrors:
    """The controllers; a line that is none of these files makes the whole an error."""
    found = grouped(raw, LINE)
    if isinstance(found, Failed):
        return MemoryErrors(found)
    return MemoryErrors(tuple(_controller(name, parts) for name, parts in sorted(found.items())))


def _controller(name: str, parts: Mapping[str, Mapping[str, str]]) -> Controller:
    own = parts.get("", {})
    modules = tuple(_module(part, files) for part, files in sorted(parts.items()) if part)
    return Controller(name, count(own.get("ce_count")), count(own.get("ue_count")), modules)


def _module(name: str, files: Mapping[str, str]) -> Module:
    label = files.get("dimm_label", "").strip()
    return Module(shown(label or name), count(files.get("dimm_ce_count")), count(files.get("dimm_ue_count")))
