"""What one command of a host printed and how it ended. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass

from facts.values import Failed, shown

DENIED = ("permission denied", "insufficient permissions", "operation not permitted")
"""How tools and the C library report that only another user may do this."""


@dataclass(frozen=True)
class ToolOutput:
    """One command.

    Attributes:
        queried: It was run, or was to be run.
        missing: It is not installed.
        error: Why it printed nothing that counts; empty where it ended by itself.
        timed_out: It was ended at its time limit; then ``error`` is set.
        code: Its exit code.
        out: Its standard output.
        err: Its standard error.
    """

    queried: bool = False
    missing: bool = False
    error: str = ""
    timed_out: bool = False
    code: int | None = None
    out: str = ""
    err: str = ""

    def failure(self, package: str) -> Failed | None:
        """Why it did not run to its end; None where it did.

        Args:
            package: What brings the tool, for the words about one that is missing.
        """
        if self.missing:
            return Failed(f"not installed: {package}", "not_installed")
        return self.complaint if self.error or not self.queried else None

    @property
    def success(self) -> str | None:
        """Its standard output; None where it failed."""
        return self.out if self.code == 0 else None

    @property
    def complaint(self) -> Failed:
        """Why it has no result: the first line, since nvme-cli prints its usage behind it."""
        if self.error:
            return Failed(self.error, "timeout" if self.timed_out else "unreadable")
        if not self.queried:
            return Failed("not queried")
        lines = (self.err.strip() or self.out.strip()).splitlines()
        return message(shown(lines[0]) if lines else f"exit code {self.code}")


def message(words: str) -> Failed:
    """The message of a tool instead of a result."""
    denied = any(one in words.lower() for one in DENIED)
    return Failed(words, "no_permission" if denied else "unreadable")
