"""One tier of this repository's tests: what it needs, how it went, and what a run showed of each system."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rigwright.settings.platform import NAMES

PYTHONS = ("3.10", "3.11", "3.12", "3.13")


@dataclass(frozen=True)
class Tier:
    """One tier.

    Attributes:
        name: How it is called, and chosen by ``rig test NAME``.
        claim: What it shows.
        commands: What it runs, one after the other; the first that fails ends it.
        budget_seconds: How long it should take on two cores; longer is told, and is no failure.
        needs_root: Whether it makes lab hosts.
        always: Whether it runs without ``--all``.
        beside: Whether it may run beside another such tier, because nothing in it measures time.
        needs_card: Whether it asks a real NVIDIA card.
    """

    name: str
    claim: str
    commands: tuple[tuple[str, ...], ...]
    budget_seconds: int
    needs_root: bool = False
    always: bool = True
    beside: bool = False
    needs_card: bool = False

    @property
    def forbidden(self) -> bool:
        """Whether only the rights of whoever runs the tests are in its way."""
        return self.needs_root and os.geteuid() != 0

    @property
    def obstacle(self) -> str | None:
        """Why it cannot run here, None when it can."""
        if self.forbidden:
            return "needs root for lab hosts: sudo ./rig test"
        if self.needs_card and not Path("/dev/nvidiactl").exists():
            return "needs an NVIDIA card with its driver"
        return None


def other_pythons(current: str) -> dict[str, Path | None]:
    """The supported versions besides the current one, each with its interpreter where there is one."""
    return {version: _find(version) for version in PYTHONS if version != current}


def _find(version: str) -> Path | None:
    on_path = shutil.which(f"python{version}")
    candidates = [Path(on_path)] if on_path and "shims" not in on_path else []
    candidates += sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    return next(iter(candidates), None)


@dataclass(frozen=True)
class Ran:
    """How a tier went.

    Attributes:
        again: Of those that passed, how many did only when they were run once more.
        why_not: Why it did not run.
    """

    tier: Tier
    good: bool
    seconds: float = 0.0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    again: int = 0
    why_not: str | None = None


def support(results: Sequence[Ran], revision: str) -> str:
    """A table in Markdown: on which systems these tests showed that the site works."""
    by_name = {ran.tier.name: ran for ran in results}
    rows = [f"| {NAMES[os]} | {_told(by_name.get(os))} |" for os in NAMES]
    head = ["# Support, as the tests of this run showed it", "", f"Revision {revision}.", ""]
    return "\n".join([*head, "| System | Site applied and verified |", "|---|---|", *rows, ""])


def _told(ran: Ran | None) -> str:
    if ran is None:
        return "not run: not chosen"
    if ran.why_not:
        return f"not run: {ran.why_not}"
    again = f", {ran.again} of them only when run once more" if ran.again else ""
    return f"{ran.passed} passed{again}" if ran.good else f"FAILED: {ran.failed} of {ran.passed + ran.failed}"
