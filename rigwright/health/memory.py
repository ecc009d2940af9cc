"""What one run over the hardware leaves for the next, so that it runs no more commands than it must. Pure.

- A disk that spins, a drive's logs and a list of snapshots cost more than they change: they are queried every
  few minutes.
- The kernel log is read on from where the last run ended.
- A process that the kernel does not let go is still the query: no second one is started beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from facts.values import at

Command = tuple[str, ...]
Outputs = Mapping[str, Mapping[str, Any]]

SLOW = ("smart", "snapshots", "nvme-test", "nvme-errors")
SLOW_SECONDS = 300
LOGS = ("xid", "drive-log")
OVERLAP_SECONDS = 60
"""The kernel log is read from a minute before the last run: a line may be written late."""
LINES = 500
"""As many lines of the log as a whole one gives, facts/commands.py."""


@dataclass(frozen=True)
class Memory:
    """The last run.

    Attributes:
        boot: The boot that it belongs to; another one starts anew.
        now_seconds: When it was.
        outputs: Those of the commands that do not run every time.
        succeeded: When each collector last succeeded.
    """

    boot: str = ""
    now_seconds: float = 0.0
    outputs: Outputs = field(default_factory=dict)
    succeeded: Mapping[str, float] = field(default_factory=dict)


def load(text: str, boot: str, now: float) -> Memory:
    """What is remembered; nothing where it is of another boot, from the future, or no memory."""
    try:
        kept = json.loads(text)
    except (ValueError, RecursionError):
        return Memory(boot)
    when, outputs, succeeded = (at(kept, key) for key in ("now_seconds", "outputs", "succeeded"))
    if at(kept, "boot") != boot or not isinstance(when, (int, float)) or when > now:
        return Memory(boot)
    good = outputs if isinstance(outputs, Mapping) else {}
    times = succeeded if isinstance(succeeded, Mapping) else {}
    return Memory(
        boot,
        float(when),
        {name: output for name, output in good.items() if isinstance(output, Mapping)},
        {name: float(when) for name, when in times.items() if isinstance(when, (int, float))},
    )


def dump(memory: Memory) -> str:
    """The same as text."""
    return json.dumps(
        {
            "boot": memory.boot,
            "now_seconds": memory.now_seconds,
            "outputs": memory.outputs,
            "succeeded": memory.succeeded,
        }
    )


def due(
    queries: Mapping[str, Command], memory: Memory, now: float, still_there: Callable[[str], bool]
) -> tuple[dict[str, Command], dict[str, Mapping[str, Any]]]:
    """The commands to run now, and the outputs that are still good without that.

    Args:
        queries: Every command of this host.
        memory: The last run.
        now: The host's clock.
        still_there: Whether a process is still there, by its identity.
    """
    due: dict[str, Command] = {}
    good: dict[str, Mapping[str, Any]] = {}
    for name, command in queries.items():
        before = memory.outputs.get(name, {})
        if (before.get("stuck") and still_there(str(before["stuck"]))) or _young(name, before, now):
            good[name] = before
        elif name in LOGS and "out" in before:
            due[name] = (*command, f"--since=@{int(memory.now_seconds) - OVERLAP_SECONDS}")
        else:
            due[name] = command
    return due, good


def _young(name: str, before: Mapping[str, Any], now: float) -> bool:
    """Whether the output of a slow command is still good; one that gave none runs again at once."""
    queried_at = before.get("at")
    if (
        name.split(" ", maxsplit=1)[0] not in SLOW
        or "out" not in before
        or not isinstance(queried_at, (int, float))
    ):
        return False
    return 0 <= now - queried_at < SLOW_SECONDS


def joined(new: Outputs, memory: Memory) -> dict[str, Mapping[str, Any]]:
    """The new outputs, with the lines of the kernel log that earlier runs read."""
    found = dict(new)
    for log in LOGS:
        before, new_lines = memory.outputs.get(log, {}).get("out"), found.get(log, {}).get("out")
        if isinstance(before, str) and isinstance(new_lines, str):
            lines = dict.fromkeys([*before.splitlines(), *new_lines.splitlines()])
            found[log] = {**found[log], "out": "\n".join(list(lines)[-LINES:])}
    return found


def kept(outputs: Outputs, before: Memory) -> dict[str, Mapping[str, Any]]:
    """The outputs that the next run may need: a log that could not be read does not forget what was."""
    needed = {
        name: output
        for name, output in outputs.items()
        if name in LOGS or name.split(" ")[0] in SLOW or output.get("stuck")
    }
    for log in LOGS:
        if log in needed and "out" not in needed[log] and "out" in before.outputs.get(log, {}):
            needed[log] = before.outputs[log]
    return needed
