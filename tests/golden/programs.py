"""Programs that travel in a command, by name instead of by text: golden files show how they are called."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from functools import cache

from rigwright.remote.bundle import bundle
from rigwright.repository import ROOT


@cache
def texts() -> Mapping[str, str]:
    """Every text that a program can have in a command, with the program's path; longer texts first."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "deploys").glob("*/programs/*")):
        name = str(path.relative_to(ROOT))
        if path.suffix == ".py":
            found[shlex.quote(bundle(name.removesuffix(".py").replace("/", ".")))] = name
        if path.suffix in {".py", ".sh"}:
            text = path.read_text()
            found |= {shlex.quote(text): name, text.rstrip("\n"): f". {name}"}
    return dict(sorted(found.items(), key=lambda one: -len(one[0])))


def by_name(command: str) -> str:
    """The command with the path of each program in place of its text."""
    for text, name in texts().items():
        command = command.replace(text, name)
    return command
