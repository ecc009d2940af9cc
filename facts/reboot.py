"""``facts.reboot.Reboot``: the reasons for a reboot."""

from __future__ import annotations

from collections.abc import Mapping

from pyinfra.api.command import StringCommand

from facts import commands, shell
from facts.base import ToolFact, run
from facts.parsers import reboot
from facts.tool_output import ToolOutput

QUERIES = {
    "required": ("test", "-e", commands.REBOOT_REQUIRED),
    "packages": ("cat", commands.REBOOT_PACKAGES),
    "running": ("uname", "-r"),
    "kernels": ("sh", "-c", f"ls -d {commands.KERNELS}"),
    "loaded": ("cat", commands.DRIVER_LOADED),
    "on_disk": commands.DRIVER,
}


class Reboot(ToolFact):
    """Whether the distribution requires one, and the kernels and drivers that run and that are installed."""

    def command(self) -> StringCommand:
        """Files below ``/run``, ``/boot`` and ``/sys``, uname and modinfo, as any user."""
        return run(*(shell.query(name, one) for name, one in QUERIES.items()))

    def read(self, found: Mapping[str, ToolOutput]) -> reboot.Reboot:
        """The reasons."""
        return reboot.parse(
            required=shell.of(found, "required").code == 0,
            packages=shell.of(found, "packages").success or "",
            running=shell.of(found, "running").success or "",
            images=shell.of(found, "kernels").out.splitlines(),
            driver_loaded=shell.of(found, "loaded").success,
            driver_installed=shell.of(found, "on_disk").success,
        )
