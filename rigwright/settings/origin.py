"""Where in an inventory each setting was written. Recorded only while :func:`recorded` is at work."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rigwright.repository import ROOT

OWN = (f"{ROOT / 'rigwright'}/", f"{ROOT / 'deploys'}/")


@dataclass(frozen=True)
class Origin:
    """The line of an inventory, or of what stands beside it, that made an object of settings."""

    file: str
    line: int

    def of(self, class_name: str, setting: str) -> Origin:
        """The line on which the call of this class names the setting; its first line where it does not."""
        calls = [
            node
            for node in ast.walk(_tree(self.file))
            if isinstance(node, ast.Call)
            and _name(node.func) == class_name
            and node.lineno <= self.line <= (node.end_lineno or node.lineno)
        ]
        for call in sorted(calls, key=lambda node: (node.end_lineno or node.lineno) - node.lineno):
            for keyword in call.keywords:
                if keyword.arg == setting:
                    return Origin(self.file, keyword.value.lineno)
        return self

    def __str__(self) -> str:
        path = Path(self.file)
        shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        return f"{shown}:{self.line}"


class _Recorder:
    """The origins of the objects that were made since :func:`recorded` began."""

    def __init__(self) -> None:
        self.active = False
        # With the objects themselves, because an id is that of another object as soon as one is gone.
        self.found: dict[int, tuple[object, Origin]] = {}


_recorder = _Recorder()


@contextmanager
def recorded() -> Iterator[None]:
    """Record the origin of all settings that are made in this block."""
    _recorder.active = True
    try:
        yield
    finally:
        _recorder.active = False


def note(made: object) -> None:
    """Record where an object of settings is being made, if that is wanted."""
    if not _recorder.active:
        return
    frame = sys._getframe(1)  # noqa: SLF001  inspect would read every file on the way
    while frame.f_back is not None and _inside(frame.f_code.co_filename):
        frame = frame.f_back
    _recorder.found[id(made)] = (made, Origin(frame.f_code.co_filename, frame.f_lineno))


def origin(made: object) -> Origin | None:
    """Where an object was made; None where that was not recorded, or it is a changed copy."""
    found = _recorder.found.get(id(made))
    return found[1] if found else None


def _inside(file: str) -> bool:
    return file.startswith(OWN) or "/pydantic/" in file


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


@cache
def _tree(file: str) -> ast.AST:
    try:
        return ast.parse(Path(file).read_text())
    except (OSError, SyntaxError):
        return ast.Module(body=[], type_ignores=[])
