"""``facts.drive_log.DriveLog``: time-outs, resets and errors of drives in the kernel log."""

from __future__ import annotations

from collections.abc import Mapping

from pyinfra.api.command import StringCommand

from facts import commands, shell
from facts.base import ToolFact, run
from facts.parsers import drive_log
from facts.tool_output import ToolOutput


class DriveLog(ToolFact):
    """What the kernel logged of drives since the machine started: the last 500 of each sort."""

    def command(self) -> StringCommand:
        """``journalctl -k -b``, as root or a user in the group ``systemd-journal`` or ``adm``."""
        return run(shell.query("journal", commands.JOURNAL), shell.query("log", commands.DRIVE_LOG))

    def read(self, found: Mapping[str, ToolOutput]) -> drive_log.DriveLog:
        """The errors."""
        return drive_log.hidden(shell.of(found, "journal")) or drive_log.from_output(shell.of(found, "log"))
