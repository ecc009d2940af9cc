"""What all facts have in common: one shell command for all of their tools, and a result that JSON takes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from pyinfra.api.command import QuoteString, StringCommand
from pyinfra.api.facts import FactBase

from facts import shell
from facts.tool_output import ToolOutput
from facts.values import plain


class ToolFact(FactBase[dict[str, Any]]):
    """A fact out of the outputs of tools.

    It never fails its host: what is missing, forbidden or unreadable is a value of its own.
    """

    @staticmethod
    def default() -> dict[str, Any]:
        """The fact of a host on which not even a shell can be run."""
        return {}

    def process(self, output: list[str]) -> dict[str, Any]:
        """The fact as JSON; total."""
        found = plain(self.read(shell.outputs(output)))
        return found if isinstance(found, dict) else {}

    @abstractmethod
    def read(self, found: Mapping[str, ToolOutput]) -> object:
        """The fact out of the outputs by their names."""


def run(*lines: str) -> StringCommand:
    """The command of a fact out of lines of :mod:`facts.shell`."""
    return StringCommand("sh", "-c", QuoteString(shell.script(lines)))
