"""Findings that a file of the repository accepts, as ``rig accept`` writes it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from deploys.rig import AcceptedFinding
from rigwright.errors import RigError
from rigwright.repository import ROOT


def accepted_from(path: str | Path) -> tuple[AcceptedFinding, ...]:
    """What the file accepts.

    Args:
        path: As seen from the repository's root.

    Raises:
        RigError: There is no such file, or it is no such list.
    """
    try:
        found = json.loads((ROOT / path).read_text(encoding="utf-8"))
        return tuple(_entry(one) for one in found["accepted"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RigError(
            f"it is no list of accepted findings: {type(error).__name__}",
            file=str(path),
            next_step="rig accept writes one",
        ) from error


def _entry(one: dict[str, Any]) -> AcceptedFinding:
    until = date.fromisoformat(one["until"]) if one.get("until") else None
    return AcceptedFinding(
        where=one["where"], reason=one["reason"], until=until, kind=one.get("kind"), actual=one.get("actual")
    )
