"""``facts.sensors.Sensors``: temperatures and fans of the kernel's hardware monitoring."""

from __future__ import annotations

from collections.abc import Mapping

from pyinfra.api.command import StringCommand

from facts import commands, shell
from facts.base import ToolFact, run
from facts.parsers import sensors
from facts.tool_output import ToolOutput


class Sensors(ToolFact):
    """Every chip but those of drives; none is empty, as in a container."""

    def command(self) -> StringCommand:
        """The files of ``/sys/class/hwmon``, as any user."""
        return run(shell.query("sensors", commands.SENSORS))

    def read(self, found: Mapping[str, ToolOutput]) -> sensors.Sensors:
        """The chips."""
        return sensors.from_output(shell.of(found, "sensors"))
