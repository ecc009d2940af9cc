"""Findings that an inventory accepts, one by one or from a list that ``rig accept`` writes."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from rigwright.desired import Accepted
from rigwright.errors import RigError
from rigwright.repository import ROOT
from rigwright.settings.base import Settings, Text


class AcceptedFinding(Settings):
    """Findings of the host that you have reviewed and accept."""

    where: Annotated[Text, Field(pattern=r"^[^*]")]
    """As ``rig drift --json`` names it, such as ``"tcp 0.0.0.0:8080"`` or a path; ``*`` stands for any text,
    but not at the beginning."""

    reason: Text
    """Why you accept it."""

    until: date | None = None
    """Last day on which it is accepted; after that it is a finding again."""

    kind: Annotated[Text, Field(pattern=r"^[a-z_]+\.[a-z_]+$")] | None = None
    """The kind of finding, such as ``"socket.unmanaged"``; None: every kind."""

    actual: Text | None = None
    """The finding's ``actual`` of ``--json`` when you reviewed it; with another value it is a finding again.
    None: any value."""

    @property
    def accepted(self) -> Accepted:
        """As every host's manifest has it."""
        until = self.until.isoformat() if self.until else ""
        return Accepted(self.where, self.reason, until, self.kind or "", self.actual or "")


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
