"""Which tests on lab hosts a file holds, by its name."""

from __future__ import annotations

from deploys.rig import subsystems

WORDS = {"vm": "vm", "site": "site", "docs": "pages", **dict.fromkeys(subsystems(), "subsystem")}
"""What a word in a file's name says of its tests; the first one counts."""


def marker_of(stem: str) -> str:
    """The marker of a file whose tests carry none themselves; ``commands`` where its name says nothing."""
    return next((WORDS[word] for word in WORDS if word in stem.split("_")), "commands")
