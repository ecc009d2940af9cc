"""Programs of subsystems by their paths instead of their texts: golden files show how they are called."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from functools import cache

from rigwright.remote.bundle import bundle
from rigwright.repository import ROOT

KINDS = (".py", ".sh", ".sql")


@cache
def programs() -> Mapping[str, str]:
    """The text of every program below ``deploys/<subsystem>/programs``, and its path."""
    paths = sorted(path for path in ROOT.glob("deploys/*/programs/*") if path.suffix in KINDS)
    return {path.read_text(): str(path.relative_to(ROOT)) for path in paths}


@cache
def in_commands() -> Mapping[str, str]:
    """Every text that a program can have in a command, and its path; longer texts first.

    A Python program that imports others of its folder travels as a bundle with them.
    """
    bundles = {
        shlex.quote(bundle(path.removesuffix(".py").replace("/", "."))): path
        for path in programs().values()
        if path.endswith(".py")
    }
    quoted = {shlex.quote(text): path for text, path in programs().items()}
    plain = {text.rstrip(): path for text, path in programs().items()}
    return dict(sorted({**bundles, **quoted, **plain}.items(), key=lambda one: -len(one[0])))


def by_path(command: str) -> str:
    """The command with the path of each program in place of its text."""
    for text, path in in_commands().items():
        command = command.replace(text, path)
    return command
