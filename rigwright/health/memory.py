"""What one look at the hardware leaves for the next, so that it asks no more than it must. Pure.

- A disk that spins and a list of snapshots cost more than they change: both are asked every few minutes.
- The kernel log is read on from where the last look ended.
- A process that the kernel does not let go is still the question: no second one is put beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from facts.values import at

Command = tuple[str, ...]
Answers = Mapping[str, Mapping[str, Any]]

SLOW = ("smart", "snapshots")
SLOW_SECONDS = 300
LOG = "xid"
OVERLAP_SECONDS = 60
"""The log is read from a minute before the last look: a line may be written late."""
LINES = 500
"""As many lines of the log as a whole one gives, rigwright/host/health.py."""


@dataclass(frozen=True)
class Memory:
    """The last look.

    Attributes:
        boot: The boot that it belongs to; another one starts anew.
        now_seconds: When it was.
        answers: What it was told, for the questions that are not asked every time.
        read: When each reading last succeeded.
    """

    boot: str = ""
    now_seconds: float = 0.0
    answers: Answers = field(default_factory=dict)
    read: Mapping[str, float] = field(default_factory=dict)


def load(text: str, boot: str, now: float) -> Memory:
    """What is remembered; nothing where it is of another boot, from the future, or no memory."""
    try:
        kept = json.loads(text)
    except (ValueError, RecursionError):
        return Memory(boot)
    when, answers, read = (at(kept, key) for key in ("now_seconds", "answers", "read"))
    if at(kept, "boot") != boot or not isinstance(when, (int, float)) or when > now:
        return Memory(boot)
    good = answers if isinstance(answers, Mapping) else {}
    times = read if isinstance(read, Mapping) else {}
    return Memory(
        boot,
        float(when),
        {name: told for name, told in good.items() if isinstance(told, Mapping)},
        {name: float(told) for name, told in times.items() if isinstance(told, (int, float))},
    )


def dump(memory: Memory) -> str:
    """The same as text."""
    return json.dumps(
        {
            "boot": memory.boot,
            "now_seconds": memory.now_seconds,
            "answers": memory.answers,
            "read": memory.read,
        }
    )


def due(
    questions: Mapping[str, Command], memory: Memory, now: float, still_there: Callable[[str], bool]
) -> tuple[dict[str, Command], dict[str, Mapping[str, Any]]]:
    """What is to be asked now, and the answers that stand without it.

    Args:
        questions: Every question of this host.
        memory: The last look.
        now: The host's clock.
        still_there: Whether a process is still there, by its identity.
    """
    asked: dict[str, Command] = {}
    stand: dict[str, Mapping[str, Any]] = {}
    for name, command in questions.items():
        before = memory.answers.get(name, {})
        if (before.get("stuck") and still_there(str(before["stuck"]))) or _young(name, before, now):
            stand[name] = before
        elif name == LOG and "out" in before:
            asked[name] = (*command, f"--since=@{int(memory.now_seconds) - OVERLAP_SECONDS}")
        else:
            asked[name] = command
    return asked, stand


def _young(name: str, before: Mapping[str, Any], now: float) -> bool:
    """Whether the answer to a slow question can stand; who gave none is asked again at once."""
    told_at = before.get("at")
    if (
        name.split(" ", maxsplit=1)[0] not in SLOW
        or "out" not in before
        or not isinstance(told_at, (int, float))
    ):
        return False
    return 0 <= now - told_at < SLOW_SECONDS


def joined(new: Answers, memory: Memory) -> dict[str, Mapping[str, Any]]:
    """The new answers, with the lines of the kernel log that earlier looks read."""
    found = dict(new)
    before, told = memory.answers.get(LOG, {}).get("out"), found.get(LOG, {}).get("out")
    if isinstance(before, str) and isinstance(told, str):
        lines = dict.fromkeys([*before.splitlines(), *told.splitlines()])
        found[LOG] = {**found[LOG], "out": "\n".join(list(lines)[-LINES:])}
    return found


def kept(answers: Answers, before: Memory) -> dict[str, Mapping[str, Any]]:
    """The answers that the next look may need: a log that could not be read does not forget what was."""
    wanted = {
        name: told
        for name, told in answers.items()
        if name == LOG or name.split(" ")[0] in SLOW or told.get("stuck")
    }
    if LOG in wanted and "out" not in wanted[LOG] and "out" in before.answers.get(LOG, {}):
        wanted[LOG] = before.answers[LOG]
    return wanted
