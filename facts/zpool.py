"""``facts.zpool.Zpools``: ZFS pools by zpool and zfs."""

from __future__ import annotations

from collections.abc import Mapping

from pyinfra.api.command import StringCommand

from facts import commands, shell
from facts.base import ToolFact, run
from facts.parsers import zpool
from facts.tool_output import ToolOutput

QUERIES = {"status": commands.POOL_STATUS, "list": commands.POOL_LIST, "created": commands.POOL_CREATED}


class Zpools(ToolFact):
    """Every imported pool with its devices."""

    def command(self) -> StringCommand:
        """``zpool status``, ``zpool list`` and ``zfs list``, as any user."""
        return run(*(shell.query(name, one) for name, one in QUERIES.items()))

    def read(self, found: Mapping[str, ToolOutput]) -> zpool.Zpools:
        """The pools."""
        return zpool.from_outputs(*(shell.of(found, name) for name in QUERIES))
