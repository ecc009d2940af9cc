"""``facts.nvme.NvmeDrives``: NVMe drives by nvme-cli or smartctl."""

from __future__ import annotations

from collections.abc import Mapping

from pyinfra.api.command import StringCommand

from facts import commands, shell
from facts.base import ToolFact, run
from facts.parsers import nvme
from facts.tool_output import ToolOutput
from facts.values import Failed

CONTROLLERS = "/sys/class/nvme/nvme*"
QUERIES = {
    "log": commands.SMART_LOG,
    "id": commands.ID_CTRL,
    "smart": commands.SMARTCTL,
    "test": commands.SELF_TESTS,
    "errors": commands.ERROR_LOG,
}
"""In the order of :func:`facts.parsers.nvme.from_outputs`."""


class NvmeDrives(ToolFact):
    """Every NVMe drive by the name of its controller, such as ``nvme0``; none is empty."""

    def command(self, device: str = "") -> StringCommand:
        """nvme-cli, and smartctl, as root.

        Args:
            device: Only this one, such as ``nvme0``.
        """
        if device:
            node = f"/dev/{device}"
            return run(*(shell.query(f"{kind} {device}", (*one, node)) for kind, one in QUERIES.items()))
        return run(*(shell.each(CONTROLLERS, kind, one) for kind, one in QUERIES.items()))

    def read(self, found: Mapping[str, ToolOutput]) -> dict[str, nvme.Nvme | Failed]:
        """The drives by their names."""
        return {
            device: nvme.from_outputs(*(shell.of(found, f"{kind} {device}") for kind in QUERIES))
            for device in shell.devices(found, *QUERIES)
        }
