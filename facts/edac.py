"""``facts.edac.MemoryErrors``: errors of main memory with ECC."""

from __future__ import annotations

from collections.abc import Mapping

from pyinfra.api.command import StringCommand

from facts import commands, shell
from facts.base import ToolFact, run
from facts.parsers import edac
from facts.tool_output import ToolOutput


class MemoryErrors(ToolFact):
    """Every memory controller; none is empty, as without ECC."""

    def command(self) -> StringCommand:
        """The files of ``/sys/devices/system/edac/mc``, as any user."""
        return run(shell.query("ecc", commands.EDAC))

    def read(self, found: Mapping[str, ToolOutput]) -> edac.MemoryErrors:
        """The controllers."""
        return edac.from_output(shell.of(found, "ecc"))
