"""``facts.driver.Driver``: the versions of NVIDIA's driver in the kernel, on disk and in the library."""

from __future__ import annotations

from collections.abc import Mapping

from pyinfra.api.command import StringCommand

from facts import commands, shell
from facts.base import ToolFact, run
from facts.parsers import driver
from facts.tool_output import ToolOutput

QUERIES = {
    "loaded": ("cat", commands.DRIVER_LOADED),
    "on_disk": commands.DRIVER,
    "library": commands.LIBRARY,
}


class Driver(ToolFact):
    """The three versions, each not supported where there is none."""

    def command(self) -> StringCommand:
        """``/sys/module/nvidia/version``, modinfo and ldconfig, as any user."""
        return run(*(shell.query(name, one) for name, one in QUERIES.items()))

    def read(self, found: Mapping[str, ToolOutput]) -> driver.Driver:
        """The versions."""
        loaded, on_disk, library = (shell.of(found, name) for name in QUERIES)
        return driver.from_outputs(loaded.success, on_disk, library)
