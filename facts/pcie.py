"""``facts.pcie.PcieErrors``: errors that PCIe devices report."""

from __future__ import annotations

from collections.abc import Mapping

from pyinfra.api.command import StringCommand

from facts import commands, shell
from facts.base import ToolFact, run
from facts.parsers import pcie
from facts.tool_output import ToolOutput


class PcieErrors(ToolFact):
    """Every device with advanced error reporting; none is empty."""

    def command(self) -> StringCommand:
        """The files ``aer_dev_*`` of ``/sys/bus/pci/devices``, as any user."""
        return run(shell.query("pcie", commands.PCIE))

    def read(self, found: Mapping[str, ToolOutput]) -> pcie.PcieErrors:
        """The devices."""
        return pcie.from_output(shell.of(found, "pcie"))
