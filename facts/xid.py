"""``facts.xid.Xids``: Xid errors of NVIDIA GPUs in the kernel log."""

from __future__ import annotations

from collections.abc import Mapping

from pyinfra.api.command import StringCommand

from facts import commands, shell
from facts.base import ToolFact, run
from facts.parsers import xid
from facts.tool_output import ToolOutput


class Xids(ToolFact):
    """The Xid errors since the machine started: the last 500 of those that matter, and of all."""

    def command(self) -> StringCommand:
        """``journalctl -k -b``, as root or a user in the group ``systemd-journal`` or ``adm``."""
        return run(shell.query("journal", commands.JOURNAL), shell.query("xid", commands.XID))

    def read(self, found: Mapping[str, ToolOutput]) -> xid.Xids:
        """The errors."""
        return xid.hidden(shell.of(found, "journal")) or xid.from_output(shell.of(found, "xid"))
