"""``facts.gpu.Gpus``: NVIDIA GPUs by nvidia-smi."""

from __future__ import annotations

from collections.abc import Mapping

from pyinfra.api.command import StringCommand

from facts import commands, shell
from facts.base import ToolFact, run
from facts.parsers import gpu
from facts.tool_output import ToolOutput


class Gpus(ToolFact):
    """The driver's version, and every card that it reports."""

    def command(self) -> StringCommand:
        """``nvidia-smi -q -x``, as any user."""
        return run(shell.query("gpu", commands.GPU))

    def read(self, found: Mapping[str, ToolOutput]) -> gpu.Gpus:
        """The cards."""
        return gpu.from_output(shell.of(found, "gpu"))
