"""What was agreed to when a plan was shown: apply refuses a host whose plan is another by then. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence

from rigwright.desired import Desired
from rigwright.errors import RigError
from rigwright.finding import Finding
from rigwright.observed.manifest import contents

VARIABLE = "RIGWRIGHT_AGREED"
"""In the environment of the process that applies, where only its own user can read it."""
PATHS = ("file.", "link.", "directory.")


def digest(desired: Sequence[Desired], findings: Iterable[Finding]) -> str:
    """A hash of all that the plan of one host shows and of all that apply would do about it.

    Left out is what may change by itself, such as since when, or the figures of runtime state: what apply
    does about that is decided by what is desired.

    Args:
        desired: The subsystems that are applied.
        findings: What differs of them.
    """
    shown = sorted(json.dumps(_shown(one)) for one in findings)
    wanted = [_wanted(one) for one in desired]
    return hashlib.sha256(json.dumps([shown, wanted]).encode()).hexdigest()


def changed(host: str) -> RigError:
    """The refusal of a host whose plan is another by now."""
    return RigError(
        "the host or the inventory changed after the plan was shown; nothing was changed",
        host=host,
        next_step="run again, and read the plan then",
    )


def _shown(one: Finding) -> list[object]:
    values = [one.expected, one.actual] if one.kind.startswith(PATHS) else []
    return [one.subsystem, one.kind, one.where, one.refused, *one.diff, *values]


def _wanted(one: Desired) -> list[object]:
    return [
        contents(one),
        [[file.path, hashlib.sha256(file.content).hexdigest()] for file in one.files],
        [[step.name, step.command] for step in one.steps],
        [[state.name, state.remediation] for state in one.runtime_states],
        [[check.name, check.command] for check in one.checks],
    ]
