"""``facts.snapshot.Snapshots``: snapshots of ZFS by dataset."""

from __future__ import annotations

from collections.abc import Mapping

from pyinfra.api.command import StringCommand

from facts import commands, shell
from facts.base import ToolFact, run
from facts.parsers import snapshot
from facts.tool_output import ToolOutput


class Snapshots(ToolFact):
    """Every dataset that has snapshots: how many, and when the newest was taken."""

    def command(self) -> StringCommand:
        """``zfs list -t snapshot``, as any user."""
        return run(shell.query("snapshots", commands.SNAPSHOTS))

    def read(self, found: Mapping[str, ToolOutput]) -> snapshot.Snapshots:
        """The datasets."""
        return snapshot.from_output(shell.of(found, "snapshots"))
