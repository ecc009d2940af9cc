"""What checks before a release come to: their verdicts, and what a release would do beside them.

What cannot be known has failed; what the host has not is absent.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deploys.apps.on_host import declared
from deploys.apps.on_host.checks import CHECKS, Candidate, Said
from deploys.apps.on_host.engine import EngineError
from deploys.apps.on_host.record import RecordError, Release

GOOD, FAILED, SKIPPED, ABSENT = "good", "failed", "skipped", "absent"


@dataclass(frozen=True)
class Verdict:
    """What a check found.

    Attributes:
        name: The check's.
        verdict: ``good``, ``failed``, ``skipped`` or ``absent``.
        says: What was found, in words; of a skipped one the reason.
        next_step: What to do where it failed.
    """

    name: str
    verdict: str
    says: str
    next_step: str = ""


def made(candidate: Candidate, skipped: Mapping[str, str]) -> list[Verdict]:
    """Every check but those that are skipped.

    Raises:
        RecordError: A check is skipped that there is not.
    """
    refuse_unknown(skipped)
    never = candidate.rules["without"]
    return [_one(name, check, candidate, skipped, never) for name, check in CHECKS.items()]


def refuse_unknown(skipped: Collection[str]) -> None:
    """Whether each name is that of a check.

    Raises:
        RecordError: One is not.
    """
    if unknown := sorted(set(skipped) - set(CHECKS)):
        raise RecordError(f"no check is named {unknown[0]}; there are: {', '.join(CHECKS)}")


def failures(verdicts: Collection[Verdict]) -> str:
    """What failed, in one line; nothing where all is well."""
    return "; ".join(f"{one.name}: {one.says} ({one.next_step})" for one in verdicts if one.verdict == FAILED)


def _one(
    name: str,
    check: Callable[[Candidate], Said],
    candidate: Candidate,
    skipped: Mapping[str, str],
    never: Collection[str],
) -> Verdict:
    if name in never:
        return Verdict(name, ABSENT, "the application is declared without it")
    if name in skipped:
        return Verdict(name, SKIPPED, skipped[name])
    try:
        good, says, next_step = check(candidate)
    except (EngineError, OSError, ValueError, KeyError, TypeError, subprocess.SubprocessError) as error:
        return Verdict(name, FAILED, f"it cannot be known: {error!r}"[:300], "rig drift shows what is wrong")
    if good is None:
        return Verdict(name, ABSENT, says)
    return Verdict(name, GOOD, says) if good else Verdict(name, FAILED, says, next_step)


def shown(candidate: Candidate, verdicts: Collection[Verdict], live: Release | None) -> dict[str, Any]:
    """What a release would do, as whoever plans it reads it."""
    new = candidate.release
    return {
        "app": candidate.app.name,
        "number": new.number,
        "digest": new.digest,
        "starts": [f"{backend}/{name}" for backend, name in sorted(declared.of(candidate.app, new))],
        "ends": [f"{backend}/{name}" for backend, name in sorted(declared.of(candidate.app, live))],
        "live": None if live is None else {"number": live.number, "digest": live.digest, "at": live.at},
        "checks": list(_rows(verdicts)),
    }


def _rows(verdicts: Collection[Verdict]) -> Iterator[dict[str, str]]:
    for one in verdicts:
        yield {"name": one.name, "verdict": one.verdict, "says": one.says, "next_step": one.next_step}
