"""The one error that the tool raises on purpose, and the exit codes that it promises."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Exit(enum.IntEnum):
    """Exit codes of every ``rig`` command.

    ``CHANGES`` is what drift, plan and verify return when they found a difference.
    ``UNKNOWN`` covers all failures, and every state that could not be determined: never green on doubt.
    ``USAGE`` is sysexits' EX_USAGE, because click's own 2 would read as ``CHANGES``.
    """

    OK = 0
    UNKNOWN = 1
    CHANGES = 2
    USAGE = 64


@dataclass
class RigError(Exception):
    """Something that the operator must act on.

    Attributes:
        what: One sentence: what is wrong.
        host: The host that it concerns, when it concerns one.
        setting: Dotted path of the setting, as the inventory spells it.
        file: The file to open.
        next_step: One imperative sentence or a command.

    None of them may hold a secret.
    """

    what: str
    host: str | None = None
    setting: str | None = None
    file: str | None = None
    next_step: str | None = None

    def __str__(self) -> str:
        where = [part for part in (self.host, self.file, self.setting) if part]
        lines = [f"{': '.join(where)}: {self.what}" if where else self.what]
        if self.next_step:
            lines.append(f"  next: {self.next_step}")
        return "\n".join(lines)
