"""``facts.disk.Disks``: disks behind SATA, SAS and USB controllers by smartctl."""

from __future__ import annotations

from collections.abc import Mapping

from pyinfra.api.command import StringCommand

from facts import commands, shell
from facts.base import ToolFact, run
from facts.parsers import disk
from facts.tool_output import ToolOutput
from facts.values import Failed

BLOCKS = "/sys/block/sd*"


class Disks(ToolFact):
    """Every disk by its name, such as ``sda``, but for those that can be taken out; none is empty."""

    def command(self, device: str = "", kind: str = "") -> StringCommand:
        """smartctl, as root. A disk that has spun down wakes up.

        Args:
            device: Only this one, such as ``sda``.
            kind: What smartctl's ``--device`` takes, for one behind a controller: ``megaraid,3``.
        """
        if device:
            typed = ("-d", kind) if kind else ()
            return run(shell.query(f"smart {device}", (*commands.SMARTCTL, *typed, f"/dev/{device}")))
        return run(shell.each(BLOCKS, "smart", commands.SMARTCTL))

    def read(self, found: Mapping[str, ToolOutput]) -> dict[str, disk.Disk | Failed]:
        """The disks by their names."""
        return {
            device: disk.from_output(shell.of(found, f"smart {device}"))
            for device in shell.devices(found, "smart")
        }
